// Verify: every invariant of a Graph.
#ifndef OCTET_COMPILE_IR_VERIFY_H_
#define OCTET_COMPILE_IR_VERIFY_H_

#include "compile/ir/graph.h"
#include "octet/status.h"

namespace octet::compile {

// Whether the graph is whole:
//   - ids are in range; names of values, of nodes and of symbols are unique and
//     not empty;
//   - every value that is read or put out is a graph input, a constant or made
//     by exactly one node that stands before its readers; the graph has an
//     output; no input is given twice or is a constant;
//   - a constant's type is its data's; symbolic dimensions have a symbol;
//   - every node has the number of inputs that its kind takes, inputs of types
//     and shapes that fit each other, and valid attributes;
//   - the type of its output is what inference finds, and its shape is at no
//     axis another number than what inference finds.
//
// Values that nothing makes and nothing reads are allowed (see Compact).
//   errors: kFailed naming the value or node: a pass is wrong.
Status Verify(const Graph& graph);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_VERIFY_H_
