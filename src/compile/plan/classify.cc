#include "compile/plan/classify.h"

#include <algorithm>

#include "base/quant.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

// 255 * 127 each; larger sums may still fit, but not with any numbers.
constexpr int64_t kMostProducts = 2147483647LL / (255LL * 127);
// Operands of an attention: queries, keys, values.
constexpr size_t kAttended = 3;

bool IsConstant(const Graph& graph, const Node& node, size_t input) {
  return input < node.inputs.size() && node.inputs[input] != kNoValue &&
         graph.values[node.inputs[input]].is_constant();
}

const Shape& DimsOf(const Graph& graph, ValueId value) {
  return graph.values[value].shape;
}

// Whether it is arithmetic on two values or attention of which one is constant.
bool ComputesWithAConstant(const Graph& graph, const Node& node) {
  const size_t operands = std::holds_alternative<Binary>(node.op) ? 2
                          : std::holds_alternative<Attention>(node.op)
                              ? kAttended
                              : 0;
  for (size_t i = 0; i < operands; ++i) {
    if (IsConstant(graph, node, i)) return true;
  }
  return false;
}

bool ClampsOnly(const Function& f) {
  return f.kind == FunctionKind::kIdentity || f.kind == FunctionKind::kRelu ||
         f.kind == FunctionKind::kClip;
}

// [N,1,1,C] against [N,H,W,C], or a single element.
bool Broadcasts(const Shape& big, const Shape& small) {
  if (small.elements() == 1) return true;
  if (big.rank() != 4 || small.rank() != 4) return false;
  return small[0] == big[0] && small[1] == 1 && small[2] == 1 &&
         small[3] == big[3];
}

bool BinaryHasInt8Form(const Graph& graph, const Node& node) {
  const Binary& op = std::get<Binary>(node.op);
  if (op.op != BinaryOp::kAdd && op.op != BinaryOp::kSub &&
      op.op != BinaryOp::kMul) {
    return false;
  }
  if (!ClampsOnly(op.after)) return false;
  if (ComputesWithAConstant(graph, node)) return false;
  const Shape& a = DimsOf(graph, node.inputs[0]);
  const Shape& b = DimsOf(graph, node.inputs[1]);
  if (a == b || Broadcasts(a, b)) return true;
  return op.op != BinaryOp::kSub && Broadcasts(b, a);
}

// Codes of a constant would need a scale that no calibration gives. A
// concatenation has one: that of what it joins the constant to.
bool MovesAConstant(const Graph& graph, const Node& node) {
  if (!std::holds_alternative<Concat>(node.op)) {
    return IsConstant(graph, node, 0);
  }
  return std::ranges::all_of(
      node.inputs, [&](ValueId v) { return graph.values[v].is_constant(); });
}

// Queries, depth, keys and columns of one matrix of an attention.
struct AttentionDims {
  int64_t queries, depth, keys, columns;
};
AttentionDims DimsOfAttention(const Graph& graph, const Node& node) {
  const Shape& a = DimsOf(graph, node.inputs[0]);
  const Shape& c = DimsOf(graph, node.inputs[2]);
  return {a[a.rank() - 2], a[a.rank() - 1], c[c.rank() - 2], c[c.rank() - 1]};
}

// Mean over the plane of an image: global average pooling.
bool IsPlaneMean(const Graph& graph, const Node& node) {
  const Reduce* op = std::get_if<Reduce>(&node.op);
  return op != nullptr && op->op == ReduceOp::kMean &&
         DimsOf(graph, node.inputs[0]).rank() == 4 &&
         op->axes == std::vector<int64_t>{1, 2};
}

Role ClassifyMatMul(const Graph& graph, const Node& node) {
  if (MultipliesComputed(graph, node)) {
    const Fusion& fusion = std::get<MatMul>(node.op).fusion;
    const bool has_bias = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
    const bool is_plain = !has_bias && !fusion.residual &&
                          fusion.before.kind == FunctionKind::kIdentity &&
                          fusion.after.kind == FunctionKind::kIdentity;
    return is_plain ? Role::kArithmetic : Role::kFloat;
  }
  const bool weights =
      IsConstant(graph, node, 1) && DimsOf(graph, node.inputs[1]).rank() == 2;
  return weights ? Role::kProduct : Role::kFloat;
}

Role ClassifyConv(const Graph& graph, const Node& node) {
  if (!IsConstant(graph, node, 1)) return Role::kFloat;
  const Conv& op = std::get<Conv>(node.op);
  const Shape& w = DimsOf(graph, node.inputs[1]);
  return op.group > 1 && w[3] == 1 && w[0] == op.group ? Role::kDepthwise
                                                       : Role::kProduct;
}

// Whether it multiplies what lies behind a softmax by computed values that do
// not: attention, of which features come out again.
bool WeighsFeatures(const Graph& graph, const Node& node,
                    const std::vector<bool>& behind) {
  const Binary* binary = std::get_if<Binary>(&node.op);
  const bool multiplies = std::holds_alternative<MatMul>(node.op) ||
                          (binary != nullptr && binary->op == BinaryOp::kMul);
  if (!multiplies) return false;
  const ValueId a = node.inputs[0], b = node.inputs[1];
  return behind[a] != behind[b] && !graph.values[a].is_constant() &&
         !graph.values[b].is_constant();
}

}  // namespace

