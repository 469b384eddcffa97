// Every value that depends on an input is shown to be samples one behind
// another: its first axis counts them, or rows of them (a matrix [samples *
// rows, K]). So image i of the batch is the i-th part of its memory, and the
// graph of one sample differs in first axes only.
#include "compile/lower/one_sample.h"

#include <algorithm>
#include <span>
#include <utility>

#include "compile/ir/dims.h"

namespace octet::compile {
namespace {

class Splitting {
 public:
  explicit Splitting(const Graph& graph)
      : graph_(graph), by_sample_(graph.values.size(), false) {}

  std::optional<OneSample> Split() {
    if (!FindBatch()) return std::nullopt;
    OneSample one{graph_, batch_};
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      if (std::ranges::none_of(node.inputs,
                               [&](ValueId v) { return BySample(v); })) {
        continue;
      }
      const ValueId y = node.outputs[0];
      if (!HasRows(y)) return std::nullopt;
      by_sample_[size_t(y)] = true;
      const bool apart = std::visit(
          [&](const auto& op) { return KeepsApart(node, op); }, node.op);
      if (!apart) return std::nullopt;
      std::visit([&](auto& op) { OfOne(node, op); }, one.graph.nodes[n].op);
    }
    for (ValueId y : graph_.outputs) {
      if (!BySample(y)) return std::nullopt;
    }
    for (size_t v = 0; v < by_sample_.size(); ++v) {
      if (by_sample_[v]) one.graph.values[v].shape[0] /= batch_;
    }
    return one;
  }

 private:
  bool FindBatch() {
    for (ValueId v : graph_.inputs) {
      const Value& input = graph_.values[size_t(v)];
      if (!input.has_shape || input.shape.rank() == 0) return false;
      if (v == graph_.inputs[0]) batch_ = input.shape[0];
      if (batch_ < 2 || input.shape[0] != batch_) return false;
      by_sample_[size_t(v)] = true;
    }
    return batch_ > 1;
  }

  bool BySample(ValueId v) const {
    return v != kNoValue && by_sample_[size_t(v)];
  }
  const Shape& shape(ValueId v) const { return graph_.values[size_t(v)].shape; }
  int Rank(ValueId v) const { return shape(v).rank(); }
  // Whether the first axis can be cut into samples.
  bool HasRows(ValueId v) const {
    const Value& value = graph_.values[size_t(v)];
    return value.has_shape && IsConcrete(value.shape) && Rank(v) > 0 &&
           value.shape[0] > 0 && value.shape[0] % batch_ == 0;
  }
  // Whether sample i of the output needs sample i of this operand alone, if the
  // operand is broadcast to a shape whose first axis is the output's.
  bool Follows(ValueId operand, ValueId y) const {
    if (operand == kNoValue) return true;
    const bool same_rank = Rank(operand) == Rank(y);
    if (BySample(operand)) return same_rank && shape(operand)[0] == shape(y)[0];
    return Rank(operand) < Rank(y) || (same_rank && shape(operand)[0] == 1);
  }
  bool AllFollow(const Node& node, size_t but = SIZE_MAX) const {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (i != but && !Follows(node.inputs[i], node.outputs[0])) return false;
    }
    return true;
  }
  // Everything but the first operand is the same for all samples.
  bool OnlyFirst(std::span<const ValueId> inputs) const {
    return BySample(inputs[0]) &&
           std::ranges::none_of(inputs.subspan(1),
                                [&](ValueId v) { return BySample(v); });
  }
  // An axis of x other than the first.
  bool IsInner(int64_t axis, ValueId x) const {
    return (axis < 0 ? axis + Rank(x) : axis) > 0;
  }

