// Moves the transposes that the importer put around every image operation:
// see layout.h for how.
#include <algorithm>
#include <vector>

#include "compile/passes/layout.h"
#include "compile/passes/passes.h"

namespace octet::compile {
namespace {

const Perm kToChannelsLast = {0, 2, 3, 1};
const Perm kFromChannelsLast = {0, 3, 1, 2};

// Operations that do to an image what does not depend on its layout.
bool FollowsAnyLayout(const Op& op) {
  return std::holds_alternative<Unary>(op) ||
         std::holds_alternative<Cast>(op) ||
         std::holds_alternative<Binary>(op) ||
         std::holds_alternative<Concat>(op) ||
         std::holds_alternative<Slice>(op) || std::holds_alternative<Pad>(op) ||
         std::holds_alternative<Quantize>(op) ||
         std::holds_alternative<Dequantize>(op);
}

// Whether everything that is computed from graph input `input` is prepared like
// an image (sliced, scaled, joined) and then put into channels-last order. Then
// that may as well be done first: once, to the smallest number of values.
bool IsPreparedImage(const Graph& graph, const Uses& uses, ValueId input) {
  const Value& value = graph.values[size_t(input)];
  if (!value.has_shape || value.shape.rank() != 4 ||
      uses.is_output[size_t(input)]) {
    return false;
  }
  std::vector<bool> prepared(graph.values.size());
  std::vector<NodeId> steps;
  std::vector<ValueId> pending = {input};
  prepared[size_t(input)] = true;
  while (!pending.empty()) {
    const ValueId id = pending.back();
    pending.pop_back();
    if (uses.is_output[size_t(id)]) return false;
    for (NodeId reader : uses.readers[size_t(id)]) {
      const Node& node = graph.nodes[size_t(reader)];
      const auto* transpose = std::get_if<Transpose>(&node.op);
      if (transpose != nullptr && transpose->perm == kToChannelsLast) continue;
      const ValueId output = node.outputs[0];
      if (!FollowsAnyLayout(node.op) || prepared[size_t(output)]) {
        if (prepared[size_t(output)]) continue;
        return false;
      }
      prepared[size_t(output)] = true;
      steps.push_back(reader);
      pending.push_back(output);
    }
  }
  // Nothing that comes from elsewhere may have to be turned around for it.
  for (NodeId step : steps) {
    for (ValueId id : graph.nodes[size_t(step)].inputs) {
      if (id != kNoValue && !prepared[size_t(id)] &&
          !graph.values[size_t(id)].is_constant()) {
        return false;
      }
    }
  }
  return !steps.empty();
}

void TurnInputs(Layout& layout, const std::vector<ValueId>& inputs) {
  for (ValueId id : inputs) {
    const Value value = layout.value(id);
    Shape shape = value.shape;
    for (int i = 0; i < 4; ++i) {
      shape[i] = value.shape[int(kToChannelsLast[size_t(i)])];
    }
    const ValueId turned = layout.EmitMove(PermuteOp(value, kToChannelsLast),
                                           id, shape, value.name);
    layout.Note(id, {turned, kFromChannelsLast}, /*computed=*/true);
  }
}

// An image that is put in order as it comes in: that is where the transpose is
// to stay.
bool TurnsInput(const Graph& graph, const Node& node) {
  return std::get<Transpose>(node.op).perm == kToChannelsLast &&
         std::ranges::find(graph.inputs, node.inputs[0]) != graph.inputs.end();
}

// A view of what is a view itself is one of the first source.
void NoteTranspose(Layout& layout, const Node& node) {
  const Perm& perm = std::get<Transpose>(node.op).perm;
  const View* view = layout.Find(node.inputs[0]);
  if (view == nullptr) {
    layout.NoteImported(node.outputs[0], {node.inputs[0], perm});
    return;
  }
  Perm joined;
  for (int64_t axis : perm) joined.push_back(view->perm[size_t(axis)]);
  layout.Note(node.outputs[0], {view->source, std::move(joined)});
}

int64_t CountTransposes(const std::vector<Node>& nodes) {
  return std::ranges::count_if(nodes, [](const Node& node) {
    return std::holds_alternative<Transpose>(node.op);
  });
}

}  // namespace

Result<bool> MakeChannelsLast(Graph& graph) {
  const int64_t before = CountTransposes(graph.nodes);
  if (before == 0) return false;
  // What nobody needs must not decide what is computed.
  Compact(graph);
  std::vector<ValueId> images;
  const Uses uses = ComputeUses(graph);
  for (ValueId input : graph.inputs) {
    if (IsPreparedImage(graph, uses, input)) images.push_back(input);
  }
  Layout layout(graph);
  const std::vector<Node> nodes = layout.TakeNodes();
  TurnInputs(layout, images);
  for (const Node& node : nodes) {
    if (std::holds_alternative<Transpose>(node.op)) {
      if (TurnsInput(graph, node)) {
        Node turn = node;
        turn.op = PermuteOp(layout.value(node.inputs[0]), kToChannelsLast);
        layout.Emit(std::move(turn));
      } else {
        NoteTranspose(layout, node);
      }
      continue;
    }
    OCTET_ASSIGN(const bool followed, FollowView(layout, node));
    if (!followed) layout.EmitPlain(node);
  }
  layout.Finish();
  Compact(graph);
  return CountTransposes(graph.nodes) != before;
}

}  // namespace octet::compile
