#include "compile/onnx/import_graph.h"

#include <onnx.pb.h>

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "compile/ir/dims.h"
#include "compile/ir/verify.h"
#include "compile/onnx/graph_builder.h"
#include "compile/onnx/node_order.h"
#include "compile/onnx/operators.h"
#include "compile/onnx/signed_activations.h"

namespace octet::compile {
namespace {

// Made by a node that octet cannot import, or from such a value.
constexpr ValueId kPoisoned = -2;

bool IsOnnxDomain(const std::string& domain) {
  return domain.empty() || domain == "ai.onnx";
}

class ModelImporter {
 public:
  ModelImporter(const onnx::ModelProto& model, TensorReader tensors,
                const ImportOptions& options)
      : model_(model),
        proto_(model.graph()),
        options_(options),
        builder_(std::move(tensors)) {}

  Result<Graph> Import() {
    OCTET_RETURN_IF_ERROR(ReadOpset());
    OCTET_ASSIGN(const std::vector<int> order, OrderNodes(proto_));
    ReserveNames();
    OCTET_RETURN_IF_ERROR(ReadInputs());
    for (int index : order) OCTET_RETURN_IF_ERROR(ImportNode(index));
    OCTET_RETURN_IF_ERROR(ReportProblems());
    OCTET_RETURN_IF_ERROR(ReadOutputs());
    Graph graph = std::move(builder_.graph());
    graph.name = proto_.name();
    Compact(graph);
    MakeActivationsUnsigned(graph);
    Compact(graph);
    OCTET_RETURN_IF_ERROR(Verify(graph));
    return graph;
  }

 private:
  Status ReadOpset() {
    for (const auto& entry : model_.opset_import()) {
      if (!IsOnnxDomain(entry.domain())) continue;
      opset_ = entry.version();
      if (opset_ >= kOldestOpset && opset_ <= kNewestOpset) continue;
      return Unsupported(
          "the model has opset {}; octet reads {} to {}, export "
          "with one of these",
          opset_, kOldestOpset, kNewestOpset);
    }
    if (opset_ == 0) return BadInput("the model does not say its opset");
    if (proto_.sparse_initializer_size() > 0) {
      return Unsupported("the model has sparse initializers; store them dense");
    }
    return {};
  }

  void ReserveNames() {
    for (const auto& tensor : proto_.initializer()) {
      builder_.ReserveName(tensor.name());
      initializers_.emplace(tensor.name(), &tensor);
    }
    for (const auto& input : proto_.input()) builder_.ReserveName(input.name());
    for (const auto& node : proto_.node()) {
      for (const std::string& name : node.output()) builder_.ReserveName(name);
    }
  }

  // A size that the model or the options give; else the symbol's dimension.
  Result<int64_t> Dimension(const onnx::TensorShapeProto::Dimension& dim,
                            const std::string& input, int axis) {
    if (dim.has_dim_value() && dim.dim_value() > 0) {
      if (dim.dim_value() <= kMostElements) return dim.dim_value();
      return BadInput("input '{}': axis {} has {} elements", input, axis,
                      dim.dim_value());
    }
    // Exporters also write 0 and -1 for a size that they do not know.
    std::string name = dim.dim_param();
    if (name.empty()) name = fmt::format("{}.{}", input, axis);
    // Known to the graph even where it has a size: BindShapes tells the names
    // of this model from others.
    const int64_t symbol = builder_.Symbol(name);
    const auto given = options_.symbols.find(name);
    if (given == options_.symbols.end()) return symbol;
    if (given->second >= 1 && given->second <= kMostElements) {
      return given->second;
    }
    return Usage("dimension '{}' is given size {}", name, given->second);
  }

  Status ReadInputs() {
    for (const auto& input : proto_.input()) {
      if (initializers_.contains(input.name())) continue;
      const auto& type = input.type();
      if (!type.has_tensor_type() || !type.tensor_type().has_shape()) {
        return BadInput(
            "input '{}' is no tensor or has no shape; export the "
            "model with the number of its dimensions",
            input.name());
      }
      if (input.name().empty()) return BadInput("an input has no name");
      const auto dtype = DTypeOf(type.tensor_type().elem_type());
      if (!dtype) {
        return Unsupported(
            "input '{}' has ONNX element type {}; cast it "
            "before export",
            input.name(), type.tensor_type().elem_type());
      }
      std::vector<int64_t> dims;
      for (const auto& dim : type.tensor_type().shape().dim()) {
        OCTET_ASSIGN(const int64_t size,
                     Dimension(dim, input.name(), int(dims.size())));
        dims.push_back(size);
        if (dims.size() > size_t(kMaxRank)) {
          return BadInput("input '{}' has more than {} dimensions",
                          input.name(), kMaxRank);
        }
      }
      Value value;
      value.name = input.name();
      value.dtype = *dtype;
      value.shape = Shape(dims);
      value.has_shape = true;
      const ValueId id = builder_.AddNamed(std::move(value));
      values_[input.name()] = id;
      builder_.graph().inputs.push_back(id);
    }
    return {};
  }

  // The value of a name; initializers are read when they are first used.
  Result<ValueId> Find(const std::string& name) {
    if (name.empty()) return kNoValue;
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    const auto initializer = initializers_.find(name);
    if (initializer == initializers_.end()) {
      return BadInput("'{}' is read and nothing makes it; export it again",
                      name);
    }
    OCTET_ASSIGN(Tensor tensor, builder_.tensors().Read(*initializer->second));
    Value value;
    value.name = name;
    value.dtype = tensor.dtype();
    value.shape = tensor.shape();
    value.has_shape = true;
    value.data = std::make_shared<const Tensor>(std::move(tensor));
    const ValueId id = builder_.AddNamed(std::move(value));
    values_[name] = id;
    return id;
  }

