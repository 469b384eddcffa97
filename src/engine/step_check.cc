#include "engine/step_check.h"

#include <algorithm>

#include "base/error.h"

namespace octet::engine {
namespace {

// Stands for an operand that is not there: one element, so that nothing
// computed from it divides by zero.
const ValueT& Placeholder() {
  static const ValueT value = [] {
    ValueT v;
    v.dims = {1, 1, 1, 1};
    v.pixel_stride = 1;
    return v;
  }();
  return value;
}

bool IsOneOf(DType dtype, std::initializer_list<DType> dtypes) {
  return std::ranges::find(dtypes, dtype) != dtypes.end();
}

std::string Names(std::initializer_list<DType> dtypes) {
  std::string text;
  for (DType dtype : dtypes) {
    if (!text.empty()) text += " or ";
    text += Name(ToDType(dtype));
  }
  return text;
}

}  // namespace

std::string Describe(const ValueT& value) {
  return fmt::format("{} {}", Name(ToDType(value.dtype)),
                     ShapeOf(value).ToString());
}

void StepCheck::Fail(std::string what) {
  status_ = BadInput("{}: {}", where_, what);
}

const ValueT& StepCheck::Get(const char* role, int index) {
  const size_t count = profile_.values.size();
  Require(index >= 0 && size_t(index) < count,
          "{} is value {} of a profile with {} values", role, index, count);
  return ok() ? *profile_.values[size_t(index)] : Placeholder();
}

const ValueT& StepCheck::Read(const char* role, int index,
                              std::initializer_list<DType> dtypes) {
  const ValueT& value = Get(role, index);
  Require(IsOneOf(value.dtype, dtypes), "{} '{}' is {}, expected {}", role,
          value.name, Describe(value), Names(dtypes));
  return ok() ? value : Placeholder();
}

const ValueT& StepCheck::Write(const char* role, int index,
                               std::initializer_list<DType> dtypes) {
  Read(role, index, dtypes);
  return WriteAny(role, index);
}

const ValueT& StepCheck::WriteAny(const char* role, int index) {
  const ValueT& value = Get(role, index);
  Require(value.place == Place::Arena, "{} '{}' is a constant, and is written",
          role, value.name);
  return ok() ? value : Placeholder();
}

void StepCheck::Constant(const char* role, int index, DType dtype,
                         std::optional<int64_t> entries) {
  const ValueT& value = Read(role, index, {dtype});
  if (!ok()) return;
  Require(value.place == Place::Constant, "{} '{}' is not a constant", role,
          value.name);
  Dense(role, value);
  Require(entries.has_value(), "{} '{}' would be too large for any machine",
          role, value.name);
  Require(Elements(value) >= entries.value_or(0),
          "{} '{}' has {} elements, expected at least {}", role, value.name,
          Elements(value), entries.value_or(0));
}

void StepCheck::OptionalResidual(int index, const ValueT& y,
                                 std::initializer_list<DType> dtypes) {
  if (index == -1) return;
  SameDims(Read("residual", index, dtypes), y);
}

void StepCheck::SameDims(const ValueT& x, const ValueT& y) {
  Require(x.dims == y.dims,
          "'{}' is {} and '{}' is {}; their shapes must agree", x.name,
          Describe(x), y.name, Describe(y));
}

void StepCheck::HasQuant(const char* role, const ValueT& value) {
  Require(value.quant != nullptr, "{} '{}' has no scale", role, value.name);
}

void StepCheck::HasOneScale(const char* role, const ValueT& value) {
  HasQuant(role, value);
  if (!ok()) return;
  Require(value.quant->scale.size() == 1, "{} '{}' has {} scales, expected one",
          role, value.name, value.quant->scale.size());
}

void StepCheck::HasOneScaleIfCodes(const char* role, const ValueT& value) {
  if (value.dtype == DType::U8) HasOneScale(role, value);
}

void StepCheck::ValidFunction(const char* role,
                              const std::unique_ptr<Function>& f) {
  Require(f == nullptr || f->kind() < uint8_t(FunctionKind::kCount),
          "{} is function {}, which does not exist", role,
          f == nullptr ? 0 : f->kind());
}

void StepCheck::Dense(const char* role, const ValueT& value) {
  Require(IsDense(value), "{} '{}' has gaps between its pixels", role,
          value.name);
}

}  // namespace octet::engine
