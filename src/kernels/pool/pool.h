// Maximum and average over a sliding window of [N,H,W,C], for u8 and float.
// A window as large as the plane is global pooling.
//
//   max      the largest element inside the image: padding never wins. u8
//            elements pass unchanged, so y has x's scale and zero point.
//   average  float: the sum of the elements inside the image, in row order,
//            divided by their number, or by that of the window if padding is
//            counted.
//            u8: S = sum(q - zx), exact; q = sat(rne(fl(float(S) *
//            fl(sx / fl(sy * n)))) + zy), n as above (padding adds 0 to S). A
//            NaN, which takes a factor that overflows, becomes zy.
//
// Every window must touch the image, has a dilation of 1 and, for a u8 average,
// at most 2^23 elements, so that an int32 holds S. All levels agree bit
// for bit, but that a float maximum is unspecified where there is a NaN, and
// has either sign where it is one of zeros of both signs.
#ifndef OCTET_KERNELS_POOL_POOL_H_
#define OCTET_KERNELS_POOL_POOL_H_

#include <cstddef>
#include <cstdint>

#include "kernels/channel_quant.h"
#include "kernels/kernel_table.h"
#include "kernels/window.h"
#include "kernels/work.h"

namespace octet::kernels {

enum class PoolKind : uint8_t { kMax, kAverage };

// Distances in elements.
struct PoolShape {
  PoolKind kind;
  bool count_include_pad = false;
  int64_t batch, in_h, in_w, channels;
  int64_t x_pixel_stride;
  int64_t out_h, out_w;
  int64_t y_pixel_stride;
  Window window;
};

struct PoolU8Params {
  PoolShape shape;
  const uint8_t* x;
  uint8_t* y;
  ChannelQuant x_quant, y_quant;  // kAverage only
};

struct PoolF32Params {
  PoolShape shape;
  const float* x;
  float* y;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<PoolU8Params> PoolU8Kernels();
KernelFn<PoolU8Params> FindPoolU8(CpuLevel level);
Work PlanPoolU8(const PoolU8Params& params, int threads);

void PoolU8Reference(const PoolU8Params& params, int64_t part, int64_t parts,
                     std::byte* scratch);

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<PoolF32Params> PoolF32Kernels();
KernelFn<PoolF32Params> FindPoolF32(CpuLevel level);
Work PlanPoolF32(const PoolF32Params& params, int threads);

void PoolF32Reference(const PoolF32Params& params, int64_t part, int64_t parts,
                      std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_POOL_POOL_H_
