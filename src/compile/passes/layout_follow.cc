// What each kind of operation does when its input is a view.
#include <algorithm>

#include "compile/passes/layout.h"

namespace octet::compile {
namespace {

// The permutations of the inputs that are views of the output's rank: one of
// them may do for all.
std::vector<Perm> Candidates(const Layout& layout, const Node& node) {
  const int rank = layout.value(node.outputs[0]).shape.rank();
  std::vector<Perm> perms;
  for (ValueId id : node.inputs) {
    const View* view = id == kNoValue ? nullptr : layout.Find(id);
    if (view != nullptr && int(view->perm.size()) == rank &&
        std::ranges::find(perms, view->perm) == perms.end()) {
      perms.push_back(view->perm);
    }
  }
  return perms;
}

void EmitOn(Layout& layout, const Node& node, Op op,
            std::vector<ValueId> inputs, const Perm& perm) {
  Node moved = node;
  moved.op = std::move(op);
  moved.inputs = std::move(inputs);
  moved.outputs = {layout.NewSource(node.outputs[0], perm)};
  layout.Emit(std::move(moved));
}

// The inputs as they would have to be for the output to be a view with this
// permutation; empty where one of them does not come for free.
Result<std::vector<ValueId>> InputsFor(Layout& layout, const Node& node,
                                       const Perm& perm) {
  std::vector<ValueId> inputs;
  for (ValueId id : node.inputs) {
    OCTET_ASSIGN(const auto input, layout.Unpermuted(id, perm));
    if (!input) return std::vector<ValueId>();
    inputs.push_back(*input);
  }
  return inputs;
}

// Reduction or selection that takes the axes `gone` of the source away: what is
// left of the permutation.
Perm WithoutAxes(const Perm& perm, const std::vector<int64_t>& gone) {
  Perm left;
  for (int64_t axis : perm) {
    if (std::ranges::find(gone, axis) != gone.end()) continue;
    const auto before =
        std::ranges::count_if(gone, [axis](int64_t g) { return g < axis; });
    left.push_back(axis - before);
  }
  return left;
}

bool LastAxisStays(const Perm& perm) {
  return !perm.empty() && perm.back() == int64_t(perm.size()) - 1;
}

class Follower {
 public:
  Follower(Layout& layout, const Node& node, const View& view)
      : layout_(layout), node_(node), view_(view) {}

