// How many inputs each kind takes and which of them may be missing.
#ifndef OCTET_COMPILE_IR_ARITY_H_
#define OCTET_COMPILE_IR_ARITY_H_

#include "compile/ir/graph.h"
#include "octet/status.h"

namespace octet::compile {

// errors: kBadInput naming the node.
Status CheckArity(const Node& node);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_ARITY_H_
