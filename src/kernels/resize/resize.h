// Resizes the H and W axes of [N,H,W,C], with ONNX Resize's coordinates.
//
// An output index i of an axis lies at x of the input, in float:
//   half_pixel          (i + 0.5) / scale - 0.5
//   asymmetric          i / scale
//   align_corners       i * (size - 1) / (out - 1); 0 if out is 1
//   pytorch_half_pixel  as half_pixel; 0 if out is 1
// nearest rounds x as `rounding` says (1e-6 beside the middle of two elements
// is the middle) and clamps it to the image; linear clamps x to the image and
// weighs its two neighbours on each axis.
//
// Nearest moves elements of any size; linear is for f32 and u8. A u8 result has
// the scale and zero point of its operand: the weighted mean of codes is
// computed in float and rounded to nearest even. Equal bits at all levels.
#ifndef OCTET_KERNELS_RESIZE_RESIZE_H_
#define OCTET_KERNELS_RESIZE_RESIZE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/work.h"

namespace octet::kernels {

enum class ResizeMode : uint8_t { kNearest, kLinear };
enum class ResizeCoordinates : uint8_t {
  kHalfPixel,
  kAsymmetric,
  kAlignCorners,
  kPytorchHalfPixel
};
enum class NearestRounding : uint8_t {
  kRoundPreferFloor,
  kRoundPreferCeil,
  kFloor,
  kCeil
};

// Distances in elements.
struct ResizeParams {
  ResizeMode mode;
  ResizeCoordinates coordinates;
  NearestRounding rounding;  // kNearest only
  float scale_h, scale_w;    // output size / input size, as the model says
  int64_t element_bytes;     // nearest: 1, 2, 4, 8; linear: 1 = u8, 4 = f32
  int64_t batch, in_h, in_w, channels;
  int64_t x_pixel_stride;
  int64_t out_h, out_w;
  int64_t y_pixel_stride;
  const void* x;
  void* y;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<ResizeParams> ResizeKernels();
KernelFn<ResizeParams> FindResize(CpuLevel level);
Work PlanResize(const ResizeParams& params, int threads);

void ResizeReference(const ResizeParams& params, int64_t part, int64_t parts,
                     std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_RESIZE_RESIZE_H_
