// Changes a graph while knowing, at any moment, who makes and who reads each
// value.
//
//   Rewriter rewriter(graph);
//   for (NodeId n = 0; n < rewriter.size(); ++n) {
//     if (!rewriter.removed(n)) ...
//   }
//   rewriter.Finish();
//
// Nodes keep their ids until Finish; new ones are added at the end and find
// their place then.
#ifndef OCTET_COMPILE_PASSES_REWRITER_H_
#define OCTET_COMPILE_PASSES_REWRITER_H_

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "compile/ir/graph.h"
#include "octet/status.h"

namespace octet::compile {

class Rewriter {
 public:
  // The graph outlives the rewriter and is changed by nobody else meanwhile.
  explicit Rewriter(Graph& graph);

  NodeId size() const { return NodeId(graph_.nodes.size()); }
  bool removed(NodeId id) const { return removed_[size_t(id)]; }
  bool changed() const { return changed_; }

  const Node& node(NodeId id) const { return graph_.nodes[size_t(id)]; }
  const Value& value(ValueId id) const { return graph_.values[size_t(id)]; }
  // Attributes may be changed; inputs and outputs through the functions below.
  Op& op(NodeId id);

  // kNoNode for graph inputs and constants.
  NodeId producer(ValueId id) const {
    return id == kNoValue ? kNoNode : producer_[size_t(id)];
  }
  // Once for each input slot.
  const std::vector<NodeId>& readers(ValueId id) const {
    return readers_[size_t(id)];
  }
  bool is_output(ValueId id) const { return is_output_[size_t(id)]; }
  // The node that alone reads `id`, in one slot; kNoNode if there is none such
  // or the value is an output of the graph.
  NodeId OnlyReader(ValueId id) const;
  // The attributes of the node that makes `id` if it is of this kind, or null.
  template <typename Kind>
  const Kind* Maker(ValueId id) const {
    const NodeId maker = producer(id);
    return maker == kNoNode ? nullptr : std::get_if<Kind>(&node(maker).op);
  }

  // Names are made unique.
  ValueId AddValue(std::string_view name, DType dtype, const Shape& shape);
  ValueId AddConstant(std::string_view name, Tensor tensor);
  // A constant that stands where `old` does in a node that is being changed:
  // `old` itself, changed, where nobody else reads it.
  ValueId ReplaceConstant(ValueId old, Tensor tensor);
  // Adds a node that makes `output`. `like` lends name, origins and type, and
  // the place where there is a choice.
  NodeId AddNode(NodeId like, Op op, std::vector<ValueId> inputs,
                 ValueId output);

  void SetInput(NodeId id, size_t slot, ValueId value);
  // Nodes that nobody needs any more are removed.
  //   returns: those.
  std::vector<NodeId> SetInputs(NodeId id, std::vector<ValueId> inputs);
  // The same for a node that does now what the removed ones did: it takes over
  // their origins.
  void SetInputsOfFused(NodeId id, std::vector<ValueId> inputs);

  // `into` does from now on what `absorbed`, whose only input from a node it
  // feeds, did too: it makes absorbed's output and takes over its origins.
  // Nodes that only absorbed or into's old output needed are removed.
  void Absorb(NodeId into, NodeId absorbed);

  // Everybody who reads `from` reads `to` instead, and what only `from` needed
  // is removed. An output of the graph keeps its name; false, with nothing
  // done, where that is not possible (both are outputs, or `to` is an input or
  // a constant).
  bool Forward(ValueId from, ValueId to);

  // `to`, whose name was made from that of `from` as both were needed, gets
  // that name now that nobody needs `from` any more.
  void InheritName(ValueId to, ValueId from);

  // Adds the origins that `from` has by now to those of `to`; Finish writes
  // them.
  void InheritOrigins(NodeId to, NodeId from);

  // Sorts the nodes, drops what is dead. The rewriter is over.
  void Finish();

 private:
  // Adds what they remove to `removed`.
  void RemoveIfUnread(ValueId id, std::vector<NodeId>& removed);
  void Remove(NodeId id, std::vector<NodeId>& removed);
  std::vector<std::string> AllOrigins(NodeId id) const;
  void SettleOrigins();
  std::string Unique(std::string_view base,
                     std::unordered_set<std::string>& taken);

  // What a node inherits is noted and copied once at the end: a chain of nodes
  // that become one would be copied as often as it is long.
  struct Inheritance {
    NodeId from;
    size_t count;  // as many of those that `from` inherits from itself
  };

  Graph& graph_;
  std::vector<NodeId> producer_;
  std::vector<std::vector<NodeId>> readers_;
  std::vector<bool> is_output_;
  std::vector<bool> removed_;
  std::vector<std::vector<Inheritance>> inherited_;
  std::vector<int64_t> place_;  // where a node stood, for a stable order
  std::unordered_set<std::string> value_names_;
  std::unordered_set<std::string> node_names_;
  bool changed_ = false;
};

// Tries `rewrite` at every node, in order, until it changes nothing more.
//   rewrite: true if it changed something.
//   returns: whether anything changed.
bool RewriteUntilStable(Graph& graph,
                        const std::function<bool(Rewriter&, NodeId)>& rewrite);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PASSES_REWRITER_H_
