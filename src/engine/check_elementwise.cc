// What steps that work element by element rely on.
#include <algorithm>

#include "engine/step_check.h"

namespace octet::engine {
namespace {

// Rows of the kernel families' BinaryOp and BinaryU8Op.
constexpr int kBinaryF32Ops = 12;
constexpr int kBinaryU8Ops = 3;

// Dimension of `value` on an axis of something of rank `rank`, as numpy lines
// them up from the right; 1 where it has none.
int64_t DimFromRight(const ValueT& value, int axis, int rank) {
  const int own = axis - (rank - Rank(value));
  return own < 0 ? 1 : value.dims[size_t(own)];
}

void CheckBroadcast(StepCheck& check, const ValueT& a, const ValueT& b,
                    const ValueT& y) {
  const int rank = std::max(Rank(a), Rank(b));
  bool fits = Rank(y) == rank;
  for (int axis = 0; fits && axis < rank; ++axis) {
    const int64_t da = DimFromRight(a, axis, rank);
    const int64_t db = DimFromRight(b, axis, rank);
    const int64_t dy = y.dims[size_t(axis)];
    fits = (da == dy || da == 1) && (db == dy || db == 1) &&
           dy == std::max(da, db);
  }
  check.Require(fits, "'{}' {} and '{}' {} do not broadcast to '{}' {}", a.name,
                Describe(a), b.name, Describe(b), y.name, Describe(y));
}

// b is one value, all of a, or a vector of channels for each image or for all.
void CheckU8Broadcast(StepCheck& check, const ValueT& a, const ValueT& b) {
  bool fits = Rank(b) <= Rank(a);
  const bool vector =
      Channels(b) == Channels(a) && fits &&
      (Pixels(b) == 1 || (Rank(a) >= 3 && Rank(b) == Rank(a) &&
                          b.dims[0] == a.dims[0] && Pixels(b) == b.dims[0]));
  fits = fits && (Elements(b) == 1 || b.dims == a.dims || vector);
  check.Require(fits, "'{}' {} does not broadcast to '{}' {}", b.name,
                Describe(b), a.name, Describe(a));
}

}  // namespace

void Check(StepCheck& check, const BinaryF32T& p) {
  const ValueT& a = check.Read("a", p.a, {DType::F32, DType::U8});
  const ValueT& b = check.Read("b", p.b, {DType::F32, DType::U8});
  const ValueT& y = check.Write("y", p.y, {DType::F32, DType::U8});
  CheckBroadcast(check, a, b, y);
  check.HasOneScaleIfCodes("a", a);
  check.HasOneScaleIfCodes("b", b);
  check.HasOneScaleIfCodes("y", y);
  check.Require(p.op < kBinaryF32Ops, "operation {} does not exist", p.op);
  check.ValidFunction("after", p.after);
}

void Check(StepCheck& check, const UnaryF32T& p) {
  const ValueT& x = check.Read("x", p.x, {DType::F32});
  check.SameDims(x, check.Write("y", p.y, {DType::F32}));
  check.ValidFunction("function", p.function);
}

void Check(StepCheck& check, const BinaryU8T& p) {
  const ValueT& a = check.Read("a", p.a, {DType::U8});
  const ValueT& b = check.Read("b", p.b, {DType::U8});
  const ValueT& y = check.Write("y", p.y, {DType::U8});
  check.SameDims(a, y);
  CheckU8Broadcast(check, a, b);
  check.HasQuant("a", a);
  check.HasQuant("b", b);
  check.HasQuant("y", y);
  check.Require(p.op < kBinaryU8Ops, "operation {} does not exist", p.op);
}

void Check(StepCheck& check, const TableU8T& p) {
  const ValueT& x = check.Read("x", p.x, {DType::U8});
  check.SameDims(x, check.Write("y", p.y, {DType::U8}));
  check.Constant("table", p.table, DType::U8, 256);
}

void Check(StepCheck& check, const QuantizeT& p) {
  const ValueT& x = check.Read("x", p.x, {DType::F32});
  const ValueT& y = check.Write("y", p.y, {DType::U8});
  check.SameDims(x, y);
  check.HasQuant("y", y);
}

void Check(StepCheck& check, const DequantizeT& p) {
  const ValueT& x = check.Read("x", p.x, {DType::U8});
  check.SameDims(x, check.Write("y", p.y, {DType::F32}));
  check.HasQuant("x", x);
}

void Check(StepCheck& check, const RequantizeT& p) {
  const ValueT& x = check.Read("x", p.x, {DType::U8});
  const ValueT& y = check.Write("y", p.y, {DType::U8});
  check.SameDims(x, y);
  check.HasQuant("x", x);
  check.HasQuant("y", y);
}

void Check(StepCheck& check, const CastT& p) {
  const ValueT& x = check.ReadAny("x", p.x);
  check.SameDims(x, check.WriteAny("y", p.y));
}

}  // namespace octet::engine
