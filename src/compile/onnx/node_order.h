// The order in which a model's nodes are imported.
#ifndef OCTET_COMPILE_ONNX_NODE_ORDER_H_
#define OCTET_COMPILE_ONNX_NODE_ORDER_H_

#include <string>
#include <vector>

#include "octet/status.h"

namespace onnx {
class GraphProto;
class NodeProto;
}  // namespace onnx

namespace octet::compile {

// The indices of the nodes that the graph's outputs depend on, each after those
// it reads from and otherwise in the file's order. Values that a node's
// subgraphs capture count as read.
//   errors: kBadInput for a cycle, a name that is made twice, a name that is
//           read and never made, or more than a million nodes.
Result<std::vector<int>> OrderNodes(const onnx::GraphProto& graph);

// What messages and the graph call node `index`: its name, or one made from its
// type and index.
std::string NodeName(const onnx::NodeProto& node, int index);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_NODE_ORDER_H_
