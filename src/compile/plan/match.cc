#include "compile/plan/match.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/nearest.h"

namespace octet::compile {
namespace {

bool NameMatches(const Node& node, std::string_view glob) {
  if (GlobMatches(glob, node.name)) return true;
  return std::ranges::any_of(node.origins, [&](const std::string& origin) {
    return GlobMatches(glob, origin);
  });
}

// Nodes that a walk from the end named `name` starts with: the node of that
// name, or the producer (from_start: the readers) of the value of that name.
std::vector<NodeId> RegionEnd(const Graph& graph, const Uses& uses,
                              std::string_view name, bool from_start) {
  std::vector<NodeId> found;
  for (NodeId n = 0; n < NodeId(graph.nodes.size()); ++n) {
    if (NameMatches(graph.nodes[n], name)) found.push_back(n);
  }
  if (!found.empty()) return found;
  for (ValueId v = 0; v < ValueId(graph.values.size()); ++v) {
    if (graph.values[v].name != name) continue;
    if (from_start) return uses.readers[v];
    if (uses.producer[v] != kNoNode) return {uses.producer[v]};
  }
  return found;
}

// Marks everything that can be reached from `starts` along `forward` edges.
std::vector<bool> Reach(const Graph& graph, const Uses& uses,
                        std::vector<NodeId> todo, bool forward) {
  std::vector<bool> seen(graph.nodes.size());
  while (!todo.empty()) {
    const NodeId n = todo.back();
    todo.pop_back();
    if (seen[n]) continue;
    seen[n] = true;
    const Node& node = graph.nodes[n];
    for (ValueId v : forward ? node.outputs : node.inputs) {
      if (v == kNoValue) continue;
      if (!forward && uses.producer[v] != kNoNode) {
        todo.push_back(uses.producer[v]);
      }
      if (forward) {
        todo.insert(todo.end(), uses.readers[v].begin(), uses.readers[v].end());
      }
    }
  }
  return seen;
}

std::vector<NodeId> MatchRegion(const Graph& graph, std::string_view region) {
  const size_t dots = region.find("..");
  if (dots == std::string_view::npos) return {};
  const Uses uses = ComputeUses(graph);
  const auto after = Reach(
      graph, uses, RegionEnd(graph, uses, region.substr(0, dots), true), true);
  const auto before =
      Reach(graph, uses, RegionEnd(graph, uses, region.substr(dots + 2), false),
            false);
  std::vector<NodeId> found;
  for (NodeId n = 0; n < NodeId(graph.nodes.size()); ++n) {
    if (after[n] && before[n]) found.push_back(n);
  }
  return found;
}

Status NothingMatches(const Graph& graph, std::string_view pattern) {
  constexpr std::string_view kType = "type:";
  std::vector<std::string_view> names;
  const bool by_type = pattern.starts_with(kType);
  for (const Node& node : graph.nodes) {
    if (by_type) {
      names.push_back(node.type);
      continue;
    }
    names.push_back(node.name);
    names.insert(names.end(), node.origins.begin(), node.origins.end());
  }
  const std::string_view wanted =
      by_type ? pattern.substr(kType.size()) : pattern;
  const std::string_view near = Nearest(wanted, names);
  if (near.empty()) {
    return Usage(
        "pattern '{}' matches no node; `octet inspect MODEL` lists the names",
        pattern);
  }
  return Usage("pattern '{}' matches no node; did you mean '{}{}'?", pattern,
               by_type ? kType : "", near);
}

}  // namespace

bool GlobMatches(std::string_view glob, std::string_view text) {
  size_t g = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

Result<std::vector<NodeId>> MatchNodes(const Graph& graph,
                                       std::string_view pattern) {
  std::vector<NodeId> found;
  // A name is a name, whatever it looks like.
  for (NodeId n = 0; n < NodeId(graph.nodes.size()); ++n) {
    if (graph.nodes[n].name == pattern) return std::vector<NodeId>{n};
  }
  if (pattern.starts_with("region:")) {
    found = MatchRegion(graph, pattern.substr(7));
  } else {
    const bool by_type = pattern.starts_with("type:");
    for (NodeId n = 0; n < NodeId(graph.nodes.size()); ++n) {
      const Node& node = graph.nodes[n];
      if (by_type ? GlobMatches(pattern.substr(5), node.type)
                  : NameMatches(node, pattern)) {
        found.push_back(n);
      }
    }
  }
  if (found.empty()) return NothingMatches(graph, pattern);
  return found;
}

}  // namespace octet::compile
