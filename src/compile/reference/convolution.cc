// Convolution: y[n,oh,ow,o] = sum over kh, kw, i of x[n, oh*stride +
// kh*dilation
// - pad, ..., i] * w[o,kh,kw,i], groups apart, in double.
#include <algorithm>

#include "base/checked.h"
#include "base/error.h"
#include "compile/reference/fused.h"
#include "compile/reference/operations.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {
namespace {

// One axis of the sliding window.
struct Window {
  int64_t input, kernel, stride, dilation, before, after;

  Result<int64_t> Outputs() const {
    // Bounded before they are multiplied: attributes come from the model.
    constexpr int64_t kLimit = int64_t{1} << 30;
    for (int64_t v : {input, kernel, stride, dilation, before, after}) {
      if (v < 0 || v > kLimit) return BadInput("a window of size {}", v);
    }
    if (stride == 0 || dilation == 0 || kernel == 0) {
      return BadInput("a kernel, stride or dilation of 0");
    }
    const int64_t room = input + before + after - (dilation * (kernel - 1) + 1);
    if (room < 0) return BadInput("the kernel is larger than the padded input");
    return room / stride + 1;
  }
};

struct Problem {
  Shape x, w, y;
  Window height, width;
  int64_t group;
};

Result<Problem> Check(const Conv& op, const Tensor& x, const Tensor& w) {
  if (!IsFloat(x.dtype()) || w.dtype() != x.dtype()) {
    return Unsupported("a convolution of {} by {}", Name(x.dtype()),
                       Name(w.dtype()));
  }
  Problem p{.x = x.shape(),
            .w = w.shape(),
            .y = {},
            .height = {},
            .width = {},
            .group = op.group};
  if (p.x.rank() != 4 || p.w.rank() != 4 || op.group < 1 ||
      p.w[0] % op.group != 0 || p.x[3] % op.group != 0 ||
      p.w[3] != p.x[3] / op.group) {
    return BadInput("input {} and weights {} in {} groups do not fit",
                    p.x.ToString(), p.w.ToString(), op.group);
  }
  p.height = {p.x[1],          p.w[1],     op.strides[0],
              op.dilations[0], op.pads[0], op.pads[2]};
  p.width = {p.x[2],          p.w[2],     op.strides[1],
             op.dilations[1], op.pads[1], op.pads[3]};
  OCTET_ASSIGN(const int64_t height, p.height.Outputs());
  OCTET_ASSIGN(const int64_t width, p.width.Outputs());
  p.y = {p.x[0], height, width, p.w[0]};
  return p;
}

// [O,kh,kw,I] as [group,kh,kw,I,O/group]: the loop over outputs innermost has
// no dependency from one sum to the next, so that it is not hopelessly slow.
std::vector<double> OutputsInnermost(const Tensor& w, int64_t group) {
  const std::vector<double> from = Widen<double>(w);
  const int64_t outputs = w.shape()[0] / std::max<int64_t>(group, 1);
  const int64_t taps = w.shape()[1] * w.shape()[2] * w.shape()[3];
  std::vector<double> to(from.size());
  for (int64_t g = 0; g < group; ++g) {
    for (int64_t o = 0; o < outputs; ++o) {
      for (int64_t t = 0; t < taps; ++t) {
        to[size_t((g * taps + t) * outputs + o)] =
            from[size_t((g * outputs + o) * taps + t)];
      }
    }
  }
  return to;
}

// Adds the products of one output pixel to sums[O].
void SumPixel(const Problem& p, const double* x, const double* w, int64_t oh,
              int64_t ow, double* sums) {
  const int64_t inputs = p.w[3];
  const int64_t outputs = p.w[0] / p.group;
  for (int64_t kh = 0; kh < p.w[1]; ++kh) {
    const int64_t ih =
        oh * p.height.stride + kh * p.height.dilation - p.height.before;
    if (ih < 0 || ih >= p.x[1]) continue;
    for (int64_t kw = 0; kw < p.w[2]; ++kw) {
      const int64_t iw =
          ow * p.width.stride + kw * p.width.dilation - p.width.before;
      if (iw < 0 || iw >= p.x[2]) continue;
      const double* pixel = x + (ih * p.x[2] + iw) * p.x[3];
      for (int64_t g = 0; g < p.group; ++g) {
        double* sum = sums + g * outputs;
        const double* tap =
            w + ((g * p.w[1] + kh) * p.w[2] + kw) * inputs * outputs;
        for (int64_t i = 0; i < inputs; ++i) {
          const double value = pixel[g * inputs + i];
          for (int64_t o = 0; o < outputs; ++o) {
            sum[o] += value * tap[i * outputs + o];
          }
        }
      }
    }
  }
}

}  // namespace

Result<Tensor> Run(const Conv& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 2, 4));
  const Tensor& x = *operands[0];
  OCTET_ASSIGN(const Problem p, Check(op, x, *operands[1]));
  OCTET_ASSIGN(Tensor y, MakeTensor(x.dtype(), p.y.dims()));
  OCTET_ASSIGN(const FusedOperands fused,
               ReadFusedOperands(op.fusion, operands, p.y, /*repeats=*/false));
  const std::vector<double> wide_x = Widen<double>(x);
  const std::vector<double> wide_w = OutputsInnermost(*operands[1], op.group);
  std::vector<double> sums(size_t(y.elements()));
  const int64_t image = p.x[1] * p.x[2] * p.x[3];
  double* sum = sums.data();
  for (int64_t n = 0; n < p.y[0]; ++n) {
    for (int64_t oh = 0; oh < p.y[1]; ++oh) {
      for (int64_t ow = 0; ow < p.y[2]; ++ow, sum += p.y[3]) {
        SumPixel(p, wide_x.data() + n * image, wide_w.data(), oh, ow, sum);
      }
    }
  }
  ApplyFusion(op.fusion, fused, p.y[3], sums);
  return Narrow<double>(sums, x.dtype(), p.y.dims());
}

}  // namespace octet::compile::reference
