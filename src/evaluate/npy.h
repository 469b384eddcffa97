// NumPy's .npy format: an array with its element type and shape.
// Source: numpy.lib.format, versions 1.0, 2.0 and 3.0.
#ifndef OCTET_EVALUATE_NPY_H_
#define OCTET_EVALUATE_NPY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::evaluate {

// An array inside bytes that someone else holds. `data` has exactly
// shape.elements() * SizeOf(dtype) bytes and no alignment.
struct NpyArray {
  DType dtype = DType::kF32;
  Shape shape;
  // First axis fastest, as Fortran and MATLAB store it.
  bool fortran_order = false;
  std::span<const std::byte> data;
};

// What stands before the elements.
struct NpyHeader {
  DType dtype = DType::kF32;
  Shape shape;
  bool fortran_order = false;
  uint64_t file_bytes = 0;  // of a whole file: header and elements
};

// No header that is read, with what precedes it, has more bytes.
inline constexpr size_t kMaxNpyHeaderBytes = 65536;

// Reads the header alone.
//   bytes:  the file or its first kMaxNpyHeaderBytes.
//   name, errors: as ParseNpy, but for the size of the file.
Result<NpyHeader> ParseNpyHeader(std::span<const std::byte> bytes,
                                 const std::string& name);

// Reads the header and checks it against the size of the file.
//   bytes:  the whole file; the result points into it.
//   name:   stands in messages.
//   errors: kBadInput if damaged, truncated or longer than the header says;
//           kUnsupported for big-endian, structured, text, object, complex and
//           64-bit unsigned elements and for more than kMaxRank dimensions.
Result<NpyArray> ParseNpy(std::span<const std::byte> bytes,
                          const std::string& name);

// The whole array in row-major order.
Tensor ToTensor(const NpyArray& array);

// Element `index` of the first axis, with a leading dimension of 1: of
// [N, C, H, W] one [1, C, H, W]. 0 <= index < shape[0], rank at least 1.
Tensor SliceOf(const NpyArray& array, int64_t index);

// The elements of an integer array of any width, e.g. labels.
//   errors: kBadInput if the array holds floats.
Result<std::vector<int64_t>> ToIntegers(const NpyArray& array,
                                        const std::string& name);

// The element type as .npy spells it ("<f4"); empty for bf16, which it lacks.
std::string_view NpyDescr(DType dtype);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_NPY_H_
