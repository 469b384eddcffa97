// Equal operations on equal inputs are computed once.
#include <map>
#include <utility>
#include <vector>

#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {

Result<bool> ShareSubexpressions(Graph& graph) {
  using Key = std::pair<size_t, std::vector<ValueId>>;
  std::map<Key, std::vector<NodeId>> seen;
  Rewriter rewriter(graph);
  bool changed = false;
  // Nodes stand in order, so what a node reads has been shared before it.
  for (NodeId n = 0; n < rewriter.size(); ++n) {
    if (rewriter.removed(n)) continue;
    const Node& node = rewriter.node(n);
    auto& alike = seen[{node.op.index(), node.inputs}];
    bool shared = false;
    for (NodeId other : alike) {
      if (rewriter.removed(other) || !(rewriter.node(other).op == node.op)) {
        continue;
      }
      shared =
          rewriter.Forward(node.outputs[0], rewriter.node(other).outputs[0]);
      if (shared) rewriter.InheritOrigins(other, n);
      break;
    }
    if (!shared) alike.push_back(n);
    changed |= shared;
  }
  if (changed) rewriter.Finish();
  return changed;
}

}  // namespace octet::compile
