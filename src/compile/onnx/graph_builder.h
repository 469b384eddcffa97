// Builds the Graph of a model node by node. What an operator's importer calls.
//
// Every node is inferred as soon as it is made, so that shapes (with symbols
// where the model has them) are at hand for the next one.
#ifndef OCTET_COMPILE_ONNX_GRAPH_BUILDER_H_
#define OCTET_COMPILE_ONNX_GRAPH_BUILDER_H_

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compile/ir/graph.h"
#include "compile/ir/infer.h"
#include "compile/ir/unique_names.h"
#include "compile/onnx/onnx_node.h"
#include "compile/onnx/tensor_proto.h"
#include "octet/status.h"

namespace octet::compile {

class GraphBuilder {
 public:
  explicit GraphBuilder(TensorReader tensors) : tensors_(std::move(tensors)) {}
  GraphBuilder(const GraphBuilder&) = delete;
  GraphBuilder& operator=(const GraphBuilder&) = delete;

  Graph& graph() { return graph_; }
  TensorReader& tensors() { return tensors_; }
  const Value& value(ValueId id) const { return graph_.values[size_t(id)]; }
  const Shape& shape(ValueId id) const { return value(id).shape; }

  // The node that makes the value; nullptr for inputs and constants.
  const Node* Producer(ValueId id) const;
  // The numbers of a small integer tensor if all are known.
  std::optional<std::vector<int64_t>> Numbers(ValueId id) {
    return inference_.KnownNumbers(id);
  }

  // The same where only some may be known; nullptr if none is.
  const KnownInts* Known(ValueId id) { return inference_.Known(id); }

  // Names of the model's values, which nothing else may take.
  void ReserveName(const std::string& name) { names_.Reserve(name); }
  // The dimension that stands for a symbol.
  int64_t Symbol(const std::string& name);

  // Adds a value under exactly this, reserved, name.
  ValueId AddNamed(Value value);
  // Adds a constant; its name is made unique.
  ValueId AddConstant(std::string_view name, Tensor tensor);

  // Another value with the same content under a reserved name, made by a node
  // of its own.
  ValueId AddAlias(const std::string& name, ValueId id);

  // From here on nodes stand for `node`.
  void Begin(const OnnxNode& node);
  // Adds a node of the current ONNX node.
  //   node_suffix:  its name is that of the ONNX node, "." and this; the empty
  //                 suffix is for the one that users would call by that name.
  //   value_suffix: the same for its output's name, from the name of the ONNX
  //                 node's first output.
  //   errors: as shape inference.
  Result<ValueId> Emit(Op op, std::vector<ValueId> inputs,
                       std::string_view node_suffix,
                       std::string_view value_suffix);
  // The same with one suffix for both.
  Result<ValueId> Emit(Op op, std::vector<ValueId> inputs,
                       std::string_view suffix) {
    return Emit(std::move(op), std::move(inputs), suffix, suffix);
  }
  // The last node of the ONNX node: output `i` is its value and has its name.
  Status EmitOutput(Op op, std::vector<ValueId> inputs,
                    std::string_view node_suffix = "", size_t i = 0);
  // Output 0 is this value, which the ONNX node made: it gets its name.
  void NameOutput(ValueId id);
  // Output `i` of the ONNX node is a value that exists already.
  void SetOutput(ValueId id, size_t i = 0);
  // The outputs that the current ONNX node was given, by index.
  const std::vector<ValueId>& outputs() const { return outputs_; }

  // A constant of the current ONNX node.
  ValueId Scalar(float number);
  ValueId Ints(const std::vector<int64_t>& numbers);

  // x [N, C, H, W] as [N, H, W, C]: the value it was made from if it was, else
  // a Transpose, one for all readers.
  Result<ValueId> ToNhwc(ValueId x);
  // Output 0 is y [N, H, W, C] as [N, C, H, W].
  Status OutputFromNhwc(ValueId y);

 private:
  Result<ValueId> AddNode(Op op, std::vector<ValueId> inputs,
                          std::string_view node_suffix, std::string value_name);

  Graph graph_;
  ShapeInference inference_{graph_};
  TensorReader tensors_;
  UniqueNames names_;
  UniqueNames node_names_;
  std::unordered_map<std::string, int64_t> symbols_;
  std::unordered_map<ValueId, NodeId> producer_;
  std::unordered_map<ValueId, ValueId> nhwc_;  // of a value in NCHW
  const OnnxNode* node_ = nullptr;
  std::vector<ValueId> outputs_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_GRAPH_BUILDER_H_
