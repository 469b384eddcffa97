#include "compile/passes/rewriter.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "base/check.h"

namespace octet::compile {

Rewriter::Rewriter(Graph& graph) : graph_(graph) {
  Uses uses = ComputeUses(graph);
  producer_ = std::move(uses.producer);
  readers_ = std::move(uses.readers);
  is_output_ = std::move(uses.is_output);
  removed_.assign(graph.nodes.size(), false);
  inherited_.resize(graph.nodes.size());
  place_.resize(graph.nodes.size());
  std::iota(place_.begin(), place_.end(), int64_t{0});
  for (const Value& value : graph.values) value_names_.insert(value.name);
  for (const Node& node : graph.nodes) node_names_.insert(node.name);
}

Op& Rewriter::op(NodeId id) {
  changed_ = true;
  return graph_.nodes[size_t(id)].op;
}

NodeId Rewriter::OnlyReader(ValueId id) const {
  const auto& readers = readers_[size_t(id)];
  return readers.size() == 1 && !is_output(id) ? readers[0] : kNoNode;
}

std::string Rewriter::Unique(std::string_view base,
                             std::unordered_set<std::string>& taken) {
  std::string name(base);
  for (int i = 1; !taken.insert(name).second; ++i) {
    name = std::string(base) + "_" + std::to_string(i);
  }
  return name;
}

ValueId Rewriter::AddValue(std::string_view name, DType dtype,
                           const Shape& shape) {
  Value value;
  value.name = Unique(name, value_names_);
  value.dtype = dtype;
  value.shape = shape;
  value.has_shape = true;
  producer_.push_back(kNoNode);
  readers_.emplace_back();
  is_output_.push_back(false);
  changed_ = true;
  return graph_.AddValue(std::move(value));
}

ValueId Rewriter::AddConstant(std::string_view name, Tensor tensor) {
  const ValueId id = AddValue(name, tensor.dtype(), tensor.shape());
  graph_.values[size_t(id)].data =
      std::make_shared<const Tensor>(std::move(tensor));
  return id;
}

ValueId Rewriter::ReplaceConstant(ValueId old, Tensor tensor) {
  if (readers(old).size() > 1 || is_output(old)) {
    return AddConstant(value(old).name, std::move(tensor));
  }
  changed_ = true;
  Value& value = graph_.values[size_t(old)];
  value.dtype = tensor.dtype();
  value.shape = tensor.shape();
  value.data = std::make_shared<const Tensor>(std::move(tensor));
  return old;
}

NodeId Rewriter::AddNode(NodeId like, Op op, std::vector<ValueId> inputs,
                         ValueId output) {
  const auto id = NodeId(graph_.nodes.size());
  Node node;
  node.name = Unique(this->node(like).name, node_names_);
  node.op = std::move(op);
  node.outputs = {output};
  node.origins = this->node(like).origins;
  node.type = this->node(like).type;
  graph_.nodes.push_back(std::move(node));
  removed_.push_back(false);
  inherited_.push_back(std::vector(inherited_[size_t(like)]));
  place_.push_back(place_[size_t(like)]);
  producer_[size_t(output)] = id;
  SetInputs(id, std::move(inputs));
  return id;
}

void Rewriter::SetInput(NodeId id, size_t slot, ValueId value) {
  std::vector<ValueId> inputs = node(id).inputs;
  inputs[slot] = value;
  SetInputs(id, std::move(inputs));
}

std::vector<NodeId> Rewriter::SetInputs(NodeId id,
                                        std::vector<ValueId> inputs) {
  changed_ = true;
  std::vector<ValueId> old =
      std::exchange(graph_.nodes[size_t(id)].inputs, std::move(inputs));
  // First the new reads, so that what both have in common is not removed.
  for (ValueId input : node(id).inputs) {
    if (input != kNoValue) readers_[size_t(input)].push_back(id);
  }
  for (ValueId input : old) {
    if (input == kNoValue) continue;
    auto& readers = readers_[size_t(input)];
    readers.erase(std::find(readers.begin(), readers.end(), id));
  }
  std::vector<NodeId> removed;
  for (ValueId input : old) {
    if (input != kNoValue) RemoveIfUnread(input, removed);
  }
  return removed;
}

void Rewriter::SetInputsOfFused(NodeId id, std::vector<ValueId> inputs) {
  for (NodeId removed : SetInputs(id, std::move(inputs))) {
    InheritOrigins(id, removed);
  }
}

void Rewriter::RemoveIfUnread(ValueId id, std::vector<NodeId>& removed) {
  const NodeId maker = producer(id);
  if (maker == kNoNode || is_output(id) || !readers(id).empty()) return;
  Remove(maker, removed);
}

// A chain of nodes that nobody needs any more may be long: no recursion.
void Rewriter::Remove(NodeId id, std::vector<NodeId>& removed) {
  std::vector<NodeId> pending = {id};
  while (!pending.empty()) {
    const NodeId next = pending.back();
    pending.pop_back();
    if (removed_[size_t(next)]) continue;
    removed_[size_t(next)] = true;
    removed.push_back(next);
    changed_ = true;
    Node& node = graph_.nodes[size_t(next)];
    for (ValueId output : node.outputs) {
      if (producer(output) == next) producer_[size_t(output)] = kNoNode;
    }
    for (ValueId input : std::exchange(node.inputs, {})) {
      if (input == kNoValue) continue;
      auto& readers = readers_[size_t(input)];
      readers.erase(std::find(readers.begin(), readers.end(), next));
      const NodeId maker = producer(input);
      if (maker != kNoNode && readers.empty() && !is_output(input)) {
        pending.push_back(maker);
      }
    }
  }
}

void Rewriter::InheritName(ValueId to, ValueId from) {
  if (is_output(from) || !readers(from).empty() || is_output(to) ||
      producer(to) == kNoNode ||
      !value(to).name.starts_with(value(from).name + "_")) {
    return;
  }
  std::swap(graph_.values[size_t(from)].name, graph_.values[size_t(to)].name);
}

void Rewriter::InheritOrigins(NodeId to, NodeId from) {
  inherited_[size_t(to)].push_back({from, inherited_[size_t(from)].size()});
}

// The origins of a node and of all that it inherits from, each once. A chain of
// heirs may be long: no recursion.
std::vector<std::string> Rewriter::AllOrigins(NodeId id) const {
  std::vector<std::string> origins;
  std::unordered_set<std::string_view> seen;
  std::unordered_map<NodeId, size_t> visited;  // to how many it inherits from
  std::vector<Inheritance> path = {{id, inherited_[size_t(id)].size()}};
  while (!path.empty()) {
    const Inheritance top = path.back();
    const auto [found, is_new] = visited.emplace(top.from, 0);
    if (is_new) {
      for (const std::string& origin : node(top.from).origins) {
        if (seen.insert(origin).second) origins.push_back(origin);
      }
    }
    if (found->second >= top.count) {
      path.pop_back();
    } else {
      path.push_back(inherited_[size_t(top.from)][found->second++]);
    }
  }
  return origins;
}

void Rewriter::SettleOrigins() {
  std::vector<std::pair<NodeId, std::vector<std::string>>> settled;
  for (NodeId n = 0; n < size(); ++n) {
    if (removed(n) || inherited_[size_t(n)].empty()) continue;
    settled.emplace_back(n, AllOrigins(n));
  }
  // Only now, as one node may inherit from another one that stays.
  for (auto& [n, origins] : settled) {
    graph_.nodes[size_t(n)].origins = std::move(origins);
  }
}

void Rewriter::Absorb(NodeId into, NodeId absorbed) {
  InheritOrigins(into, absorbed);
  const ValueId output = node(absorbed).outputs[0];
  producer_[size_t(node(into).outputs[0])] = kNoNode;
  graph_.nodes[size_t(into)].outputs[0] = output;
  producer_[size_t(output)] = into;
  std::vector<NodeId> removed;
  Remove(absorbed, removed);
}

bool Rewriter::Forward(ValueId from, ValueId to) {
  OCTET_CHECK(from != to);
  if (is_output(from)) {
    const NodeId maker = producer(to);
    if (maker == kNoNode || is_output(to)) return false;
    // `to` becomes the output under the name that the model gave it.
    std::swap(graph_.values[size_t(from)].name, graph_.values[size_t(to)].name);
    std::ranges::replace(graph_.outputs, from, to);
    is_output_[size_t(from)] = false;
    is_output_[size_t(to)] = true;
  }
  changed_ = true;
  for (NodeId reader : std::exchange(readers_[size_t(from)], {})) {
    for (ValueId& input : graph_.nodes[size_t(reader)].inputs) {
      if (input == from) input = to;
    }
    readers_[size_t(to)].push_back(reader);
  }
  std::vector<NodeId> removed;
  RemoveIfUnread(from, removed);
  return true;
}

void Rewriter::Finish() {
  SettleOrigins();
  // Each node after what it reads; else in the order of their places.
  std::vector<NodeId> roots(graph_.nodes.size());
  std::iota(roots.begin(), roots.end(), NodeId{0});
  std::ranges::stable_sort(roots, {},
                           [&](NodeId n) { return place_[size_t(n)]; });
  std::vector<Node> sorted;
  std::vector<bool> begun(removed_), done(removed_);
  std::vector<NodeId> path;
  for (NodeId root : roots) {
    path.push_back(root);
    while (!path.empty()) {
      const NodeId n = path.back();
      if (done[size_t(n)]) {
        path.pop_back();
        continue;
      }
      if (begun[size_t(n)]) {
        done[size_t(n)] = true;
        sorted.push_back(std::move(graph_.nodes[size_t(n)]));
        path.pop_back();
        continue;
      }
      begun[size_t(n)] = true;
      const auto& inputs = graph_.nodes[size_t(n)].inputs;
      // The last pushed comes first.
      for (size_t i = inputs.size(); i-- > 0;) {
        const NodeId maker = producer(inputs[i]);
        if (maker == kNoNode || done[size_t(maker)]) continue;
        OCTET_CHECK(!begun[size_t(maker)]);  // no cycles
        path.push_back(maker);
      }
    }
  }
  graph_.nodes = std::move(sorted);
  Compact(graph_);
}

bool RewriteUntilStable(Graph& graph,
                        const std::function<bool(Rewriter&, NodeId)>& rewrite) {
  Rewriter rewriter(graph);
  bool any = false;
  for (bool again = true; again;) {
    again = false;
    for (NodeId n = 0; n < rewriter.size(); ++n) {
      while (!rewriter.removed(n) && rewrite(rewriter, n)) again = true;
    }
    any |= again;
  }
  if (any || rewriter.changed()) rewriter.Finish();
  return any;
}

}  // namespace octet::compile
