// Tensor data that an ONNX model keeps in files beside it.
#ifndef OCTET_COMPILE_ONNX_EXTERNAL_DATA_H_
#define OCTET_COMPILE_ONNX_EXTERNAL_DATA_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "octet/status.h"

namespace octet::compile {

// Reads files of one folder and of those below it; links and ".." that lead out
// of it are refused by the system itself (openat2 with RESOLVE_BENEATH).
class ExternalData {
 public:
  // No folder: every Read fails with kBadInput.
  ExternalData() = default;
  // The folder that `model_path` stands in.
  //   errors: kBadInput if it cannot be opened.
  static Result<ExternalData> Beside(const std::string& model_path);
  ExternalData(ExternalData&& other) noexcept;
  ExternalData& operator=(ExternalData&& other) noexcept;
  ~ExternalData();

  // Fills `out` with the bytes from `offset` on.
  //   location: relative to the folder.
  //   errors:   kBadInput if there is no such regular file inside the folder or
  //             it ends before; kFailed if the system cannot confine the path
  //             or reading fails.
  Status Read(const std::string& location, int64_t offset,
              std::span<std::byte> out) const;

 private:
  int folder_ = -1;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_EXTERNAL_DATA_H_
