#include "compile/onnx/graph_builder.h"

#include <algorithm>
#include <utility>

namespace octet::compile {
namespace {

// "name.suffix", or the name alone.
std::string WithSuffix(std::string_view name, std::string_view suffix) {
  std::string text(name);
  if (suffix.empty()) return text;
  text += '.';
  text += suffix;
  return text;
}

}  // namespace

const Node* GraphBuilder::Producer(ValueId id) const {
  const auto found = producer_.find(id);
  if (found == producer_.end()) return nullptr;
  return &graph_.nodes[size_t(found->second)];
}

int64_t GraphBuilder::Symbol(const std::string& name) {
  const auto [found, is_new] =
      symbols_.emplace(name, -1 - int64_t(graph_.symbols.size()));
  if (is_new) graph_.symbols.push_back(name);
  return found->second;
}

ValueId GraphBuilder::AddNamed(Value value) {
  return graph_.AddValue(std::move(value));
}

ValueId GraphBuilder::AddConstant(std::string_view name, Tensor tensor) {
  Value value;
  value.name = names_.Take(name);
  value.dtype = tensor.dtype();
  value.shape = tensor.shape();
  value.has_shape = true;
  value.data = std::make_shared<const Tensor>(std::move(tensor));
  return graph_.AddValue(std::move(value));
}

ValueId GraphBuilder::AddAlias(const std::string& name, ValueId id) {
  Value copy = value(id);
  copy.name = name;
  copy.data = nullptr;
  const ValueId alias = AddNamed(std::move(copy));
  Node node;
  node.name = node_names_.Take(name);
  node.op = Unary{};
  node.inputs = {id};
  node.outputs = {alias};
  node.origins = {node.name};
  node.type = "Identity";
  graph_.nodes.push_back(std::move(node));
  return alias;
}

void GraphBuilder::Begin(const OnnxNode& node) {
  node_ = &node;
  outputs_.assign(node.outputs(), kNoValue);
}

Result<ValueId> GraphBuilder::AddNode(Op op, std::vector<ValueId> inputs,
                                      std::string_view node_suffix,
                                      std::string value_name) {
  Value value;
  value.name = std::move(value_name);
  const ValueId id = graph_.AddValue(std::move(value));
  Node node;
  node.name = node_names_.Take(WithSuffix(node_->name(), node_suffix));
  node.op = std::move(op);
  node.inputs = std::move(inputs);
  node.outputs = {id};
  node.origins = {node_->name()};
  node.type = node_->type();
  OCTET_RETURN_IF_ERROR(inference_.Infer(node));
  producer_[id] = NodeId(graph_.nodes.size());
  graph_.nodes.push_back(std::move(node));
  return id;
}

Result<ValueId> GraphBuilder::Emit(Op op, std::vector<ValueId> inputs,
                                   std::string_view node_suffix,
                                   std::string_view value_suffix) {
  return AddNode(std::move(op), std::move(inputs), node_suffix,
                 names_.Take(WithSuffix(node_->OutputName(0), value_suffix)));
}

Status GraphBuilder::EmitOutput(Op op, std::vector<ValueId> inputs,
                                std::string_view node_suffix, size_t i) {
  OCTET_ASSIGN(outputs_[i], AddNode(std::move(op), std::move(inputs),
                                    node_suffix, node_->OutputName(i)));
  return {};
}

void GraphBuilder::NameOutput(ValueId id) {
  graph_.values[size_t(id)].name = node_->OutputName(0);
  outputs_[0] = id;
}

void GraphBuilder::SetOutput(ValueId id, size_t i) { outputs_[i] = id; }

ValueId GraphBuilder::Scalar(float number) {
  Tensor tensor(DType::kF32, Shape());
  tensor.as<float>()[0] = number;
  return AddConstant(node_->OutputName(0) + ".number", std::move(tensor));
}

ValueId GraphBuilder::Ints(const std::vector<int64_t>& numbers) {
  Tensor tensor(DType::kS64, Shape{int64_t(numbers.size())});
  std::ranges::copy(numbers, tensor.as<int64_t>().begin());
  return AddConstant(node_->OutputName(0) + ".numbers", std::move(tensor));
}

Result<ValueId> GraphBuilder::ToNhwc(ValueId x) {
  const auto found = nhwc_.find(x);
  if (found != nhwc_.end()) return found->second;
  OCTET_ASSIGN(const ValueId nhwc,
               AddNode(Transpose{{0, 2, 3, 1}}, {x}, "to_nhwc",
                       names_.Take(WithSuffix(value(x).name, "nhwc"))));
  nhwc_[x] = nhwc;
  return nhwc;
}

Status GraphBuilder::OutputFromNhwc(ValueId y) {
  OCTET_RETURN_IF_ERROR(EmitOutput(Transpose{{0, 3, 1, 2}}, {y}, "to_nchw"));
  nhwc_[outputs_[0]] = y;
  return {};
}

}  // namespace octet::compile
