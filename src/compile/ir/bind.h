// Binding: symbolic dimensions become numbers.
#ifndef OCTET_COMPILE_IR_BIND_H_
#define OCTET_COMPILE_IR_BIND_H_

#include <cstdint>
#include <map>
#include <string>

#include "compile/ir/graph.h"
#include "octet/status.h"

namespace octet::compile {

// Gives the graph's inputs concrete shapes and infers all others anew.
//
//   symbols: size of a symbolic dimension by its name, at least 1.
//   inputs:  whole shape of an input by its name; its symbols are bound by it
//            for the other inputs too.
//   A symbol that is bound by neither and is the first dimension of an input
//   (the batch) becomes 1.
//   errors:  kUsage for a name that the graph does not have, a size below 1 or
//            two sizes of one symbol; kBadInput that lists the symbols left
//            unbound, or as InferShapes.
Status BindShapes(Graph& graph, const std::map<std::string, int64_t>& symbols,
                  const std::map<std::string, Shape>& inputs = {});

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_BIND_H_
