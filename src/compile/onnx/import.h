// Reads an ONNX model into a Graph.
//
//   OCTET_ASSIGN(Graph graph, ImportOnnx("model.onnx"));
//   OCTET_RETURN_IF_ERROR(BindShapes(graph, {}));
//
// What changes on the way:
//   - Conv, pooling and resize become NHWC, between Transpose nodes; a
//     convolution's weights become [O, kh, kw, I / group]. One-dimensional ones
//     get a height of 1.
//   - Float types of any width become f32, graph inputs and outputs included.
//   - Weights that reach their reader through DequantizeLinear stay integers:
//     the reader reads a Dequantize of the rearranged constant.
//   - s8 activations between QuantizeLinear and DequantizeLinear become u8 with
//     128 more as zero point: the same real numbers (numerics).
//   - Operators that the Graph has no kind for become several nodes: the main
//     one has the name of the model's node, the others that name and a suffix;
//     all have it in `origins`. A node without a name gets TYPE_INDEX.
//   - Graph outputs keep their names.
//
// Operators are those of ai.onnx, opset 7 to 21; operators.cc lists them.
#ifndef OCTET_COMPILE_ONNX_IMPORT_H_
#define OCTET_COMPILE_ONNX_IMPORT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "compile/ir/graph.h"
#include "octet/status.h"

namespace octet::compile {

struct ImportOptions {
  // Sizes of symbolic dimensions, by name. Names that the model lacks are
  // ignored here (BindShapes reports them). Padding that depends on the input's
  // size (auto_pad SAME, ceil_mode, with strides) needs that size at import.
  std::map<std::string, int64_t> symbols;
  // Most bytes that all constants may take together.
  int64_t most_constant_bytes = int64_t{8} << 30;
};

// Reads a model file. External data is read from the file's folder and from
// nowhere else.
//   returns: a graph that satisfies Verify, dead nodes removed.
//   errors:  kBadInput if the file is missing, damaged, no ONNX model or
//            inconsistent, naming the tensor or node; kUnsupported if the model
//            is valid and cannot be imported: ONE message that names every such
//            node with its operator, opset and what to do.
//   hostile bytes: memory is bounded by the file's size and the option above.
Result<Graph> ImportOnnx(const std::string& path,
                         const ImportOptions& options = {});

// The same from memory. Models with external data are kBadInput.
Result<Graph> ImportOnnx(std::span<const std::byte> bytes,
                         const ImportOptions& options = {});

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_IMPORT_H_