Role Classify(const Graph& graph, const Node& node) {
  if (graph.values[node.outputs[0]].dtype != DType::kF32) return Role::kFloat;
  if (std::holds_alternative<Conv>(node.op)) return ClassifyConv(graph, node);
  if (std::holds_alternative<MatMul>(node.op)) {
    return ClassifyMatMul(graph, node);
  }
  if (IsMover(node)) {
    return MovesAConstant(graph, node) ? Role::kFloat : Role::kMover;
  }
  if (std::holds_alternative<Binary>(node.op)) {
    return BinaryHasInt8Form(graph, node) ? Role::kArithmetic : Role::kFloat;
  }
  if (std::holds_alternative<Attention>(node.op)) {
    return ComputesWithAConstant(graph, node) ? Role::kFloat
                                              : Role::kArithmetic;
  }
  if (std::holds_alternative<Unary>(node.op) || IsPlaneMean(graph, node) ||
      std::holds_alternative<Pool>(node.op)) {
    return Role::kArithmetic;
  }
  return Role::kFloat;
}

bool MultipliesComputed(const Graph& graph, const Node& node) {
  return std::holds_alternative<MatMul>(node.op) &&
         !IsConstant(graph, node, 0) && !IsConstant(graph, node, 1) &&
         DimsOf(graph, node.inputs[0]).rank() >= 2 &&
         DimsOf(graph, node.inputs[1]).rank() >= 2;
}

bool HasOneScale(const Node& node) {
  return std::holds_alternative<Unary>(node.op) ||
         std::holds_alternative<MatMul>(node.op) ||
         std::holds_alternative<Attention>(node.op);
}

bool IsSum(const Node& node) {
  if (const Binary* binary = std::get_if<Binary>(&node.op)) {
    return binary->op == BinaryOp::kAdd || binary->op == BinaryOp::kSub;
  }
  const Conv* conv = std::get_if<Conv>(&node.op);
  const MatMul* matmul = std::get_if<MatMul>(&node.op);
  return (conv != nullptr && conv->fusion.residual) ||
         (matmul != nullptr && matmul->fusion.residual);
}

std::string WhyFloat(const Graph& graph, const Node& node) {
  std::string kind(KindName(node.op));
  const DType dtype = graph.values[node.outputs[0]].dtype;
  if (dtype != DType::kF32) return kind + " of " + std::string(Name(dtype));
  if (std::holds_alternative<Conv>(node.op) ||
      std::holds_alternative<MatMul>(node.op)) {
    return IsConstant(graph, node, 1) ? kind + " by a stack of matrices"
                                      : kind + " by computed weights";
  }
  if (IsMover(node) && MovesAConstant(graph, node)) {
    return kind + " of a constant";
  }
  if (ComputesWithAConstant(graph, node)) return kind + " with a constant";
  return kind;
}

bool ReadsFloat(const Node& node, size_t slot) {
  return std::holds_alternative<Attention>(node.op) && slot >= kAttended;
}

int64_t ProductsPerSum(const Graph& graph, const Node& node) {
  if (std::holds_alternative<Conv>(node.op)) {
    const Shape& w = DimsOf(graph, node.inputs[1]);
    return w[1] * w[2] * w[3];
  }
  if (std::holds_alternative<MatMul>(node.op)) {
    const Shape& a = DimsOf(graph, node.inputs[0]);
    return a[a.rank() - 1];
  }
  return 0;
}

std::string WhyOverflow(const Graph& graph, const Node& node) {
  const int64_t most =
      MultipliesComputed(graph, node) ? kMostProductsOfCodes : kMostProducts;
  if (ProductsPerSum(graph, node) > most) {
    return "sums of more than " + std::to_string(most) + " products";
  }
  if (std::holds_alternative<Attention>(node.op)) {
    const AttentionDims dims = DimsOfAttention(graph, node);
    if (std::max(dims.depth, dims.keys) <= kMostProductsOfCodes) return "";
    return "sums of more than " + std::to_string(kMostProductsOfCodes) +
           " products";
  }
  int64_t averaged = 0;
  const Pool* pool = std::get_if<Pool>(&node.op);
  if (pool != nullptr && pool->op == PoolOp::kAverage) {
    averaged = pool->kernel[0] * pool->kernel[1];
  } else if (IsPlaneMean(graph, node)) {
    const Shape& x = DimsOf(graph, node.inputs[0]);
    averaged = x[1] * x[2];
  }
  if (averaged <= kMostAveragedCodes) return "";
  return "an average of more than " + std::to_string(kMostAveragedCodes) +
         " elements";
}

int64_t CountMacs(const Graph& graph, const Node& node) {
  if (std::holds_alternative<Attention>(node.op)) {
    const AttentionDims dims = DimsOfAttention(graph, node);
    const Shape& y = DimsOf(graph, node.outputs[0]);
    const int64_t matrices =
        y.elements() / std::max<int64_t>(1, dims.queries * dims.columns);
    return matrices * dims.queries * dims.keys * (dims.depth + dims.columns);
  }
  const int64_t sum = ProductsPerSum(graph, node);
  return sum * DimsOf(graph, node.outputs[0]).elements();
}

std::vector<bool> BehindSoftmax(const Graph& graph) {
  std::vector<bool> behind(graph.values.size());
  for (const Node& node : graph.nodes) {
    bool here = std::holds_alternative<Softmax>(node.op);
    for (ValueId v : node.inputs) here = here || (v != kNoValue && behind[v]);
    here = here && !WeighsFeatures(graph, node, behind);
    for (ValueId v : node.outputs) behind[v] = here;
  }
  return behind;
}

}  // namespace octet::compile
