// What a convolution or matrix product does with its sums: see Fusion.
#ifndef OCTET_COMPILE_REFERENCE_FUSED_H_
#define OCTET_COMPILE_REFERENCE_FUSED_H_

#include <span>
#include <vector>

#include "compile/ir/ops.h"
#include "compile/reference/operands.h"
#include "octet/status.h"

namespace octet::compile::reference {

// The bias (as many as there are output channels) and the residual (of the
// output's shape) of a fused operation, as doubles; empty where there is none.
struct FusedOperands {
  std::vector<double> bias;
  std::vector<double> residual;
};

// Takes operand 2 as bias and, if the fusion has one, the last as residual.
//   repeats: a residual is broadcast to the output's shape.
//   errors: kBadInput if their shapes are wrong.
Result<FusedOperands> ReadFusedOperands(const Fusion& fusion, Operands operands,
                                        const Shape& output_shape,
                                        bool repeats);

// Applies bias, before, residual and after to the sums [..., channels].
void ApplyFusion(const Fusion& fusion, const FusedOperands& operands,
                 int64_t channels, std::span<double> sums);

}  // namespace octet::compile::reference

#endif  // OCTET_COMPILE_REFERENCE_FUSED_H_
