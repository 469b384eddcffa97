#include "compile/ir/arity.h"

#include <array>
#include <limits>

#include "base/error.h"

namespace octet::compile {
namespace {

struct Arity {
  size_t least;
  size_t most;
  unsigned optional;  // bit i: input i may be kNoValue
};
constexpr size_t kAny = std::numeric_limits<size_t>::max();

// By index in Op.
constexpr std::array<Arity, std::variant_size_v<Op>> kArities = {{
    {2, 4, 0b0100},   // Conv: x, w, bias, residual
    {2, 4, 0b0100},   // MatMul: a, b, bias, residual
    {1, 1, 0},        // Unary
    {2, 2, 0},        // Binary
    {1, 1, 0},        // Pool
    {1, 2, 0},        // Reduce: x, axes
    {1, 1, 0},        // Softmax
    {2, 3, 0b100},    // LayerNorm: x, scale, bias
    {1, kAny, 0},     // Concat
    {1, 5, 0b11000},  // Slice: x, starts, ends, axes, steps
    {1, 4, 0b1100},   // Pad: x, pads, value, axes
    {1, 1, 0},        // Transpose
    {1, 2, 0},        // Reshape: x, shape
    {1, 3, 0b010},    // Resize: x, scales, sizes
    {2, 2, 0},        // Gather
    {1, 1, 0},        // Cast
    {3, 3, 0},        // Where
    {1, 2, 0},        // Expand: x, shape
    {1, 2, 0},        // Tile: x, repeats
    {1, 1, 0},        // ShapeOf
    {1, 1, 0},        // ConstantOfShape
    {3, 3, 0},        // Range
    {2, 3, 0b100},    // Quantize: x, scale, zero point
    {2, 3, 0b100},    // Dequantize
    {3, 4, 0},        // Attention: a, b, c, mask
}};

bool HasResidual(const Op& op) {
  if (const auto* conv = std::get_if<Conv>(&op)) return conv->fusion.residual;
  if (const auto* product = std::get_if<MatMul>(&op)) {
    return product->fusion.residual;
  }
  return false;
}

bool IsProduct(const Op& op) {
  return std::holds_alternative<Conv>(op) || std::holds_alternative<MatMul>(op);
}

}  // namespace

Status CheckArity(const Node& node) {
  const Arity& arity = kArities[node.op.index()];
  const size_t count = node.inputs.size();
  if (count < arity.least || count > arity.most) {
    return BadInput("node '{}' ({}): {} inputs, expected {} to {}", node.name,
                    KindName(node.op), count, arity.least, arity.most);
  }
  if (IsProduct(node.op) && HasResidual(node.op) != (count == 4)) {
    return BadInput("node '{}' ({}): a residual is input 3 and nothing else is",
                    node.name, KindName(node.op));
  }
  if (std::holds_alternative<Slice>(node.op) && count == 2) {
    return BadInput("node '{}' (Slice): starts without ends", node.name);
  }
  for (size_t i = 0; i < count; ++i) {
    const bool may_miss = i < 32 && (arity.optional >> i & 1u) != 0;
    if (node.inputs[i] == kNoValue && !may_miss) {
      return BadInput("node '{}' ({}): input {} is missing", node.name,
                      KindName(node.op), i);
    }
  }
  if (node.outputs.size() != 1) {
    return BadInput("node '{}' ({}): {} outputs, expected 1", node.name,
                    KindName(node.op), node.outputs.size());
  }
  return {};
}

}  // namespace octet::compile
