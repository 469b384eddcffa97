// Weights in another order of axes.
#ifndef OCTET_COMPILE_ONNX_PERMUTE_H_
#define OCTET_COMPILE_ONNX_PERMUTE_H_

#include <cstdint>
#include <vector>

#include "compile/onnx/graph_builder.h"
#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::compile {

// Axis i of the result is axis perm[i] of the tensor.
Tensor Permuted(const Tensor& tensor, const std::vector<int64_t>& perm);

// The value with its axes in another order, for the current ONNX node: another
// constant where it is a constant, a Dequantize of another constant (its axis
// moved along) where it is that, else a Transpose.
//   new_axis: if not negative, an axis of size 1 is put there afterwards.
Result<ValueId> PermuteWeights(GraphBuilder& builder, ValueId weights,
                               const std::vector<int64_t>& perm,
                               int new_axis = -1);

// The value times a number: folded into a constant or into the scale of a
// Dequantize of a constant; else a Mul.
Result<ValueId> ScaleWeights(GraphBuilder& builder, ValueId weights,
                             float factor);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_PERMUTE_H_
