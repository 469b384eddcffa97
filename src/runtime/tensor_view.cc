#include <cstring>

#include "base/cpu.h"
#include "base/quant.h"
#include "kernels/cast/cast.h"
#include "octet/runtime.h"

namespace octet {
namespace {

// A view as pixels of channels.
struct Pixels {
  int64_t count, channels;
};
Pixels PixelsOf(const TensorView& view) {
  const int rank = view.shape.rank();
  const int64_t channels = rank == 0 ? 1 : view.shape[rank - 1];
  return {channels == 0 ? 0 : view.shape.elements() / channels, channels};
}

Tensor Dequantized(const TensorView& view) {
  const Pixels pixels = PixelsOf(view);
  const bool per_channel = view.scale.size() > 1;
  Tensor tensor(DType::kF32, view.shape);
  float* out = tensor.as<float>().data();
  for (int64_t pixel = 0; pixel < pixels.count; ++pixel) {
    const auto* q =
        reinterpret_cast<const uint8_t*>(view.data) + pixel * view.pixel_stride;
    for (int64_t c = 0; c < pixels.channels; ++c) {
      const size_t row = per_channel ? size_t(c) : 0;
      *out++ = Dequantize(q[c], view.scale[row], view.zero_point[row]);
    }
  }
  return tensor;
}

}  // namespace

Tensor CopyDense(const TensorView& view) {
  const Pixels pixels = PixelsOf(view);
  const int64_t size = SizeOf(view.dtype);
  Tensor tensor(view.dtype, view.shape);
  for (int64_t pixel = 0; pixel < pixels.count; ++pixel) {
    std::memcpy(tensor.raw() + pixel * pixels.channels * size,
                view.data + pixel * view.pixel_stride * size,
                size_t(pixels.channels * size));
  }
  return tensor;
}

Tensor CopyAsF32(const TensorView& view) {
  if (view.dtype == DType::kF32) return CopyDense(view);
  if (view.dtype == DType::kU8 && !view.scale.empty()) return Dequantized(view);
  const Pixels pixels = PixelsOf(view);
  Tensor tensor(DType::kF32, view.shape);
  const kernels::CastParams cast{
      .from = view.dtype,
      .to = DType::kF32,
      .rows = pixels.count,
      .columns = pixels.channels,
      .x = view.data,
      .x_stride = view.pixel_stride,
      .y = tensor.raw(),
      .y_stride = pixels.channels,
  };
  kernels::FindCast(DetectCpuLevel())(cast, 0, 1, nullptr);
  return tensor;
}

}  // namespace octet
