// Writes a .npy file piece by piece, so that the results of a long run need no
// memory.
#ifndef OCTET_EVALUATE_NPY_WRITER_H_
#define OCTET_EVALUATE_NPY_WRITER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "base/file_writer.h"
#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::evaluate {

// Joins tensors along their first axis: [1, 10] and [2, 10] make [3, 10];
// scalars make a list. The file is there, whole, once Finish() has succeeded.
// Moves, does not copy; not for several threads at once.
class NpyWriter {
 public:
  // errors: as FileWriter::Create.
  static Result<NpyWriter> Create(const std::string& path);

  // errors: kBadInput if the element type or the other dimensions differ from
  //         those of the tensor before; kUnsupported for bf16; kFailed if
  //         writing fails (disk full).
  Status Append(const Tensor& tensor);

  // Puts the file in place, whole. Without any tensor it holds an empty list.
  Status Finish();

 private:
  NpyWriter(std::string path, FileWriter file)
      : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  FileWriter file_;
  int64_t rows_ = 0;
  int64_t position_ = 0;  // 0 before the first tensor
  DType dtype_ = DType::kF32;
  Shape shape_{0};
};

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_NPY_WRITER_H_
