// The plain evaluator of a Graph: what every operation of ops.h means.
//
// It is the oracle that passes, lowering and engines are tested against, and
// what folds constants. Float arithmetic is done in double and rounded once per
// value, integers are exact, and Quantize and Dequantize follow numerics.md. It
// is written to be read, not to be fast.
//
// Every function here checks what it is given: models come from strangers, and
// constants are folded before anything else has looked at them.
#ifndef OCTET_COMPILE_REFERENCE_EVALUATE_H_
#define OCTET_COMPILE_REFERENCE_EVALUATE_H_

#include <memory>
#include <span>
#include <vector>

#include "compile/ir/graph.h"
#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::compile {

// No value may be larger than this.
inline constexpr int64_t kMaxEvaluatedBytes = int64_t{1} << 30;

// Runs the graph.
//
//   inputs:  one tensor for each of graph.inputs, in that order, of the value's
//            type; where the value has a shape, of that shape (symbolic
//            dimensions fit any size).
//   returns: one tensor for each of graph.outputs.
//   errors:  kBadInput if an input does not fit, an operation cannot take its
//            operands, or a result is larger than kMaxEvaluatedBytes or unlike
//            the type and shape that the graph states for it; kUnsupported for
//            an operation on element types it has no meaning for. The message
//            names the node.
Result<std::vector<Tensor>> Evaluate(const Graph& graph,
                                     std::span<const Tensor> inputs);

// The same, and keeps every value: one entry for each of graph.values, shared
// with the graph for constants, null for values that no node produces.
Result<std::vector<std::shared_ptr<const Tensor>>> EvaluateAll(
    const Graph& graph, std::span<const Tensor> inputs);

// Evaluates one node.
//
//   inputs:  one for each of node.inputs; null where an optional one is
//            missing.
//   returns: the node's output; every operation has one.
//   errors:  as Evaluate.
Result<Tensor> EvaluateNode(const Node& node,
                            std::span<const Tensor* const> inputs);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_REFERENCE_EVALUATE_H_
