// A window that slides over the rows and columns of an NHWC value.
#ifndef OCTET_KERNELS_WINDOW_H_
#define OCTET_KERNELS_WINDOW_H_

#include <cstdint>

namespace octet::kernels {

// Output pixel (y, x) sees input pixels (y * stride_h - pad_top +
// ky * dilation_h, x * stride_w - pad_left + kx * dilation_w) for ky < kernel_h
// and kx < kernel_w. Padding at the bottom and the right follows from the
// output's shape.
struct Window {
  int64_t kernel_h = 1;
  int64_t kernel_w = 1;
  int64_t stride_h = 1;
  int64_t stride_w = 1;
  int64_t dilation_h = 1;
  int64_t dilation_w = 1;
  int64_t pad_top = 0;
  int64_t pad_left = 0;
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_WINDOW_H_
