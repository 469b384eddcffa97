// What steps that only move elements rely on.
#include <algorithm>
#include <cmath>
#include <vector>

#include "base/checked.h"
#include "engine/step_check.h"

namespace octet::engine {
namespace {

int64_t ElementBytes(const ValueT& value) {
  return SizeOf(ToDType(value.dtype));
}

void CheckSameSize(StepCheck& check, const ValueT& x, const ValueT& y) {
  check.Require(ElementBytes(x) == ElementBytes(y),
                "'{}' is {} and '{}' is {}; their elements differ in size",
                x.name, Describe(x), y.name, Describe(y));
}

// Whether offset + sum of i * strides stays in [0, extent) for all indices.
bool StaysInside(const std::vector<int64_t>& extents,
                 const std::vector<int64_t>& strides, int64_t offset,
                 int64_t extent) {
  int64_t low = offset, high = offset;
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    const auto reach = CheckedMul(extents[axis] - 1, strides[axis]);
    if (!reach) return false;
    const auto moved = CheckedAdd(*reach < 0 ? low : high, *reach);
    if (!moved) return false;
    (*reach < 0 ? low : high) = *moved;
  }
  return low >= 0 && high < extent;
}

// Whether all elements are different ones: each axis steps over all that the
// finer ones cover.
bool NeverCoincides(const std::vector<int64_t>& extents,
                    const std::vector<int64_t>& strides) {
  struct Axis {
    int64_t stride, extent;
  };
  std::vector<Axis> axes;
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    if (extents[axis] > 1) axes.push_back({strides[axis], extents[axis]});
  }
  std::ranges::sort(axes, {}, &Axis::stride);
  int64_t covered = 1;  // cannot overflow: StaysInside was asked before
  for (const Axis& axis : axes) {
    if (axis.stride < covered) return false;
    covered += (axis.extent - 1) * axis.stride;
  }
  return true;
}

// A wrong scale would send the kernel's coordinates far outside the image.
bool ScaleFits(double scale, int64_t in, int64_t out) {
  return scale > 0 && std::abs(scale * double(in) - double(out)) <= 1.5;
}

}  // namespace

void Check(StepCheck& check, const StridedCopyT& p) {
  const ValueT& x = check.ReadAny("x", p.x);
  const ValueT& y = check.WriteAny("y", p.y);
  CheckSameSize(check, x, y);
  const size_t rank = p.extents.size();
  check.Require(rank <= size_t(kMaxRank) && p.x_strides.size() == rank &&
                    p.y_strides.size() == rank,
                "{} extents, {} and {} strides; expected as many of each, at "
                "most {}",
                rank, p.x_strides.size(), p.y_strides.size(), kMaxRank);
  check.Require(
      std::ranges::all_of(p.extents, [](int64_t e) { return e >= 1; }),
      "an extent is below 1");
  if (!check.ok()) return;
  check.Require(
      StaysInside(p.extents, p.x_strides, p.x_offset, *CheckedExtent(x)),
      "it reads beyond '{}' {}", x.name, Describe(x));
  check.Require(
      StaysInside(p.extents, p.y_strides, p.y_offset, *CheckedExtent(y)),
      "it writes beyond '{}' {}", y.name, Describe(y));
  check.Require(NeverCoincides(p.extents, p.y_strides),
                "it writes elements of '{}' twice", y.name);
}

void Check(StepCheck& check, const FillT& p) { check.WriteAny("y", p.y); }

void Check(StepCheck& check, const GatherT& p) {
  const ValueT& x = check.ReadAny("x", p.x);
  const ValueT& indices =
      check.Read("indices", p.indices, {DType::S32, DType::S64});
  const ValueT& y = check.WriteAny("y", p.y);
  CheckSameSize(check, x, y);
  check.Dense("x", x);
  check.Dense("indices", indices);
  check.Dense("y", y);
  check.Require(p.axis >= 0 && p.axis < Rank(x), "'{}' has no axis {}", x.name,
                p.axis);
  if (!check.ok()) return;
  std::vector<int64_t> dims(x.dims.begin(), x.dims.begin() + p.axis);
  dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
  dims.insert(dims.end(), x.dims.begin() + p.axis + 1, x.dims.end());
  check.Require(y.dims == dims, "'{}' {} at '{}' {} does not make '{}' {}",
                x.name, Describe(x), indices.name, Describe(indices), y.name,
                Describe(y));
  // Indices are checked before a run; writing y must not change them after.
  const auto end = [](const ValueT& v) {
    return v.offset + uint64_t(Elements(v) * ElementBytes(v));
  };
  check.Require(indices.place == Place::Constant || end(indices) <= y.offset ||
                    end(y) <= indices.offset,
                "'{}' lies over its indices '{}'", y.name, indices.name);
}

void Check(StepCheck& check, const ResizeT& p) {
  constexpr int kModes = 2, kCoordinates = 4, kRoundings = 4;
  const bool linear = p.mode == 1;
  const ValueT& x = linear ? check.Read("x", p.x, {DType::U8, DType::F32})
                           : check.ReadAny("x", p.x);
  const ValueT& y = check.Write("y", p.y, {x.dtype});
  check.Require(Rank(x) == 4 && Rank(y) == 4 && x.dims[0] == y.dims[0] &&
                    Channels(x) == Channels(y),
                "'{}' {} cannot be resized to '{}' {}", x.name, Describe(x),
                y.name, Describe(y));
  check.Require(p.mode < kModes && p.coordinates < kCoordinates &&
                    p.rounding < kRoundings,
                "mode {}, coordinates {}, rounding {} do not exist", p.mode,
                p.coordinates, p.rounding);
  if (!check.ok()) return;
  check.Require(ScaleFits(p.scale_h, x.dims[1], y.dims[1]) &&
                    ScaleFits(p.scale_w, x.dims[2], y.dims[2]),
                "scales {} and {} do not turn {}x{} into {}x{}", p.scale_h,
                p.scale_w, x.dims[1], x.dims[2], y.dims[1], y.dims[2]);
}

}  // namespace octet::engine
