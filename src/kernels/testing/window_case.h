// Windows that are hard to slide, for the tests of all convolutions.
#ifndef OCTET_KERNELS_TESTING_WINDOW_CASE_H_
#define OCTET_KERNELS_TESTING_WINDOW_CASE_H_

#include <cstdint>
#include <string>

#include "kernels/window.h"

namespace octet::kernels {

// An input, a window and the padding that Window leaves to the output's shape.
struct WindowCase {
  int64_t batch, in_h, in_w;
  Window window;
  int64_t pad_bottom = 0, pad_right = 0;

  int64_t out_h() const {
    const int64_t reach = (window.kernel_h - 1) * window.dilation_h + 1;
    return (in_h + window.pad_top + pad_bottom - reach) / window.stride_h + 1;
  }
  int64_t out_w() const {
    const int64_t reach = (window.kernel_w - 1) * window.dilation_w + 1;
    return (in_w + window.pad_left + pad_right - reach) / window.stride_w + 1;
  }
  int64_t in_pixels() const { return batch * in_h * in_w; }
  int64_t out_pixels() const { return batch * out_h() * out_w(); }
  int64_t taps() const { return window.kernel_h * window.kernel_w; }

  // Calls visit(tap, input pixel) for all taps of an output pixel that lie
  // inside the image; pixels count through rows and images.
  template <typename Visit>
  void ForEachTap(int64_t pixel, const Visit& visit) const {
    const Window& w = window;
    const int64_t image = pixel / (out_h() * out_w());
    const int64_t top = pixel / out_w() % out_h() * w.stride_h - w.pad_top;
    const int64_t left = pixel % out_w() * w.stride_w - w.pad_left;
    for (int64_t tap = 0; tap < taps(); ++tap) {
      const int64_t y = top + tap / w.kernel_w * w.dilation_h;
      const int64_t x = left + tap % w.kernel_w * w.dilation_w;
      if (y < 0 || y >= in_h || x < 0 || x >= in_w) continue;
      visit(tap, (image * in_h + y) * in_w + x);
    }
  }

  std::string Text() const {
    const Window& w = window;
    const auto pair = [](int64_t a, int64_t b) {
      return " " + std::to_string(a) + "x" + std::to_string(b);
    };
    return std::to_string(batch) + " images of" + pair(in_h, in_w) +
           ", kernel" + pair(w.kernel_h, w.kernel_w) + ", stride" +
           pair(w.stride_h, w.stride_w) + ", dilation" +
           pair(w.dilation_h, w.dilation_w) + ", pads" +
           pair(w.pad_top, w.pad_left) + pair(pad_bottom, pad_right);
  }
};

// kernel, stride, dilation, padding at the top and the left.
inline constexpr WindowCase kHardWindows[] = {
    {1, 1, 1, {1, 1, 1, 1, 1, 1, 0, 0}},         // one pixel
    {2, 3, 5, {1, 1, 1, 1, 1, 1, 0, 0}},         // flat
    {1, 7, 8, {1, 1, 2, 3, 1, 1, 0, 0}},         // flat with strides
    {1, 4, 4, {1, 1, 1, 1, 1, 1, 2, 1}, 1, 3},   // one tap in much padding
    {1, 5, 6, {3, 3, 1, 1, 1, 1, 0, 0}},         // no padding
    {2, 5, 6, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1},   // same size
    {1, 9, 7, {3, 3, 2, 2, 1, 1, 1, 1}, 1, 1},   // halving
    {1, 8, 8, {3, 3, 2, 2, 1, 1, 0, 0}, 1, 1},   // as TensorFlow pads
    {1, 2, 3, {5, 5, 1, 1, 1, 1, 2, 2}, 2, 2},   // kernel beyond the image
    {1, 2, 2, {3, 3, 1, 1, 1, 1, 5, 4}, 4, 5},   // padding beyond the kernel
    {1, 6, 6, {2, 4, 1, 1, 1, 1, 1, 1}, 0, 2},   // eight taps
    {1, 9, 9, {4, 2, 3, 1, 1, 1, 0, 0}},         // eight the other way
    {1, 4, 9, {1, 3, 1, 1, 1, 1, 0, 1}, 0, 1},   // one row
    {1, 9, 4, {3, 1, 1, 1, 1, 1, 1, 0}, 1, 0},   // one column
    {1, 8, 8, {3, 3, 1, 1, 2, 2, 2, 2}, 2, 2},   // dilated
    {1, 8, 9, {3, 2, 1, 1, 3, 1, 1, 0}, 2, 0},   // rows dilated
    {1, 8, 9, {2, 3, 2, 1, 1, 3, 0, 2}, 1, 3},   // columns dilated
    {1, 3, 3, {2, 2, 1, 1, 4, 4, 2, 2}, 2, 2},   // taps farther than the image
    {1, 5, 40, {7, 7, 2, 2, 1, 1, 3, 3}, 3, 3},  // wide
    {3, 2, 2, {2, 2, 2, 2, 1, 1, 0, 0}},         // one output an image
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TESTING_WINDOW_CASE_H_
