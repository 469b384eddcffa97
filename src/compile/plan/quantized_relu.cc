#include "compile/plan/quantized_relu.h"

#include <algorithm>

namespace octet::compile {
namespace {

// Whether the least code stands for 0.0.
bool BeginsAtZero(const Graph& graph, const Node& node) {
  if (!std::holds_alternative<Quantize>(node.op)) return false;
  if (node.inputs.size() < 3 || node.inputs[2] == kNoValue) return true;  // u8
  const Value& zero = graph.values[size_t(node.inputs[2])];
  if (!zero.is_constant()) return false;
  if (zero.dtype == DType::kU8) {
    return std::ranges::all_of(zero.data->as<uint8_t>(),
                               [](uint8_t z) { return z == 0; });
  }
  return zero.dtype == DType::kS8 &&
         std::ranges::all_of(zero.data->as<int8_t>(),
                             [](int8_t z) { return z == -128; });
}

Fusion* FusionOf(Node& node) {
  if (auto* conv = std::get_if<Conv>(&node.op)) return &conv->fusion;
  auto* matmul = std::get_if<MatMul>(&node.op);
  return matmul == nullptr ? nullptr : &matmul->fusion;
}

}  // namespace

void RestoreRelus(Graph& graph) {
  const Uses uses = ComputeUses(graph);
  const Function relu{FunctionKind::kRelu};
  for (Node& node : graph.nodes) {
    Fusion* fusion = FusionOf(node);
    const size_t y = size_t(node.outputs[0]);
    if (fusion == nullptr || uses.is_output[y] || uses.readers[y].empty() ||
        fusion->before != Function() || fusion->after != Function()) {
      continue;
    }
    const bool only = std::ranges::all_of(uses.readers[y], [&](NodeId reader) {
      return BeginsAtZero(graph, graph.nodes[size_t(reader)]);
    });
    if (only) (fusion->residual ? fusion->after : fusion->before) = relu;
  }
}

}  // namespace octet::compile