  // Whether the samples of a node's output follow from those of its operands,
  // of which one at least is by sample.
  template <typename Op>
  bool KeepsApart(const Node&, const Op&) const {
    return false;
  }
  bool KeepsApart(const Node& node, const Conv& op) const {
    if (!op.fusion.residual) return OnlyFirst(node.inputs);
    return OnlyFirst(std::span(node.inputs).first(node.inputs.size() - 1)) &&
           Follows(node.inputs.back(), node.outputs[0]);
  }
  bool KeepsApart(const Node& node, const MatMul&) const {
    // The rows of a matrix b are summed over; those of a are the output's.
    const ValueId b = node.inputs[1];
    if (Rank(b) > 2) return AllFollow(node);
    return !BySample(b) && AllFollow(node, /*but=*/1);
  }
  bool KeepsApart(const Node& node, const Attention&) const {
    return Rank(node.outputs[0]) > 2 && AllFollow(node);
  }
  bool KeepsApart(const Node&, const Unary&) const { return true; }
  bool KeepsApart(const Node&, const Cast&) const { return true; }
  bool KeepsApart(const Node&, const Pool&) const { return true; }
  bool KeepsApart(const Node& node, const Resize&) const {
    return node.inputs.size() == 1;
  }
  bool KeepsApart(const Node& node, const Binary&) const {
    return AllFollow(node);
  }
  bool KeepsApart(const Node& node, const Where&) const {
    return AllFollow(node);
  }
  bool KeepsApart(const Node& node, const Reduce& op) const {
    return node.inputs.size() == 1 && !op.axes.empty() &&
           std::ranges::all_of(op.axes, [&](int64_t axis) {
             return IsInner(axis, node.inputs[0]);
           });
  }
  bool KeepsApart(const Node& node, const Softmax& op) const {
    return IsInner(op.axis, node.inputs[0]);
  }
  bool KeepsApart(const Node& node, const LayerNorm& op) const {
    return IsInner(op.axis, node.inputs[0]) && OnlyFirst(node.inputs);
  }
  bool KeepsApart(const Node& node, const Concat& op) const {
    return IsInner(op.axis, node.inputs[0]) &&
           std::ranges::all_of(node.inputs,
                               [&](ValueId v) { return BySample(v); });
  }
  bool KeepsApart(const Node& node, const Slice& op) const {
    return node.inputs.size() == 1 && op.starts[0] == 0 && op.steps[0] == 1 &&
           op.sizes[0] == shape(node.inputs[0])[0];
  }
  bool KeepsApart(const Node& node, const Pad& op) const {
    return node.inputs.size() == 1 && op.before[0] == 0 && op.after[0] == 0;
  }
  bool KeepsApart(const Node&, const Transpose& op) const {
    return !op.perm.empty() && op.perm[0] == 0;
  }
  bool KeepsApart(const Node& node, const Reshape&) const {
    return node.inputs.size() == 1;
  }
  bool KeepsApart(const Node& node, const Expand&) const {
    return node.inputs.size() == 1 && Follows(node.inputs[0], node.outputs[0]);
  }
  bool KeepsApart(const Node& node, const Tile& op) const {
    return node.inputs.size() == 1 && op.repeats[0] == 1;
  }
  bool KeepsApart(const Node& node, const Gather& op) const {
    const ValueId data = node.inputs[0], indices = node.inputs[1];
    if (BySample(data)) return !BySample(indices) && IsInner(op.axis, data);
    return !IsInner(op.axis, data);
  }

  // The attributes of one sample's node.
  template <typename Op>
  void OfOne(const Node&, Op&) const {}
  void OfOne(const Node&, Slice& op) const { op.sizes[0] /= batch_; }
  void OfOne(const Node& node, Expand& op) const { SetDims(node, op.dims); }
  void OfOne(const Node& node, Reshape& op) const { SetDims(node, op.dims); }
  void SetDims(const Node& node, std::vector<int64_t>& dims) const {
    const Shape& y = shape(node.outputs[0]);
    dims.assign(y.dims().begin(), y.dims().end());
    dims[0] /= batch_;
  }

  const Graph& graph_;
  int64_t batch_ = 0;
  std::vector<bool> by_sample_;
};

}  // namespace

std::optional<OneSample> FindOneSample(const Graph& graph) {
  return Splitting(graph).Split();
}

}  // namespace octet::compile
