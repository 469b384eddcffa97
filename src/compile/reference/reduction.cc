// Operations that look along an axis: reductions, softmax, normalization.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "compile/reference/operations.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {
namespace {

template <typename Wide>
Wide Start(ReduceOp op) {
  using Limits = std::numeric_limits<Wide>;
  switch (op) {
    case ReduceOp::kMean:
    case ReduceOp::kSum:
    case ReduceOp::kSumSquare:
      return 0;
    case ReduceOp::kProd:
      return 1;
    case ReduceOp::kMax:
      return Limits::has_infinity ? -Limits::infinity() : Limits::min();
    case ReduceOp::kMin:
      return Limits::has_infinity ? Limits::infinity() : Limits::max();
  }
  return 0;
}

// Integers wrap; in unsigned arithmetic that is defined.
template <typename Wide>
Wide Combine(ReduceOp op, Wide so_far, Wide v) {
  using Ring =
      std::conditional_t<std::is_same_v<Wide, double>, double, uint64_t>;
  switch (op) {
    case ReduceOp::kMean:
    case ReduceOp::kSum:
      return Wide(Ring(so_far) + Ring(v));
    case ReduceOp::kSumSquare:
      return Wide(Ring(so_far) + Ring(v) * Ring(v));
    case ReduceOp::kProd:
      return Wide(Ring(so_far) * Ring(v));
    case ReduceOp::kMax:
      return std::max(so_far, v);
    case ReduceOp::kMin:
      return std::min(so_far, v);
  }
  return so_far;
}

template <typename Wide>
Result<Tensor> RunReduce(const Reduce& op, const Tensor& x,
                         const Shape& with_dims, const Shape& result) {
  const std::vector<Wide> wide = Widen<Wide>(x);
  std::vector<Wide> y(size_t(result.elements()), Start<Wide>(op.op));
  auto in = wide.begin();
  ForEachElement<1>(x.shape(), {BroadcastStrides(with_dims, x.shape())},
                    [&](const std::array<int64_t, 1>& at) {
                      Wide& sum = y[size_t(at[0])];
                      sum = Combine(op.op, sum, *in++);
                    });
  if (op.op == ReduceOp::kMean && !y.empty() && !wide.empty()) {
    const auto count = Wide(wide.size() / y.size());
    for (Wide& v : y) v /= count;
  }
  return Narrow<Wide>(y, x.dtype(), result.dims());
}

// A tensor seen as [outer, count, inner] around an axis.
struct AroundAxis {
  int64_t outer = 1, count = 1, inner = 1;
};
AroundAxis Around(const Shape& shape, int axis) {
  AroundAxis around;
  for (int i = 0; i < axis; ++i) around.outer *= shape[i];
  around.count = shape[axis];
  for (int i = axis + 1; i < shape.rank(); ++i) around.inner *= shape[i];
  return around;
}

Status RequireFloat(const Tensor& x, const char* what) {
  if (IsFloat(x.dtype())) return {};
  return Unsupported("{} of {}", what, Name(x.dtype()));
}

}  // namespace

Result<Tensor> Run(const Reduce& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Tensor& x = *operands[0];
  Shape with_dims = x.shape();
  std::vector<bool> reduced(size_t(x.shape().rank()));
  for (int64_t a : op.axes) {
    OCTET_ASSIGN(const int axis, NormalizeAxis(a, x.shape().rank()));
    with_dims[axis] = 1;
    reduced[size_t(axis)] = true;
  }
  std::vector<int64_t> dims;
  for (int i = 0; i < x.shape().rank(); ++i) {
    if (op.keep_dims || !reduced[size_t(i)]) dims.push_back(with_dims[i]);
  }
  const Shape result(dims);
  return IsFloat(x.dtype()) ? RunReduce<double>(op, x, with_dims, result)
                            : RunReduce<int64_t>(op, x, with_dims, result);
}

Result<Tensor> Run(const Softmax& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Tensor& x = *operands[0];
  OCTET_RETURN_IF_ERROR(RequireFloat(x, "a softmax"));
  OCTET_ASSIGN(const int axis, NormalizeAxis(op.axis, x.shape().rank()));
  const AroundAxis around = Around(x.shape(), axis);
  std::vector<double> v = Widen<double>(x);
  for (int64_t o = 0; o < around.outer; ++o) {
    for (int64_t i = 0; i < around.inner; ++i) {
      double* first = v.data() + o * around.count * around.inner + i;
      double largest = -std::numeric_limits<double>::infinity();
      for (int64_t k = 0; k < around.count; ++k) {
        largest = std::max(largest, first[k * around.inner]);
      }
      double sum = 0;
      for (int64_t k = 0; k < around.count; ++k) {
        double& e = first[k * around.inner];
        e = std::exp(e - largest);
        sum += e;
      }
      for (int64_t k = 0; k < around.count; ++k) first[k * around.inner] /= sum;
    }
  }
  return Narrow<double>(v, x.dtype(), x.shape().dims());
}

Result<Tensor> Run(const LayerNorm& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 2, 3));
  const Tensor& x = *operands[0];
  OCTET_RETURN_IF_ERROR(RequireFloat(x, "a layer normalization"));
  OCTET_ASSIGN(const int axis, NormalizeAxis(op.axis, x.shape().rank()));
  const AroundAxis around = Around(x.shape(), axis);
  const int64_t count = around.count * around.inner;
  const std::vector<double> scale = Widen<double>(*operands[1]);
  const Tensor* given_bias = Optional(operands, 2);
  const std::vector<double> bias = given_bias == nullptr
                                       ? std::vector<double>(scale.size())
                                       : Widen<double>(*given_bias);
  if (int64_t(scale.size()) != count || bias.size() != scale.size()) {
    return BadInput("{} scales and {} biases for {} normalized elements",
                    scale.size(), bias.size(), count);
  }
  std::vector<double> v = Widen<double>(x);
  for (int64_t o = 0; o < around.outer; ++o) {
    const std::span<double> row(v.data() + o * count, size_t(count));
    const double mean =
        std::accumulate(row.begin(), row.end(), 0.0) / double(count);
    double variance = 0;
    for (double e : row) variance += (e - mean) * (e - mean);
    variance /= double(count);
    const double factor = 1 / std::sqrt(variance + double(op.epsilon));
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = (row[i] - mean) * factor * scale[i] + bias[i];
    }
  }
  return Narrow<double>(v, x.dtype(), x.shape().dims());
}

}  // namespace octet::compile::reference
