// int8 depthwise convolution: every channel has its own window of weights.
//
//   acc = comp[c] + sum over ky, kx of  X(n, y, x, ky, kx, c) * W(ky, kx, c)
//
// exact in int32, where X is the u8 code of x under the window (window.h), or
// x_zero[c] where the window hangs over the edge. comp holds -x_zero[c] *
// sum(W) (and an int32 bias, if there is one). Then the epilogue
// (kernels/epilogue) makes the output; its arrays are padded to 64 channels.
//
//   x:  u8 [batch][in_h][in_w][channels], pixels x_pixel_stride apart
//   y:  [batch][out_h][out_w][channels], in the epilogue
//   W:  s8 [kernel_h * kernel_w][channels padded to 64] (depthwise_u8_pack.h)
//
// Scale and zero point of x may differ from channel to channel: they are in
// x_zero, comp and the epilogue's constants, which are per channel anyway. The
// caller proves that no sum overflows (SumsFitInt32 in conv_u8_pack.h).
#ifndef OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_H_
#define OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_H_

#include <cstddef>
#include <cstdint>

#include "kernels/epilogue/epilogue.h"
#include "kernels/kernel_table.h"
#include "kernels/window.h"
#include "kernels/work.h"

namespace octet::kernels {

struct DepthwiseU8Params {
  int64_t batch = 1;
  int64_t in_h = 1;
  int64_t in_w = 1;
  int64_t channels = 1;
  int64_t out_h = 1;
  int64_t out_w = 1;
  Window window;

  const uint8_t* x = nullptr;
  int64_t x_pixel_stride = 0;       // elements, >= channels
  const uint8_t* x_zero = nullptr;  // per channel, padded to 64 entries
  const int8_t* weight = nullptr;

  EpilogueU8 epilogue;
};

// All kernels, best first; the best for `level`.
KernelTable<DepthwiseU8Params> DepthwiseU8Kernels();
KernelFn<DepthwiseU8Params> FindDepthwiseU8(CpuLevel level);

// How to cut the work: even bands of output rows, and blocks of 64 channels
// where rows are few; one part where all of it takes less than about 5 us.
Work PlanDepthwiseU8(const DepthwiseU8Params& params, int threads);

void DepthwiseU8Reference(const DepthwiseU8Params& params, int64_t part,
                          int64_t parts, std::byte* scratch);
void DepthwiseU8Avx2(const DepthwiseU8Params& params, int64_t part,
                     int64_t parts, std::byte* scratch);
void DepthwiseU8Avx512Vnni(const DepthwiseU8Params& params, int64_t part,
                           int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_H_
