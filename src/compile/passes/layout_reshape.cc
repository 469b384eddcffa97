// A Reshape of a view.
//
// Axes of the view and axes of the result fall into groups of equal size, as
// [N | C | H, W] to [N | g, C/g | HW]. Where a group's axes stand together in
// the source, the source can be reshaped instead, its groups in the source's
// order, and the result is a view of that. Where they stand together in another
// order (a channel shuffle: the group is transposed and joined), that one
// transpose is real, and the rest still is a view.
#include <algorithm>
#include <numeric>

#include "compile/passes/constant_values.h"
#include "compile/passes/layout.h"

namespace octet::compile {
namespace {

struct Group {
  std::vector<int64_t> from;  // axes of the source, in the view's order
  std::vector<int64_t> to;    // axes of the result
};

// Axes larger than 1, matched. Empty if there is an axis of size 0.
std::vector<Group> MatchAxes(const Shape& source, const Perm& perm,
                             const Shape& result) {
  std::vector<Group> groups;
  size_t i = 0;
  int k = 0;
  while (true) {
    while (i < perm.size() && source[int(perm[i])] == 1) ++i;
    while (k < result.rank() && result[k] == 1) ++k;
    if (i == perm.size() || k == result.rank()) return groups;
    Group group;
    int64_t from = source[int(perm[i])];
    int64_t to = result[k];
    if (from == 0 || to == 0) return {};
    group.from = {perm[i++]};
    group.to = {k++};
    while (from != to) {
      if (from < to) {
        if (i == perm.size()) return {};
        const int64_t size = source[int(perm[i])];
        from *= size;
        if (size != 1) group.from.push_back(perm[i]);
        ++i;
      } else {
        if (k == result.rank()) return {};
        const int64_t size = result[k];
        to *= size;
        if (size != 1) group.to.push_back(k);
        ++k;
      }
    }
    groups.push_back(std::move(group));
  }
}

// All axes of the result: those of the groups in the source's order, and those
// of 1 where a batch has its place, in front or behind the first axis. So an
// image of a batch of one keeps its form whatever it is made from.
std::vector<int64_t> OrderAxes(const Shape& result,
                               const std::vector<Group>& groups) {
  std::vector<int64_t> axes;
  for (const Group& group : groups) {
    axes.insert(axes.end(), group.to.begin(), group.to.end());
  }
  const bool in_order = std::ranges::is_sorted(axes);
  std::vector<int64_t> ones;
  for (int axis = 0; axis < result.rank(); ++axis) {
    if (result[axis] == 1) ones.push_back(axis);
  }
  const bool behind = !axes.empty() && axes[0] == 0;
  axes.insert(axes.begin() + (behind ? 1 : 0), ones.begin(), ones.end());
  // Nothing has moved: then the axes of 1 stay as well.
  if (in_order) std::ranges::sort(axes);
  return axes;
}

// Whether the group's axes are neighbours in the source, in any order; axes of
// 1 between them do not count.
bool StandTogether(const Shape& source, const Group& group) {
  const auto [low, high] = std::ranges::minmax(group.from);
  int64_t between = 0;
  for (int64_t axis = low; axis <= high; ++axis) {
    between += source[int(axis)] != 1;
  }
  return between == int64_t(group.from.size());
}

// The source's axes with each group in the order that the view has.
Perm OrderWithinGroups(const Shape& source, const std::vector<Group>& groups) {
  Perm order(size_t(source.rank()));
  std::iota(order.begin(), order.end(), int64_t{0});
  for (const Group& group : groups) {
    std::vector<int64_t> places = group.from;
    std::ranges::sort(places);
    for (size_t i = 0; i < places.size(); ++i) {
      order[size_t(places[i])] = group.from[i];
    }
  }
  return order;
}

}  // namespace

Result<bool> FollowReshape(Layout& layout, const Node& node) {
  const View view = *layout.Find(node.inputs[0]);
  const Value output = layout.value(node.outputs[0]);
  const Shape source = layout.value(view.source).shape;
  if (node.inputs.size() != 1 || !HasConcreteShape(output) ||
      !HasConcreteShape(layout.value(view.source))) {
    return false;
  }
  std::vector<Group> groups = MatchAxes(source, view.perm, output.shape);
  if (groups.empty() || !std::ranges::all_of(groups, [&](const Group& group) {
        return StandTogether(source, group);
      })) {
    return false;
  }
  const Perm within = OrderWithinGroups(source, groups);
  std::ranges::stable_sort(groups, {}, [](const Group& group) {
    return std::ranges::min(group.from);
  });
  const std::vector<int64_t> axes = OrderAxes(output.shape, groups);
  // One real transpose either way, if nothing is left as a view after it.
  if (!MovesNothing(source, within) && IsIdentity(axes)) return false;

  ValueId from = view.source;
  if (!MovesNothing(source, within)) {
    Shape shape = source;
    for (size_t i = 0; i < within.size(); ++i) {
      shape[int(i)] = source[int(within[i])];
    }
    from = layout.EmitMove(Transpose{.perm = within}, from, shape, output.name);
  }
  std::vector<int64_t> dims;
  for (int64_t axis : axes) dims.push_back(output.shape[int(axis)]);
  Node moved = node;
  moved.op = Reshape{.dims = dims};
  moved.inputs = {from};
  moved.outputs = {layout.NewSource(node.outputs[0], Inverse(axes))};
  layout.Emit(std::move(moved));
  return true;
}

}  // namespace octet::compile
