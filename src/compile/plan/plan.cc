#include "compile/plan/plan.h"

#include "base/check.h"

namespace octet::compile {
namespace {

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
  return precision == Precision::kInt8 ? "int8" : "fp32";
}

std::string Describe(const Reason& reason) {
  std::string text(Text(reason.kind));
  if (!reason.detail.empty()) text += " (" + reason.detail + ")";
  return text;
}

}  // namespace octet::compile
