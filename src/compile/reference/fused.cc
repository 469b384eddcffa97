#include "compile/reference/fused.h"

#include "base/error.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {
namespace {

bool Fits(const Shape& residual, const Shape& output, bool repeats) {
  if (!repeats) return residual == output;
  const Result<Shape> whole = Broadcast(residual, output);
  return whole.ok() && *whole == output;
}

}  // namespace

Result<FusedOperands> ReadFusedOperands(const Fusion& fusion, Operands operands,
                                        const Shape& output_shape,
                                        bool repeats) {
  FusedOperands fused;
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 2, fusion.residual ? 4 : 3));
  const size_t last = operands.size() - 1;
  if (fusion.residual) {
    const Tensor* residual = last >= 2 ? operands[last] : nullptr;
    if (residual == nullptr ||
        !Fits(residual->shape(), output_shape, repeats)) {
      return BadInput("the residual is not of the output's shape {}",
                      output_shape.ToString());
    }
    const std::vector<double> elements = Widen<double>(*residual);
    ForEachElement<1>(output_shape,
                      {BroadcastStrides(residual->shape(), output_shape)},
                      [&](const std::array<int64_t, 1>& at) {
                        fused.residual.push_back(elements[size_t(at[0])]);
                      });
  }
  const bool third_is_residual = fusion.residual && last == 2;
  const Tensor* bias = third_is_residual ? nullptr : Optional(operands, 2);
  if (bias != nullptr) {
    const int64_t channels =
        output_shape.rank() == 0 ? 1 : output_shape[output_shape.rank() - 1];
    if (bias->shape() != Shape{channels}) {
      return BadInput("a bias of shape {} for {} output channels",
                      bias->shape().ToString(), channels);
    }
    fused.bias = Widen<double>(*bias);
  }
  return fused;
}

void ApplyFusion(const Fusion& fusion, const FusedOperands& operands,
                 int64_t channels, std::span<double> sums) {
  for (size_t i = 0; i < sums.size(); ++i) {
    double v = sums[i];
    if (!operands.bias.empty()) v += operands.bias[i % size_t(channels)];
    v = Evaluate(fusion.before, v);
    if (!operands.residual.empty()) v += operands.residual[i];
    sums[i] = Evaluate(fusion.after, v);
  }
}

}  // namespace octet::compile::reference
