#include "compile/passes/layout.h"

#include <algorithm>
#include <numeric>

#include "compile/passes/constant_values.h"
#include "compile/reference/evaluate.h"

namespace octet::compile {
namespace {

std::string Unique(const std::string& base,
                   std::unordered_set<std::string>& taken) {
  std::string name = base;
  for (int i = 1; !taken.insert(name).second; ++i) {
    name = base + "_" + std::to_string(i);
  }
  return name;
}

Shape Permuted(const Shape& shape, const Perm& perm) {
  Shape result = shape;
  for (size_t i = 0; i < perm.size(); ++i) {
    result[int(i)] = shape[int(perm[i])];
  }
  return result;
}

Result<Tensor> TransposeConstant(const Tensor& tensor, const Perm& perm) {
  Node node;
  node.op = Transpose{.perm = perm};
  const Tensor* input = &tensor;
  return EvaluateNode(node, {&input, 1});
}

}  // namespace

bool IsIdentity(const Perm& perm) { return std::ranges::is_sorted(perm); }

Perm Inverse(const Perm& perm) {
  Perm inverse(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) {
    inverse[size_t(perm[i])] = int64_t(i);
  }
  return inverse;
}

std::vector<int64_t> ToSource(const std::vector<int64_t>& list,
                              const Perm& perm) {
  std::vector<int64_t> result(list.size());
  for (size_t i = 0; i < list.size(); ++i) result[size_t(perm[i])] = list[i];
  return result;
}

bool MovesNothing(const Shape& shape, const Perm& perm) {
  int64_t last = -1;
  for (int64_t axis : perm) {
    if (shape[int(axis)] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

Op PermuteOp(const Value& source, const Perm& perm) {
  if (!HasConcreteShape(source) || !MovesNothing(source.shape, perm)) {
    return Transpose{.perm = perm};
  }
  const Shape shape = Permuted(source.shape, perm);
  return Reshape{.dims = {shape.dims().begin(), shape.dims().end()}};
}

Layout::Layout(Graph& graph)
    : graph_(graph), old_nodes_(std::exchange(graph.nodes, {})) {
  is_output_.insert(graph.outputs.begin(), graph.outputs.end());
  for (const Value& value : graph.values) value_names_.insert(value.name);
  for (const Node& node : old_nodes_) {
    // Transposes are not kept, so a second run finds their names free again.
    if (!std::holds_alternative<Transpose>(node.op)) {
      node_names_.insert(node.name);
    }
  }
}

const View* Layout::Find(ValueId id) const {
  const auto found = views_.find(id);
  return found == views_.end() ? nullptr : &found->second;
}

void Layout::Note(ValueId id, View view, bool computed) {
  views_[id] = std::move(view);
  if (computed) computed_.insert(id);
}

void Layout::NoteImported(ValueId id, View view) {
  const ValueId source = view.source;
  if (value(source).name.starts_with(value(id).name + ".")) {
    sources_.emplace_back(id, source);
  }
  Note(id, std::move(view));
}

ValueId Layout::NewValue(const std::string& base, DType dtype,
                         const Shape& shape) {
  Value value;
  value.name = Unique(base, value_names_);
  value.dtype = dtype;
  value.shape = shape;
  value.has_shape = true;
  return graph_.AddValue(std::move(value));
}

ValueId Layout::NewSource(ValueId id, const Perm& perm) {
  const Value like = value(id);
  const Shape shape = Permuted(like.shape, Inverse(perm));
  const ValueId source = NewValue(like.name, like.dtype, shape);
  sources_.emplace_back(id, source);
  Note(id, {source, perm});
  return source;
}

ValueId Layout::Use(ValueId id) {
  const View* view = id == kNoValue ? nullptr : Find(id);
  if (view == nullptr || computed_.contains(id)) return id;
  if (IsIdentity(view->perm)) return view->source;
  const std::pair key(view->source, view->perm);
  if (!is_output_.contains(id)) {
    const auto [found, is_new] = transposed_.try_emplace(key, id);
    if (!is_new) return found->second;
  }
  Compute(id, *view);
  computed_.insert(id);
  return id;
}

void Layout::Compute(ValueId output, const View& view) {
  if (ComputeFromConstant(output, view)) return;
  Node node;
  node.op = PermuteOp(value(view.source), view.perm);
  node.type = KindName(node.op);
  node.name = UniqueNodeName(value(output).name);
  node.origins = {node.name};
  node.inputs = {view.source};
  node.outputs = {output};
  Emit(std::move(node));
}

// A dequantized constant is transposed as the constant.
bool Layout::ComputeFromConstant(ValueId output, const View& view) {
  const auto maker = producer_.find(view.source);
  if (maker == producer_.end()) return false;
  Node node = graph_.nodes[maker->second];
  auto* op = std::get_if<Dequantize>(&node.op);
  if (op == nullptr || !value(node.inputs[0]).is_constant()) return false;
  const auto moved = TransposeConstant(*value(node.inputs[0]).data, view.perm);
  if (!moved.ok()) return false;
  const std::string name = value(node.inputs[0]).name;
  const ValueId constant = NewValue(name, moved->dtype(), moved->shape());
  sources_.emplace_back(node.inputs[0], constant);
  graph_.values[size_t(constant)].data = std::make_shared<const Tensor>(*moved);
  if (op->axis < int64_t(view.perm.size())) {
    op->axis = Inverse(view.perm)[size_t(op->axis)];
  }
  node.inputs[0] = constant;
  node.outputs = {output};
  node.name = UniqueNodeName(node.name);
  Emit(std::move(node));
  return true;
}

ValueId Layout::SameElements(ValueId id, const Shape& shape, const Perm& perm) {
  const View* view = Find(id);
  if (view != nullptr && view->perm.size() == perm.size()) {
    Perm joined;
    for (int64_t axis : perm) joined.push_back(view->perm[size_t(axis)]);
    if (MovesNothing(value(view->source).shape, joined)) return view->source;
  }
  return MovesNothing(shape, perm) ? Use(id) : kNoValue;
}

Result<std::optional<ValueId>> Layout::Unpermuted(ValueId id,
                                                  const Perm& perm) {
  using Found = std::optional<ValueId>;
  if (id == kNoValue) return Found(id);
  const View* view = Find(id);
  if (view != nullptr && view->perm == perm) return Found(view->source);
  const Value like = value(id);
  const auto rank = int(perm.size());
  if (!like.has_shape || like.shape.rank() > rank) return Found();
  if (like.is_constant() && like.data->elements() == 1) return Found(id);
  const auto known = unpermuted_.find({id, perm});
  if (known != unpermuted_.end()) return Found(known->second);

  // Leading axes of 1 change nothing for numpy's broadcasting.
  std::vector<int64_t> dims(size_t(rank - like.shape.rank()), 1);
  dims.insert(dims.end(), like.shape.dims().begin(), like.shape.dims().end());
  const Shape padded(dims);
  const Perm inverse = Inverse(perm);
  const Shape shape = Permuted(padded, inverse);
  ValueId result = kNoValue;
  if (like.is_constant()) {
    OCTET_ASSIGN(Tensor moved,
                 TransposeConstant(like.data->Reshaped(padded), inverse));
    result = NewValue(like.name, moved.dtype(), shape);
    sources_.emplace_back(id, result);
    graph_.values[size_t(result)].data =
        std::make_shared<const Tensor>(std::move(moved));
  } else {
    const ValueId same = SameElements(id, padded, inverse);
    if (same == kNoValue || !HasConcreteShape(like)) return Found();
    const auto dims = shape.dims();
    result = value(same).shape == shape
                 ? same
                 : EmitMove(Reshape{.dims = {dims.begin(), dims.end()}}, same,
                            shape, like.name);
  }
  unpermuted_[{id, perm}] = result;
  return Found(result);
}

void Layout::Emit(Node node) {
  for (ValueId output : node.outputs) {
    producer_[output] = graph_.nodes.size();
  }
  graph_.nodes.push_back(std::move(node));
}

void Layout::EmitPlain(Node node) {
  for (ValueId& input : node.inputs) input = Use(input);
  Emit(std::move(node));
}

ValueId Layout::EmitMove(Op op, ValueId input, const Shape& shape,
                         const std::string& base) {
  Node node;
  node.type = KindName(op);
  node.op = std::move(op);
  node.name = UniqueNodeName(base + "/layout");
  node.origins = {node.name};
  node.inputs = {input};
  const ValueId output = NewValue(base + "/layout", value(input).dtype, shape);
  node.outputs = {output};
  Emit(std::move(node));
  return output;
}

std::string Layout::UniqueNodeName(const std::string& base) {
  return Unique(base, node_names_);
}

void Layout::Finish() {
  std::unordered_set<ValueId> named(graph_.inputs.begin(), graph_.inputs.end());
  for (ValueId& output : graph_.outputs) {
    const ValueId used = Use(output);
    const bool free = producer_.contains(used) && !is_output_.contains(used) &&
                      named.insert(used).second;
    if (used == output) continue;
    if (free) {
      std::swap(graph_.values[size_t(used)].name,
                graph_.values[size_t(output)].name);
      output = used;
    } else {
      // The value has a name of its own to keep, so it is computed once more.
      Compute(output, *Find(output));
    }
  }
  GiveNames();
}

// A value that nothing makes or reads any more gives its name away.
void Layout::GiveNames() {
  std::unordered_set<ValueId> alive(graph_.inputs.begin(), graph_.inputs.end());
  for (const Node& node : graph_.nodes) {
    alive.insert(node.inputs.begin(), node.inputs.end());
    alive.insert(node.outputs.begin(), node.outputs.end());
  }
  // Inputs and outputs have the names that the model promises.
  std::unordered_set<ValueId> settled(graph_.inputs.begin(),
                                      graph_.inputs.end());
  settled.insert(graph_.outputs.begin(), graph_.outputs.end());
  for (const auto& [id, source] : sources_) {
    if (alive.contains(id) || !settled.insert(source).second) continue;
    std::swap(graph_.values[size_t(id)].name,
              graph_.values[size_t(source)].name);
  }
}

}  // namespace octet::compile
