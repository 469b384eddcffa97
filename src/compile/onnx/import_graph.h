// From ONNX messages to a Graph: the driver over all nodes.
#ifndef OCTET_COMPILE_ONNX_IMPORT_GRAPH_H_
#define OCTET_COMPILE_ONNX_IMPORT_GRAPH_H_

#include "compile/ir/graph.h"
#include "compile/onnx/import.h"
#include "compile/onnx/tensor_proto.h"
#include "octet/status.h"

namespace onnx {
class ModelProto;
}

namespace octet::compile {

// As ImportOnnx, from a parsed model.
Result<Graph> ImportModel(const onnx::ModelProto& model, TensorReader tensors,
                          const ImportOptions& options);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_IMPORT_GRAPH_H_
