#include "compile/plan/plan.h"

#include <iterator>

#include "base/check.h"

namespace octet::compile {
namespace {

constexpr std::string_view kPrecisionNames[] = {"fp32", "int8", "fp16", "bf16"};
// StorageOf relies on the two having one order.
static_assert(int(Precision::kInt8) == int(Storage::kU8) &&
              int(Precision::kF16) == int(Storage::kF16) &&
              int(Precision::kBf16) == int(Storage::kBf16));

std::string_view Text(ReasonKind kind) {
  switch (kind) {
    case ReasonKind::kInt8:
      return "int8";
    case ReasonKind::kAsked:
      return "kept: asked";
    case ReasonKind::kStructure:
      return "kept: structure";
    case ReasonKind::kNoInt8Form:
      return "float: operator has no int8 form";
    case ReasonKind::kNoHalfForm:
      return "float: operator has no 16-bit form";
    case ReasonKind::kNoReader:
      return "float: nothing after it is int8";
    case ReasonKind::kOverflow:
      return "kept: overflow";
    case ReasonKind::kUnobserved:
      return "kept: unobserved";
    case ReasonKind::kImported:
      return "imported";
    case ReasonKind::kMover:
      return "moves data";
    case ReasonKind::kSensitive:
      return "kept: sensitive";
    case ReasonKind::kNoGain:
      return "kept: no gain";
  }
  OCTET_CHECK(false && "ReasonKind out of range");
  return "";
}

}  // namespace

std::string_view Name(Precision precision) {
  return kPrecisionNames[size_t(precision)];
}

std::optional<Precision> PrecisionNamed(std::string_view name) {
  for (size_t i = 0; i < std::size(kPrecisionNames); ++i) {
    if (kPrecisionNames[i] == name) return Precision(i);
  }
  return std::nullopt;
}

std::string_view Name(Storage storage) { return Name(DTypeOf(storage)); }

DType DTypeOf(Storage storage) {
  constexpr DType kDTypes[] = {DType::kF32, DType::kU8, DType::kF16,
                               DType::kBF16};
  return kDTypes[size_t(storage)];
}

Storage StorageOf(Precision precision) { return Storage(precision); }

std::string Describe(const Reason& reason) {
  std::string text(Text(reason.kind));
  if (!reason.detail.empty()) text += " (" + reason.detail + ")";
  return text;
}

}  // namespace octet::compile
