// Which nodes a pattern of the command line means.
#ifndef OCTET_COMPILE_PLAN_MATCH_H_
#define OCTET_COMPILE_PLAN_MATCH_H_

#include <string_view>
#include <vector>

#include "compile/ir/graph.h"

namespace octet::compile {

// The nodes that `pattern` selects, in graph order:
//   NAME          the node of that name, or the one it was fused into
//   GLOB          * and ? over names and the names of fused nodes
//   type:OP       every node that came from that operator type (type:Softmax)
//   region:A..B   every node on a path from node or value A to node or value B
// errors: kUsage if it selects nothing; the message offers the nearest name.
Result<std::vector<NodeId>> MatchNodes(const Graph& graph,
                                       std::string_view pattern);

// `text` against `glob`: * is any run of characters, ? any one.
bool GlobMatches(std::string_view glob, std::string_view text);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_MATCH_H_
