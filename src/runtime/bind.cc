#include "runtime/bind.h"

namespace octet::runtime {

kernels::Window ToKernel(const std::unique_ptr<engine::Window>& stored) {
  const engine::Window w = engine::WindowOr1x1(stored);
  return {w.kernel_h(),   w.kernel_w(),   w.stride_h(), w.stride_w(),
          w.dilation_h(), w.dilation_w(), w.pad_top(),  w.pad_left()};
}

Rows AsPixels(const engine::ValueT& x, const engine::ValueT& y) {
  return {engine::Pixels(x), engine::Channels(x), engine::PixelStride(x),
          engine::PixelStride(y)};
}

Rows AsRows(const engine::ValueT& x, const engine::ValueT& y) {
  if (!engine::IsDense(x) || !engine::IsDense(y)) return AsPixels(x, y);
  const int64_t n = engine::Elements(x);
  return {1, n, n, n};
}

}  // namespace octet::runtime