  void Poison(const onnx::NodeProto& node) {
    for (const std::string& name : node.output()) {
      if (!name.empty()) values_[name] = kPoisoned;
    }
  }

  // What octet cannot do is collected; what is wrong is returned at once.
  Status ImportNode(int index) {
    const auto& proto = proto_.node(index);
    const std::string name = NodeName(proto, index);
    const OperatorRow* row =
        IsOnnxDomain(proto.domain()) ? FindOperator(proto.op_type()) : nullptr;
    if (row == nullptr) {
      problems_.push_back(fmt::format(
          "node '{}' ({}{}{}, opset {}): no such operator in octet; {}", name,
          proto.domain(), proto.domain().empty() ? "" : ".", proto.op_type(),
          OpsetOf(proto.domain()), AdviceFor(proto.op_type())));
      Poison(proto);
      return {};
    }
    std::vector<ValueId> inputs;
    bool poisoned = false;
    for (const std::string& input : proto.input()) {
      OCTET_ASSIGN(const ValueId id, Find(input));
      poisoned = poisoned || id == kPoisoned;
      inputs.push_back(id);
    }
    if (poisoned) {
      Poison(proto);
      return {};
    }
    while (!inputs.empty() && inputs.back() == kNoValue) inputs.pop_back();
    const OnnxNode node(proto, name, opset_, std::move(inputs));
    const Status status = ImportBy(*row, node);
    if (status.code() == Code::kUnsupported) {
      problems_.push_back(status.message());
      Poison(proto);
      return {};
    }
    return status;
  }

  int64_t OpsetOf(const std::string& domain) const {
    for (const auto& entry : model_.opset_import()) {
      if (entry.domain() == domain) return entry.version();
    }
    return opset_;
  }

  static Status CheckCounts(const OperatorRow& row, const OnnxNode& node) {
    if (node.inputs() < row.least_inputs || node.inputs() > row.most_inputs) {
      return node.Bad("{} inputs, expected {} to {}", node.inputs(),
                      row.least_inputs, row.most_inputs);
    }
    const bool takes_any = row.most_inputs > 8;
    const size_t needed = takes_any ? node.inputs() : row.least_inputs;
    for (size_t i = 0; i < needed; ++i) {
      if (!node.Has(i)) return node.Bad("input {} is missing", i);
    }
    if (node.outputs() == 0) return node.Bad("no output");
    if (row.most_outputs == 1 && node.OutputName(0).empty()) {
      return node.Cannot("its first output is not used; use it or remove it");
    }
    return {};
  }

  Status ImportBy(const OperatorRow& row, const OnnxNode& node) {
    OCTET_RETURN_IF_ERROR(CheckCounts(row, node));
    for (size_t i = row.most_outputs; i < node.outputs(); ++i) {
      if (IsRead(node.OutputName(i))) {
        return node.Cannot("output {} ('{}') is used; octet makes only {}", i,
                           node.OutputName(i), row.most_outputs);
      }
    }
    builder_.Begin(node);
    OCTET_RETURN_IF_ERROR(row.import(builder_, node));
    OCTET_RETURN_IF_ERROR(node.status());
    for (size_t i = 0; i < node.outputs(); ++i) {
      const std::string& name = node.OutputName(i);
      const ValueId id = builder_.outputs()[i];
      if (!name.empty()) values_[name] = id == kNoValue ? kPoisoned : id;
    }
    return {};
  }

  // Whether any node or the model's outputs read the name.
  bool IsRead(const std::string& name) {
    if (read_.empty()) {
      for (const auto& node : proto_.node()) {
        for (const std::string& input : node.input()) read_.insert(input);
      }
      for (const auto& output : proto_.output()) read_.insert(output.name());
    }
    return !name.empty() && read_.contains(name);
  }

  Status ReportProblems() const {
    if (problems_.empty()) return {};
    std::string text =
        fmt::format("octet cannot import {} node{} of the model",
                    problems_.size(), problems_.size() == 1 ? "" : "s");
    for (const std::string& problem : problems_) text += "\n  " + problem;
    return {Code::kUnsupported, std::move(text)};
  }

  // Outputs keep their names: one that is another name for a value gets a node
  // of its own.
  Status ReadOutputs() {
    Graph& graph = builder_.graph();
    if (proto_.output_size() == 0) return BadInput("the model has no outputs");
    std::unordered_set<std::string> seen;
    for (const auto& output : proto_.output()) {
      const std::string& name = output.name();
      if (name.empty() || !seen.insert(name).second) {
        return BadInput("two outputs are named '{}', or it is empty", name);
      }
      OCTET_ASSIGN(ValueId id, Find(name));
      if (id == kPoisoned) return BadInput("nothing makes output '{}'", name);
      if (builder_.value(id).name != name) id = builder_.AddAlias(name, id);
      graph.outputs.push_back(id);
    }
    return {};
  }

  const onnx::ModelProto& model_;
  const onnx::GraphProto& proto_;
  const ImportOptions& options_;
  GraphBuilder builder_;
  int64_t opset_ = 0;
  std::unordered_map<std::string, const onnx::TensorProto*> initializers_;
  std::unordered_map<std::string, ValueId> values_;
  std::unordered_set<std::string> read_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<Graph> ImportModel(const onnx::ModelProto& model, TensorReader tensors,
                          const ImportOptions& options) {
  return ModelImporter(model, std::move(tensors), options).Import();
}

}  // namespace octet::compile
