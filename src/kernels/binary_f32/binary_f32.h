// Float operations on two operands, broadcast as numpy does.
//
//   y[i...] = after(op(a[i...], b[i...]))
//
// A stride of 0 broadcasts an operand along that axis. Comparisons and logic
// give 1.0 and 0.0; logic takes every non-zero value (and NaN) as true.
// min is a < b ? a : b and max a > b ? a : b, so both give b if one is NaN. pow
// is std::pow, one element at a time. An operand may be codes, which are
// dequantized, and so may the result, which is quantized (kernels/quantize);
// functions are then those that elementary has for codes. All levels agree bit
// for bit.
#ifndef OCTET_KERNELS_BINARY_F32_BINARY_F32_H_
#define OCTET_KERNELS_BINARY_F32_BINARY_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/channel_quant.h"
#include "kernels/kernel_table.h"
#include "kernels/work.h"
#include "octet/function.h"

namespace octet::kernels {

enum class BinaryOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kPow,
  kMin,
  kMax,
  kEqual,
  kLess,
  kGreater,
  kAnd,
  kOr
};
inline constexpr int kMaxBinaryRank = 8;

// Distances in elements.
struct BinaryF32Params {
  BinaryOp op;
  Function after;
  int rank;  // 0: one element
  int64_t dims[kMaxBinaryRank];
  int64_t a_strides[kMaxBinaryRank];
  int64_t b_strides[kMaxBinaryRank];
  int64_t y_strides[kMaxBinaryRank];  // none 0 unless its dimension is 1
  const float* a;
  const float* b;
  float* y;  // may be a or b where that is not broadcast
  // Where not null, what there is instead of a, b and y: codes of one scale.
  const uint8_t* a_codes = nullptr;
  const uint8_t* b_codes = nullptr;
  uint8_t* y_codes = nullptr;  // may be a_codes or b_codes, as y
  ChannelQuant a_quant, b_quant, y_quant;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<BinaryF32Params> BinaryF32Kernels();
KernelFn<BinaryF32Params> FindBinaryF32(CpuLevel level);
Work PlanBinaryF32(const BinaryF32Params& params, int threads);

void BinaryF32Reference(const BinaryF32Params& params, int64_t part,
                        int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_BINARY_F32_BINARY_F32_H_
