// Values without elements: ONNX has them, kernels have not.
#ifndef OCTET_COMPILE_EMPTY_VALUES_H_
#define OCTET_COMPILE_EMPTY_VALUES_H_

#include <string>

#include "compile/ir/graph.h"
#include "octet/status.h"

namespace octet::compile {

// Whether everything that the graph's nodes make, and every f32 constant that
// they read, has elements. Asked after the passes, which fold away what only
// computes shapes.
//   model:  its name in messages.
//   errors: kBadInput naming the first such node and the shape.
Status RefuseEmptyValues(const Graph& graph, const std::string& model);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_EMPTY_VALUES_H_
