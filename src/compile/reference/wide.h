// Elements of every type as the widest of their kind: floats as double,
// integers and bool as int64. The arithmetic of the evaluator is written once,
// for these two.
#ifndef OCTET_COMPILE_REFERENCE_WIDE_H_
#define OCTET_COMPILE_REFERENCE_WIDE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::compile::reference {

// f16, bf16, f32 or f64.
bool IsFloat(DType dtype);

// A zero-filled tensor.
//   errors: kBadInput if a dimension is negative or there are too many of them
//           or the tensor would be larger than kMaxEvaluatedBytes.
Result<Tensor> MakeTensor(DType dtype, std::span<const int64_t> dims);

// The elements of a tensor of any type. Wide is double or int64_t; a float
// becomes an integer by truncation, held to the limits, NaN becoming 0.
template <typename Wide>
std::vector<Wide> Widen(const Tensor& tensor);

// Stores them as a tensor: floats are rounded to nearest even; a bool is
// whether the value is not 0; integers keep their low bits, as casts do
// everywhere, except that what comes from a double is held to the limits.
//   errors: as MakeTensor.
template <typename Wide>
Result<Tensor> Narrow(std::span<const Wide> values, DType dtype,
                      std::span<const int64_t> dims);

}  // namespace octet::compile::reference

#endif  // OCTET_COMPILE_REFERENCE_WIDE_H_
