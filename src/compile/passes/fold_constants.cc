// Computes what depends on constants alone, and integers that follow from
// shapes: the arithmetic that exporters put before a Reshape.
//
// Dequantized constants stay as they are where activations are quantized too:
// they are the int8 weights of the model.
#include <algorithm>
#include <optional>

#include "compile/ir/dims.h"
#include "compile/ir/infer.h"
#include "compile/passes/constant_values.h"
#include "compile/passes/passes.h"
#include "compile/reference/evaluate.h"

namespace octet::compile {
namespace {

// Constants may grow by this much altogether: a few bytes of a model could
// otherwise ask for any amount of memory.
constexpr int64_t kMostGrowth = int64_t{64} << 20;
// And no single one may cost more than this to compute (multiplications, and
// bytes of working memory).
constexpr int64_t kMostWork = int64_t{1} << 32;
constexpr int64_t kMostElements = int64_t{1} << 26;

bool QuantizesActivations(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    return std::holds_alternative<Quantize>(node.op) &&
           !graph.values[size_t(node.inputs[0])].is_constant();
  });
}

class Folder {
 public:
  explicit Folder(Graph& graph)
      : graph_(graph), keep_dequantize_(QuantizesActivations(graph)) {}

  Result<bool> Run() {
    // Infers on the way: it alone knows the numbers in shapes, and shapes that
    // depend on them.
    ShapeInference inference(graph_);
    bool changed = false;
    for (Node& node : graph_.nodes) {
      OCTET_RETURN_IF_ERROR(inference.Infer(node));
      OCTET_ASSIGN(const bool folded, Fold(node, inference));
      changed |= folded;
    }
    if (changed) DropFolded();
    return changed;
  }

 private:
  Result<bool> Fold(const Node& node, ShapeInference& inference) {
    Value& output = graph_.values[size_t(node.outputs[0])];
    const std::optional<Tensor> numbers = KnownNumbers(output, node, inference);
    if (numbers) {
      output.data = std::make_shared<const Tensor>(*numbers);
      return true;
    }
    if (!MayEvaluate(node, output)) return false;
    std::vector<const Tensor*> inputs;
    for (ValueId id : node.inputs) {
      inputs.push_back(id == kNoValue ? nullptr
                                      : graph_.values[size_t(id)].data.get());
    }
    OCTET_ASSIGN(Tensor folded, EvaluateNode(node, inputs));
    output.data = std::make_shared<const Tensor>(std::move(folded));
    return true;
  }

  // Integers that shape inference followed to the end.
  std::optional<Tensor> KnownNumbers(const Value& output, const Node& node,
                                     ShapeInference& inference) {
    const auto numbers = inference.KnownNumbers(node.outputs[0]);
    if (!numbers || !HasConcreteShape(output) ||
        output.shape.elements() != int64_t(numbers->size())) {
      return std::nullopt;
    }
    Tensor tensor(output.dtype, output.shape);
    if (output.dtype == DType::kS64) {
      std::ranges::copy(*numbers, tensor.as<int64_t>().begin());
    } else if (output.dtype == DType::kS32) {
      std::ranges::transform(*numbers, tensor.as<int32_t>().begin(),
                             [](int64_t n) { return int32_t(n); });
    } else {
      return std::nullopt;
    }
    return tensor;
  }

  bool MayEvaluate(const Node& node, const Value& output) {
    if (keep_dequantize_ && std::holds_alternative<Dequantize>(node.op)) {
      return false;
    }
    if (!HasConcreteShape(output)) return false;
    const int64_t elements = output.shape.elements();
    int64_t bytes_in = 0;
    for (ValueId id : node.inputs) {
      if (id == kNoValue) continue;
      const Value& input = graph_.values[size_t(id)];
      if (!input.is_constant() || input.data->elements() > kMostElements) {
        return false;
      }
      bytes_in += input.data->bytes();
    }
    const int64_t growth =
        std::max<int64_t>(elements * SizeOf(output.dtype) - bytes_in, 0);
    if (elements > kMostElements || growth_ + growth > kMostGrowth ||
        WorkPerElement(node) > kMostWork / std::max<int64_t>(elements, 1)) {
      return false;
    }
    growth_ += growth;
    return true;
  }

  // Multiplications for each element of the result.
  int64_t WorkPerElement(const Node& node) const {
    const auto shape = [&](size_t i) -> const Shape& {
      return graph_.values[size_t(node.inputs[i])].data->shape();
    };
    if (std::holds_alternative<MatMul>(node.op)) {
      return shape(0)[shape(0).rank() - 1];
    }
    if (std::holds_alternative<Conv>(node.op)) {
      return shape(1)[1] * shape(1)[2] * shape(1)[3];
    }
    if (const auto* pool = std::get_if<Pool>(&node.op)) {
      // Each is at most the padded input here, and that was inferred.
      return std::max(pool->kernel[0], pool->kernel[1]) >= (1 << 16)
                 ? kMostWork
                 : pool->kernel[0] * pool->kernel[1];
    }
    return 1;
  }

  void DropFolded() {
    std::erase_if(graph_.nodes, [&](const Node& node) {
      return graph_.values[size_t(node.outputs[0])].is_constant();
    });
    Compact(graph_);
  }

  Graph& graph_;
  const bool keep_dequantize_;
  int64_t growth_ = 0;
};

}  // namespace

Result<bool> FoldConstants(Graph& graph) { return Folder(graph).Run(); }

}  // namespace octet::compile
