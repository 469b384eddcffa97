// Convolution, pooling, resize: images in NHWC.
#include <fmt/format.h>

#include <cmath>

#include "compile/ir/infer_rules.h"

namespace octet::compile {
namespace {

// Beyond this a kernel, stride or padding is a mistake and sums could overflow.
constexpr int64_t kMostExtent = int64_t{1} << 31;

struct Window {
  std::array<int64_t, 2> kernel, strides, dilations;
  std::array<int64_t, 4> pads;
};

Status CheckWindow(const InferContext& c, const Window& window) {
  for (int i = 0; i < 2; ++i) {
    const int64_t steps[] = {window.kernel[i], window.strides[i],
                             window.dilations[i]};
    for (int64_t step : steps) {
      if (step < 1 || step > kMostExtent) {
        return c.Bad("kernel, strides and dilations must be 1 to 2^31");
      }
    }
  }
  for (int64_t pad : window.pads) {
    if (pad < 0 || pad > kMostExtent) return c.Bad("pads must be 0 to 2^31");
  }
  return {};
}

// [N, H, W, C] to [N, OH, OW, channels].
InferResult Slide(const InferContext& c, const Window& window,
                  int64_t channels) {
  OCTET_RETURN_IF_ERROR(CheckWindow(c, window));
  const Value& x = c.In(0);
  Inferred out{x.dtype, true,
               Shape{kUnknownDim, kUnknownDim, kUnknownDim, channels}};
  if (!x.has_shape) return out;
  out.shape[0] = x.shape[0];
  for (int i = 0; i < 2; ++i) {
    const auto dim =
        WindowDim(x.shape[1 + i], window.pads[i] + window.pads[2 + i],
                  window.kernel[i], window.strides[i], window.dilations[i]);
    if (!dim) {
      return c.Bad("its window does not fit into {}", c.Text(x.shape));
    }
    out.shape[1 + i] = *dim;
  }
  return out;
}

Status CheckWeights(const InferContext& c, const Conv& op, const Shape& w) {
  for (int64_t dim : w.dims()) {
    if (!IsNumber(dim)) return c.Bad("the shape of its weights is not known");
    if (dim == 0) return c.Bad("its weights are empty");
  }
  if (op.group < 1 || w[0] % op.group != 0) {
    return c.Bad("{} output channels in {} groups", w[0], op.group);
  }
  const Value& x = c.In(0);
  if (!x.has_shape || !IsNumber(x.shape[3])) return {};
  if (w[3] > kMostExtent || op.group > kMostExtent ||
      x.shape[3] != w[3] * op.group) {
    return c.Bad("{} input channels, expected {} groups of {}", x.shape[3],
                 op.group, w[3]);
  }
  return {};
}

Status CheckBias(const InferContext& c, int64_t channels) {
  if (!c.Has(2)) return {};
  OCTET_RETURN_IF_ERROR(c.NeedType(2, DType::kF32));
  OCTET_RETURN_IF_ERROR(c.NeedRank(2, 1));
  const Value& bias = c.In(2);
  if (bias.has_shape && !CanBeEqual(bias.shape[0], channels)) {
    return c.Bad("bias of {} for {} channels", bias.shape[0], channels);
  }
  return {};
}

Status CheckResidual(const InferContext& c, const Inferred& out) {
  if (!c.Has(3)) return {};
  OCTET_RETURN_IF_ERROR(c.NeedType(3, DType::kF32));
  OCTET_RETURN_IF_ERROR(c.NeedRank(3, out.shape.rank()));
  const Value& residual = c.In(3);
  if (!residual.has_shape) return {};
  for (int axis = 0; axis < out.shape.rank(); ++axis) {
    if (!CanBeEqual(residual.shape[axis], out.shape[axis])) {
      return c.Bad("residual of shape {} for an output of {}",
                   c.Text(residual.shape), c.Text(out.shape));
    }
  }
  return {};
}

Result<int64_t> ScaledDim(const InferContext& c, int64_t dim, double scale) {
  if (!(scale > 0) || !std::isfinite(scale)) {
    return c.Bad("its scale is {}, expected a positive number", scale);
  }
  if (!IsNumber(dim)) return scale == 1 ? dim : kUnknownDim;
  // In single precision, as ONNX Runtime multiplies.
  const float size = std::floor(float(dim) * float(scale));
  if (size < 1 || size > float(kMostExtent)) {
    return c.Bad("size {} times {}", dim, scale);
  }
  return int64_t(size);
}

}  // namespace

InferResult Infer(const InferContext& c, Conv& op) {
  for (size_t i : {0, 1}) {
    OCTET_RETURN_IF_ERROR(c.NeedType(i, DType::kF32));
    OCTET_RETURN_IF_ERROR(c.NeedRank(i, 4));
  }
  if (!c.In(1).has_shape) return c.Bad("the shape of its weights is not known");
  const Shape& w = c.In(1).shape;
  OCTET_RETURN_IF_ERROR(CheckWeights(c, op, w));
  OCTET_RETURN_IF_ERROR(CheckBias(c, w[0]));
  const Window window{{w[1], w[2]}, op.strides, op.dilations, op.pads};
  OCTET_ASSIGN(Inferred out, Slide(c, window, w[0]));
  OCTET_RETURN_IF_ERROR(CheckResidual(c, out));
  return out;
}

InferResult Infer(const InferContext& c, Pool& op) {
  OCTET_RETURN_IF_ERROR(c.NeedRank(0, 4));
  const Value& x = c.In(0);
  if (op.op == PoolOp::kAverage) {
    OCTET_RETURN_IF_ERROR(c.NeedType(0, DType::kF32));
  }
  const Window window{op.kernel, op.strides, {1, 1}, op.pads};
  OCTET_ASSIGN(Inferred out,
               Slide(c, window, x.has_shape ? x.shape[3] : kUnknownDim));
  // A maximum of padding alone is no number.
  for (size_t i = 0; i < 4; ++i) {
    if (op.pads[i] >= op.kernel[i % 2]) {
      return c.Bad("pads [{}], expected less than its window of {}x{}",
                   fmt::join(op.pads, ", "), op.kernel[0], op.kernel[1]);
    }
  }
  return out;
}

InferResult Infer(const InferContext& c, Resize& op) {
  OCTET_RETURN_IF_ERROR(c.NeedRank(0, 4));
  const Value& x = c.In(0);
  if (op.mode == ResizeMode::kLinear) {
    OCTET_RETURN_IF_ERROR(c.NeedType(0, DType::kF32));
  }
  Inferred out{x.dtype, true,
               Shape{kUnknownDim, kUnknownDim, kUnknownDim, kUnknownDim}};
  if (x.has_shape) {
    out.shape[0] = x.shape[0];
    out.shape[3] = x.shape[3];
  }
  if (c.inputs() > 1) return out;
  for (int i = 0; i < 2; ++i) {
    if (!(op.scales[i] > 0) || !std::isfinite(op.scales[i])) {
      return c.Bad("its scale is {}, expected a positive number", op.scales[i]);
    }
    if (op.size[i] < 0 || op.size[i] > kMostExtent) {
      return c.Bad("its size is {}", op.size[i]);
    }
    // A size of 0 follows from the scale, once the input's is a number.
    if (op.size[i] > 0) {
      out.shape[1 + i] = op.size[i];
    } else if (x.has_shape) {
      OCTET_ASSIGN(out.shape[1 + i],
                   ScaledDim(c, x.shape[1 + i], op.scales[i]));
      if (IsNumber(out.shape[1 + i])) op.size[i] = out.shape[1 + i];
    }
  }
  return out;
}

}  // namespace octet::compile
