// Add, subtract and multiply u8 operands into a u8 result, exactly by
// numerics.md, "Other int8 operators":
//
//   add  q = sat(rne(fma(A, fl(sa/sy), fl(B * fl(sb/sy)))) + zy)
//   sub  q = sat(rne(fma(A, fl(sa/sy), -fl(B * fl(sb/sy)))) + zy)
//   mul  q = sat(rne(fl(float((qa-za)*(qb-zb)) * fl(fl(sa*sb)/sy))) + zy)
//   A = float(qa - za), B = float(qb - zb)
//
// and then min(max(q, low), high), where an activation has become a clamp. A
// NaN, which takes factors that overflow, becomes zy. Equal bits at all levels.
#ifndef OCTET_KERNELS_BINARY_U8_BINARY_U8_H_
#define OCTET_KERNELS_BINARY_U8_BINARY_U8_H_

#include <cstddef>
#include <cstdint>

#include "kernels/channel_quant.h"
#include "kernels/kernel_table.h"
#include "kernels/work.h"

namespace octet::kernels {

enum class BinaryU8Op : uint8_t { kAdd, kSub, kMul };

// y and a are [images][pixels][channels]; b is the same, or one vector of
// channels for each image ([N,1,1,C]: b_pixel_stride = 0), or one value for all
// (all strides 0). Distances in elements; the stride of a channel is 1 for a
// and y.
struct BinaryU8Params {
  BinaryU8Op op;
  int64_t images, pixels, channels;
  const uint8_t* a;
  int64_t a_pixel_stride;  // an image is pixels * stride
  const uint8_t* b;
  int64_t b_image_stride, b_pixel_stride, b_channel_stride;
  uint8_t* y;  // may be a, or b where that is not broadcast
  int64_t y_pixel_stride;
  ChannelQuant a_quant, b_quant, y_quant;
  uint8_t low = 0, high = 255;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<BinaryU8Params> BinaryU8Kernels();
KernelFn<BinaryU8Params> FindBinaryU8(CpuLevel level);
Work PlanBinaryU8(const BinaryU8Params& params, int threads);

void BinaryU8Reference(const BinaryU8Params& params, int64_t part,
                       int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_BINARY_U8_BINARY_U8_H_
