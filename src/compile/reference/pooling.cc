// Max and average pooling over windows of [N,H,W,C].
#include <algorithm>
#include <limits>

#include "base/error.h"
#include "compile/reference/operations.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {
namespace {

Result<Shape> OutputShape(const Pool& op, const Shape& x) {
  if (x.rank() != 4) {
    return BadInput("pooling of {}, not [N, H, W, C]", x.ToString());
  }
  Shape y = x;
  for (size_t i = 0; i < 2; ++i) {
    // Bounded before they are added: attributes come from the model.
    constexpr int64_t kLimit = int64_t{1} << 30;
    const int64_t in = x[int(i) + 1];
    for (int64_t v :
         {in, op.kernel[i], op.strides[i], op.pads[i], op.pads[i + 2]}) {
      if (v < 0 || v > kLimit) return BadInput("a window of size {}", v);
    }
    const int64_t room = in + op.pads[i] + op.pads[i + 2] - op.kernel[i];
    if (op.kernel[i] == 0 || op.strides[i] == 0 || room < 0) {
      return BadInput("a window of {} by step {} on {}", op.kernel[i],
                      op.strides[i], x.ToString());
    }
    y[int(i) + 1] = room / op.strides[i] + 1;
  }
  return y;
}

// The part of a window that lies on the image, along one axis.
struct Span {
  int64_t begin, end;
};
Span Clip(int64_t output, int64_t stride, int64_t pad, int64_t kernel,
          int64_t input) {
  const int64_t begin = output * stride - pad;
  return {std::max<int64_t>(begin, 0), std::min(begin + kernel, input)};
}

template <typename Wide>
Result<Tensor> RunPool(const Pool& op, const Tensor& x, const Shape& ys) {
  const Shape& xs = x.shape();
  const std::vector<Wide> wide = Widen<Wide>(x);
  std::vector<Wide> y(size_t(ys.elements()));
  const bool max = op.op == PoolOp::kMax;
  const Wide start = !max ? Wide(0)
                     : std::numeric_limits<Wide>::has_infinity
                         ? -std::numeric_limits<Wide>::infinity()
                         : std::numeric_limits<Wide>::min();
  Wide* out = y.data();
  const int64_t channels = ys[3];
  for (int64_t n = 0; n < ys[0]; ++n) {
    for (int64_t oh = 0; oh < ys[1]; ++oh) {
      const Span h = Clip(oh, op.strides[0], op.pads[0], op.kernel[0], xs[1]);
      for (int64_t ow = 0; ow < ys[2]; ++ow, out += channels) {
        const Span w = Clip(ow, op.strides[1], op.pads[1], op.kernel[1], xs[2]);
        std::fill(out, out + channels, start);
        for (int64_t ih = h.begin; ih < h.end; ++ih) {
          for (int64_t iw = w.begin; iw < w.end; ++iw) {
            const Wide* pixel =
                wide.data() + ((n * xs[1] + ih) * xs[2] + iw) * channels;
            for (int64_t c = 0; c < channels; ++c) {
              out[c] = max ? std::max(out[c], pixel[c]) : out[c] + pixel[c];
            }
          }
        }
        if (max) continue;
        const int64_t counted = std::max<int64_t>(h.end - h.begin, 0) *
                                std::max<int64_t>(w.end - w.begin, 0);
        const int64_t divisor =
            op.count_include_pad ? op.kernel[0] * op.kernel[1] : counted;
        for (int64_t c = 0; c < channels && divisor > 0; ++c) {
          out[c] /= Wide(divisor);
        }
      }
    }
  }
  return Narrow<Wide>(y, x.dtype(), ys.dims());
}

}  // namespace

Result<Tensor> Run(const Pool& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Tensor& x = *operands[0];
  OCTET_ASSIGN(const Shape shape, OutputShape(op, x.shape()));
  OCTET_RETURN_IF_ERROR(MakeTensor(x.dtype(), shape.dims()).status());
  return IsFloat(x.dtype()) ? RunPool<double>(op, x, shape)
                            : RunPool<int64_t>(op, x, shape);
}

}  // namespace octet::compile::reference