  Result<bool> operator()(const Unary& op) { return Alone(op); }
  Result<bool> operator()(const Cast& op) { return Alone(op); }
  Result<bool> operator()(Quantize op) {
    op.axis = OwnAxis(op.axis);
    return Alone(op);
  }
  Result<bool> operator()(Dequantize op) {
    op.axis = OwnAxis(op.axis);
    return Alone(op);
  }
  Result<bool> operator()(Softmax op) {
    op.axis = OwnAxis(op.axis);
    return Alone(op);
  }
  Result<bool> operator()(Slice op) {
    if (node_.inputs.size() != 1) return false;
    op.starts = ToSource(op.starts, view_.perm);
    op.sizes = ToSource(op.sizes, view_.perm);
    op.steps = ToSource(op.steps, view_.perm);
    return Alone(op);
  }
  Result<bool> operator()(Pad op) {
    if (node_.inputs.size() != 1) return false;
    op.before = ToSource(op.before, view_.perm);
    op.after = ToSource(op.after, view_.perm);
    return Alone(op);
  }
  Result<bool> operator()(Tile op) {
    if (node_.inputs.size() != 1) return false;
    op.repeats = ToSource(op.repeats, view_.perm);
    return Alone(op);
  }
  Result<bool> operator()(Expand op) {
    if (node_.inputs.size() != 1 || op.dims.size() != view_.perm.size()) {
      return false;
    }
    op.dims = ToSource(op.dims, view_.perm);
    return Alone(op);
  }
  Result<bool> operator()(Reduce op) {
    if (node_.inputs.size() != 1) return false;
    for (int64_t& axis : op.axes) axis = OwnAxis(axis);
    std::ranges::sort(op.axes);
    const Perm perm =
        op.keep_dims ? view_.perm : WithoutAxes(view_.perm, op.axes);
    EmitOn(layout_, node_, op, {view_.source}, perm);
    return true;
  }
  Result<bool> operator()(Gather op) {
    const Value& indices = layout_.value(node_.inputs[1]);
    if (!indices.has_shape || indices.shape.rank() > 1) return false;
    op.axis = OwnAxis(op.axis);
    const Perm perm = indices.shape.rank() == 1
                          ? view_.perm
                          : WithoutAxes(view_.perm, {op.axis});
    EmitOn(layout_, node_, op, {view_.source, layout_.Use(node_.inputs[1])},
           perm);
    return true;
  }
  Result<bool> operator()(const LayerNorm& op) {
    for (size_t i = size_t(op.axis); i < view_.perm.size(); ++i) {
      if (view_.perm[i] != int64_t(i)) return false;
    }
    return Alone(op);
  }
  // One by one pixel, or row by row: the order of the others is of no account.
  // Only a batch stays a batch, as kernels run over whole images.
  Result<bool> operator()(const Conv& op) {
    const Value& w = layout_.value(node_.inputs[1]);
    const Conv pointwise{.group = op.group, .fusion = {}};
    const Value& y = layout_.value(node_.outputs[0]);
    if (view_.perm[0] != 0 && y.shape[0] != 1) return false;
    if (op.fusion.residual || !LastAxisStays(view_.perm) || !w.has_shape ||
        w.shape[1] != 1 || w.shape[2] != 1 || op.strides != pointwise.strides ||
        op.pads != pointwise.pads) {
      return false;
    }
    return Alone(op);
  }
  Result<bool> operator()(const MatMul& op) {
    const Value& b = layout_.value(node_.inputs[1]);
    if (op.fusion.residual || !LastAxisStays(view_.perm) || !b.has_shape ||
        b.shape.rank() != 2 || layout_.Find(node_.inputs[1]) != nullptr) {
      return false;
    }
    return Alone(op);
  }
  Result<bool> operator()(const Reshape&) {
    return FollowReshape(layout_, node_);
  }
  template <typename Other>
  Result<bool> operator()(const Other&) {
    return false;
  }

 private:
  // Quantize with one scale may name an axis that does not exist.
  int64_t OwnAxis(int64_t axis) const {
    return axis < int64_t(view_.perm.size()) ? view_.perm[size_t(axis)] : axis;
  }

  // Only the first input is a view; the others stay.
  Result<bool> Alone(Op op) {
    std::vector<ValueId> inputs = {view_.source};
    for (size_t i = 1; i < node_.inputs.size(); ++i) {
      inputs.push_back(layout_.Use(node_.inputs[i]));
    }
    EmitOn(layout_, node_, std::move(op), std::move(inputs), view_.perm);
    return true;
  }

  Layout& layout_;
  const Node& node_;
  const View view_;
};

// Operations whose inputs must all have one layout, which the output then has
// too.
bool TakesOneLayout(const Op& op) {
  return std::holds_alternative<Binary>(op) ||
         std::holds_alternative<Where>(op) ||
         std::holds_alternative<Concat>(op);
}

Result<bool> FollowTogether(Layout& layout, const Node& node) {
  for (const Perm& perm : Candidates(layout, node)) {
    OCTET_ASSIGN(std::vector<ValueId> inputs, InputsFor(layout, node, perm));
    if (inputs.empty()) continue;
    Op op = node.op;
    if (auto* concat = std::get_if<Concat>(&op)) {
      concat->axis = perm[size_t(concat->axis)];
    }
    EmitOn(layout, node, std::move(op), std::move(inputs), perm);
    return true;
  }
  return false;
}

}  // namespace

Result<bool> FollowView(Layout& layout, const Node& node) {
  if (!layout.value(node.outputs[0]).has_shape) return false;
  if (TakesOneLayout(node.op)) return FollowTogether(layout, node);
  const View* view =
      node.inputs.empty() ? nullptr : layout.Find(node.inputs[0]);
  if (view == nullptr) return false;
  return std::visit(Follower(layout, node, *view), node.op);
}

}  // namespace octet::compile
