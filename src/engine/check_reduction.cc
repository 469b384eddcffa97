// What steps that gather many elements into one rely on: pools, products of
// computed matrices, softmax, normalization, reductions.
#include <algorithm>

#include "base/quant.h"
#include "engine/step_check.h"
#include "engine/window_check.h"

namespace octet::engine {
namespace {

constexpr int kReduceOps = 6;  // rows of the kernel family's ReduceOp
constexpr int kMaxBatchRank = 6;

// Whether the last axes of `operand`, but for `spared` of them, broadcast to
// those of `y`.
bool Broadcasts(const Axes& operand, const Axes& y, int spared) {
  const int missing = y.rank - operand.rank;
  bool fits = missing >= 0;
  for (int axis = 0; fits && axis < operand.rank - spared; ++axis) {
    const int64_t dim = operand.dims[size_t(axis)];
    fits = dim == 1 || dim == y.dims[size_t(axis) + size_t(missing)];
  }
  return fits;
}

// Batches of a matrix product: the axes before the last two, broadcast.
void CheckBatches(StepCheck& check, const ValueT& value, const Axes& operand,
                  const ValueT& y, const Axes& result) {
  check.Require(Broadcasts(operand, result, 2),
                "the batches of '{}' {} do not broadcast to '{}' {}",
                value.name, Describe(value), y.name, Describe(y));
}

int64_t FromLast(const Axes& axes, int count) {
  return axes.dims[size_t(axes.rank - count)];
}

void CheckPerm(StepCheck& check, const ValueT& value,
               const std::vector<int>& perm) {
  std::vector<int> sorted = perm;
  std::ranges::sort(sorted);
  bool is_perm = perm.empty() || int(perm.size()) == Rank(value);
  for (size_t i = 0; is_perm && i < sorted.size(); ++i) {
    is_perm = sorted[i] == int(i);
  }
  check.Require(is_perm, "its order of axes is none of '{}' {}", value.name,
                Describe(value));
}

// Rows of a and y are read and written as neighbours.
void CheckRows(StepCheck& check, const ValueT& value,
               const std::vector<int>& perm) {
  check.Require(perm.empty() || perm.back() == Rank(value) - 1,
                "the last axis of '{}' {} is not its rows'", value.name,
                Describe(value));
}

void CheckResidual(StepCheck& check, int index, const ValueT& y,
                   const Axes& result) {
  if (index == -1) return;
  const ValueT& residual = check.Read("residual", index, {DType::F32});
  check.Require(
      Rank(residual) >= 1 &&
          Channels(residual) == result.dims[size_t(result.rank - 1)] &&
          Broadcasts(AxesOf(residual), result, 1),
      "the residual '{}' {} does not broadcast to '{}' {}", residual.name,
      Describe(residual), y.name, Describe(y));
}

void CheckSums(StepCheck& check, int64_t products) {
  check.Require(products <= kMostProductsOfCodes,
                "sums of {} products of codes, at most {} may be", products,
                kMostProductsOfCodes);
}

template <typename MatMulT>
void CheckProduct(StepCheck& check, const MatMulT& p, DType dtype) {
  const ValueT& a = check.Read("a", p.a, {dtype});
  const ValueT& b = check.Read("b", p.b, {dtype});
  const ValueT& y = check.Write("y", p.y, {dtype});
  const bool ranks = Rank(a) >= 2 && Rank(b) >= 2 && Rank(y) >= 2 &&
                     Rank(y) <= kMaxBatchRank + 2;
  check.Require(ranks, "'{}', '{}' and '{}' must have 2 to {} axes", a.name,
                b.name, y.name, kMaxBatchRank + 2);
  CheckPerm(check, a, p.a_perm);
  CheckPerm(check, b, p.b_perm);
  CheckPerm(check, y, p.y_perm);
  CheckRows(check, a, p.a_perm);
  CheckRows(check, y, p.y_perm);
  if (!check.ok()) return;
  const Axes left = AxesOf(a, p.a_perm), right = AxesOf(b, p.b_perm);
  const Axes result = AxesOf(y, p.y_perm);
  check.Require(FromLast(left, 1) == FromLast(right, 2) &&
                    FromLast(result, 2) == FromLast(left, 2) &&
                    FromLast(result, 1) == FromLast(right, 1),
                "'{}' {} times '{}' {} does not make '{}' {}", a.name,
                Describe(a), b.name, Describe(b), y.name, Describe(y));
  CheckBatches(check, a, left, y, result);
  CheckBatches(check, b, right, y, result);
}

template <typename AttentionT>
void CheckAttention(StepCheck& check, const AttentionT& p,
                    std::initializer_list<DType> dtypes) {
  const ValueT& a = check.Read("a", p.a, dtypes);
  const ValueT& b = check.Read("b", p.b, {a.dtype});
  const ValueT& c = check.Read("c", p.c, {a.dtype});
  const ValueT& y = check.Write("y", p.y, {a.dtype});
  const bool ranks = Rank(a) >= 2 && Rank(b) >= 2 && Rank(c) >= 2 &&
                     Rank(y) >= 2 && Rank(y) <= kMaxBatchRank + 2;
  check.Require(ranks, "'{}', '{}', '{}' and '{}' must have 2 to {} axes",
                a.name, b.name, c.name, y.name, kMaxBatchRank + 2);
  CheckPerm(check, a, p.a_perm);
  CheckPerm(check, b, p.b_perm);
  CheckPerm(check, c, p.c_perm);
  CheckPerm(check, y, p.y_perm);
  CheckRows(check, a, p.a_perm);
  CheckRows(check, y, p.y_perm);
  if (!check.ok()) return;
  const Axes query = AxesOf(a, p.a_perm), key = AxesOf(b, p.b_perm);
  const Axes value = AxesOf(c, p.c_perm), result = AxesOf(y, p.y_perm);
  check.Require(FromLast(query, 1) == FromLast(key, 2) &&
                    FromLast(key, 1) == FromLast(value, 2) &&
                    FromLast(result, 2) == FromLast(query, 2) &&
                    FromLast(result, 1) == FromLast(value, 1),
                "'{}' {} by '{}' {} by '{}' {} does not make '{}' {}", a.name,
                Describe(a), b.name, Describe(b), c.name, Describe(c), y.name,
                Describe(y));
  CheckBatches(check, a, query, y, result);
  CheckBatches(check, b, key, y, result);
  CheckBatches(check, c, value, y, result);
  Axes scores = result;
  scores.dims[size_t(scores.rank - 1)] = FromLast(key, 1);
  CheckResidual(check, p.residual, y, scores);
}

}  // namespace

void Check(StepCheck& check, const MatMulF32T& p) {
  CheckProduct(check, p, DType::F32);
  if (!check.ok()) return;
  const ValueT& y = check.ReadAny("y", p.y);
  const Axes result = AxesOf(y, p.y_perm);
  check.OptionalConstant("bias", p.bias, DType::F32, FromLast(result, 1));
  CheckResidual(check, p.residual, y, result);
  check.ValidFunction("before", p.before);
  check.ValidFunction("after", p.after);
}

void Check(StepCheck& check, const AttentionF32T& p) {
  CheckAttention(check, p, {DType::F32});
}

void Check(StepCheck& check, const AttentionU8T& p) {
  CheckAttention(check, p, {DType::U8});
  if (!check.ok()) return;
  check.HasOneScale("a", check.ReadAny("a", p.a));
  check.HasOneScale("b", check.ReadAny("b", p.b));
  check.HasOneScale("c", check.ReadAny("c", p.c));
  check.HasOneScale("y", check.ReadAny("y", p.y));
  const Axes b = AxesOf(check.ReadAny("b", p.b), p.b_perm);
  CheckSums(check, FromLast(b, 1));
  CheckSums(check, FromLast(b, 2));
}

void Check(StepCheck& check, const AttentionHalfT& p) {
  CheckAttention(check, p, {DType::F16, DType::BF16});
}

void Check(StepCheck& check, const MatMulU8T& p) {
  CheckProduct(check, p, DType::U8);
  if (!check.ok()) return;
  check.HasOneScale("a", check.ReadAny("a", p.a));
  check.HasOneScale("b", check.ReadAny("b", p.b));
  check.HasOneScale("y", check.ReadAny("y", p.y));
  CheckSums(check, FromLast(AxesOf(check.ReadAny("b", p.b), p.b_perm), 2));
}

void Check(StepCheck& check, const PoolT& p) {
  const ValueT& x = check.Read("x", p.x, {DType::U8, DType::F32});
  const ValueT& y = check.Write("y", p.y, {x.dtype});
  check.Require(Rank(x) == 4 && Rank(y) == 4,
                "'{}' is {} and '{}' is {}; both must be images", x.name,
                Describe(x), y.name, Describe(y));
  check.Require(p.kind <= PoolKind::MAX, "pooling {} does not exist",
                int(p.kind));
  if (!check.ok()) return;
  check.Require(x.dims[0] == y.dims[0], "'{}' has {} images and '{}' {}",
                x.name, x.dims[0], y.name, y.dims[0]);
  CheckSameChannels(check, x, y);
  const Window window = WindowOr1x1(p.window);
  CheckWindow(check, window, AsImage(x), AsImage(y));
  check.Require(window.dilation_h() == 1 && window.dilation_w() == 1,
                "pooling with a dilation of {} by {}; it must be 1",
                window.dilation_h(), window.dilation_w());
  if (x.dtype != DType::U8 || p.kind != PoolKind::Average) return;
  check.Require(
      int64_t{window.kernel_h()} * window.kernel_w() <= kMostAveragedCodes,
      "an average of {} x {} elements of u8, at most {} may be",
      window.kernel_h(), window.kernel_w(), kMostAveragedCodes);
  check.HasQuant("x", x);
  check.HasQuant("y", y);
}

// What is summed up along the last axis of x.
void CheckExpectation(StepCheck& check, const ValueT& x, const ValueT& y,
                      int axis) {
  check.Require(axis == Rank(x) - 1,
                "weights along axis {} of '{}'; expected the last", axis,
                x.name);
  if (!check.ok()) return;
  std::vector<int64_t> dims = x.dims;
  dims.back() = 1;
  check.Require(y.dims == dims, "'{}' {} is not the sum of rows of '{}' {}",
                y.name, Describe(y), x.name, Describe(x));
}

void Check(StepCheck& check, const SoftmaxT& p) {
  const ValueT& x = check.Read("x", p.x, {DType::F32});
  const ValueT& y = check.Write("y", p.y, {DType::F32, DType::U8});
  check.Require(p.axis >= 0 && p.axis < Rank(x), "'{}' has no axis {}", x.name,
                p.axis);
  check.OptionalConstant("weights", p.weights, DType::F32, Channels(x));
  if (p.weights == -1) {
    check.SameDims(x, y);
  } else {
    CheckExpectation(check, x, y, p.axis);
  }
  check.HasOneScaleIfCodes("y", y);
  check.Require(
      y.dtype == DType::F32 || (p.weights == -1 && p.axis == Rank(x) - 1),
      "'{}' is u8, which only a softmax of the last axis without "
      "weights writes",
      y.name);
  if (!check.ok()) return;
  // Elements behind the axis are taken as neighbours in memory.
  if (p.axis >= Rank(x) - 2) return;
  check.Dense("x", x);
  check.Dense("y", y);
}

void Check(StepCheck& check, const LayerNormT& p) {
  const ValueT& x = check.Read("x", p.x, {DType::F32});
  const ValueT& y = check.Write("y", p.y, {DType::F32, DType::U8});
  check.SameDims(x, y);
  if (y.dtype == DType::U8) check.HasQuant("y", y);
  check.Constant("scale", p.scale, DType::F32, Channels(x));
  check.OptionalConstant("bias", p.bias, DType::F32, Channels(x));
  check.Require(p.epsilon >= 0, "epsilon is {}", p.epsilon);
}

void Check(StepCheck& check, const ReduceT& p) {
  const ValueT& x = check.Read("x", p.x, {DType::F32});
  const ValueT& y = check.Write("y", p.y, {DType::F32});
  check.Require(p.op < kReduceOps, "operation {} does not exist", p.op);
  const bool sorted = std::ranges::is_sorted(p.axes) &&
                      std::ranges::adjacent_find(p.axes) == p.axes.end();
  const bool in_range =
      p.axes.empty() || (p.axes.front() >= 0 && p.axes.back() < Rank(x));
  check.Require(sorted && in_range,
                "the axes are not different ones of '{}' {} in order", x.name,
                Describe(x));
  if (!check.ok()) return;
  std::vector<int64_t> kept, dropped;
  for (int axis = 0; axis < Rank(x); ++axis) {
    const bool reduced = std::ranges::binary_search(p.axes, axis);
    kept.push_back(reduced ? 1 : x.dims[size_t(axis)]);
    if (!reduced) dropped.push_back(x.dims[size_t(axis)]);
  }
  check.Require(y.dims == kept || y.dims == dropped,
                "'{}' is {}, not what is left of '{}' {}", y.name, Describe(y),
                x.name, Describe(x));
}

}  // namespace octet::engine
