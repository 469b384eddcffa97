// Functions of one code: what follows an int8 product and depends on nothing
// but each of its codes is a table of 256 answers, which the product's epilogue
// looks up. Models with quantize and dequantize nodes in them write SiLU so: a
// sigmoid of codes, and a product of codes.
//
// A table is made of the same steps that it stands for (numerics, "Other int8
// operators"), so that the answers are the same.
#include <algorithm>
#include <numeric>

#include "compile/lower/lowering.h"
#include "compile/plan/classify.h"
#include "kernels/binary_u8/binary_u8.h"

namespace octet::compile {
namespace {

// q = (a op b) for 256 pairs of codes.
std::vector<uint8_t> Combine(const BinaryOp op, const std::vector<uint8_t>& a,
                             const QuantParams& a_quant,
                             const std::vector<uint8_t>& b,
                             const QuantParams& b_quant, const QuantParams& y) {
  std::vector<uint8_t> codes(a.size());
  const auto quant = [](const QuantParams& q) {
    return kernels::ChannelQuant{q.scale.data(), q.zero_point.data(), false};
  };
  kernels::BinaryU8Params p{};
  p.op = kernels::BinaryU8Op(op);
  p.images = 1;
  p.pixels = 1;
  p.channels = int64_t(a.size());
  p.a = a.data();
  p.b = b.data();
  p.b_channel_stride = 1;
  p.y = codes.data();
  p.a_quant = quant(a_quant);
  p.b_quant = quant(b_quant);
  p.y_quant = quant(y);
  kernels::BinaryU8Reference(p, 0, 1, nullptr);
  return codes;
}

class CodeFunctionPlacer {
 public:
  explicit CodeFunctionPlacer(Lowering& lowering)
      : lowering_(lowering), uses_(ComputeUses(lowering.graph)) {}

  void Place(const Node& product) {
    const ValueId v = product.outputs[0];
    if (!IsPlainProduct(product) || !HasOneScale(v) || uses_.is_output[v] ||
        lowering_.placements.contains(v)) {
      return;
    }
    const Node* function = nullptr;
    const Node* gated = nullptr;
    for (NodeId id : uses_.readers[size_t(v)]) {
      const Node& reader = lowering_.graph.nodes[size_t(id)];
      if (std::holds_alternative<Unary>(reader.op) && function == nullptr) {
        function = &reader;
      } else if (std::holds_alternative<Binary>(reader.op) &&
                 gated == nullptr) {
        gated = &reader;
      } else {
        return;
      }
    }
    if (function == nullptr || !IsOfCodes(*function)) return;
    const std::vector<uint8_t> table = TableOf(*function);
    if (gated == nullptr) {
      Behind(v, *function, table);
    } else if (IsOfCodes(*gated) && IsGate(*gated, v, function->outputs[0])) {
      Behind(v, *gated, GatedTable(*gated, v, function->outputs[0], table));
      lowering_.in_table.insert(function->outputs[0]);
    }
  }

 private:
  void Behind(ValueId v, const Node& last, std::vector<uint8_t> table) {
    lowering_.tables_behind[v] = {&last, std::move(table)};
    lowering_.in_table.insert(last.outputs[0]);
  }

  bool HasOneScale(ValueId v) const {
    const Form& form = lowering_.FormsOf(v)[0];
    return form.is_u8() && !form.quant.per_channel();
  }

  const QuantParams& QuantOf(ValueId v) const {
    return lowering_.FormsOf(v)[0].quant;
  }

  bool IsPlainProduct(const Node& node) const {
    const Conv* conv = std::get_if<Conv>(&node.op);
    const MatMul* matmul = std::get_if<MatMul>(&node.op);
    const Role role = Classify(lowering_.graph, node);
    return (role == Role::kProduct || role == Role::kDepthwise) &&
           lowering_.Runs(node, Precision::kInt8) &&
           (conv != nullptr ? conv->fusion : matmul->fusion) == Fusion();
  }

  // In int8, from the first forms of its inputs to one scale.
  bool IsOfCodes(const Node& node) const {
    return lowering_.Runs(node, Precision::kInt8) &&
           HasOneScale(node.outputs[0]) &&
           std::ranges::all_of(lowering_.PlanOf(node).input_forms,
                               [](int form) { return form == 0; });
  }

  // The product of a value and a function of it that nobody else reads.
  bool IsGate(const Node& node, ValueId v, ValueId function) const {
    const Binary& op = std::get<Binary>(node.op);
    return op.after.kind == FunctionKind::kIdentity &&
           uses_.readers[size_t(function)].size() == 1 &&
           !uses_.is_output[size_t(function)] &&
           ((node.inputs[0] == v && node.inputs[1] == function) ||
            (node.inputs[1] == v && node.inputs[0] == function));
  }

  std::vector<uint8_t> TableOf(const Node& node) const {
    return MakeTable(std::get<Unary>(node.op).function, QuantOf(node.inputs[0]),
                     QuantOf(node.outputs[0]));
  }

  std::vector<uint8_t> GatedTable(const Node& node, ValueId v, ValueId function,
                                  const std::vector<uint8_t>& table) const {
    std::vector<uint8_t> codes(256);
    std::iota(codes.begin(), codes.end(), uint8_t{0});
    const bool first = node.inputs[0] == v;
    return Combine(std::get<Binary>(node.op).op, first ? codes : table,
                   QuantOf(first ? v : function), first ? table : codes,
                   QuantOf(first ? function : v), QuantOf(node.outputs[0]));
  }

  Lowering& lowering_;
  Uses uses_;
};

}  // namespace

void PlaceCodeFunctions(Lowering& lowering) {
  CodeFunctionPlacer placer(lowering);
  for (const Node& node : lowering.graph.nodes) placer.Place(node);
}

}  // namespace octet::compile
