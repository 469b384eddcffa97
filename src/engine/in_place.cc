#include "engine/in_place.h"

#include "engine/layout.h"

namespace octet::engine {
namespace {

// What each kind of kernel promises ("may be x", "may be y" in its header).
struct Promised {
  int a = -1, b = -1;
};

// A window sees elements of x long after the output's of their place.
Promised Residual(int x, int residual) {
  return {residual != x ? residual : -1};
}

Promised PromisedBy(const ConvU8T& p) {
  return Residual(p.x, p.epilogue->residual);
}
Promised PromisedBy(const DepthwiseU8T& p) {
  return Residual(p.x, p.epilogue->residual);
}
Promised PromisedBy(const ConvF32T& p) { return Residual(p.x, p.residual); }
Promised PromisedBy(const DepthwiseF32T& p) {
  return Residual(p.x, p.residual);
}
Promised PromisedBy(const ConvHalfT& p) { return Residual(p.x, p.residual); }
Promised PromisedBy(const DepthwiseHalfT& p) {
  return Residual(p.x, p.residual);
}
Promised PromisedBy(const BinaryF32T& p) { return {p.a, p.b}; }
Promised PromisedBy(const BinaryU8T& p) { return {p.a, p.b}; }
Promised PromisedBy(const UnaryF32T& p) { return {p.x}; }
Promised PromisedBy(const TableU8T& p) { return {p.x}; }
Promised PromisedBy(const RequantizeT& p) { return {p.x}; }
Promised PromisedBy(const SoftmaxT& p) { return {p.x}; }
Promised PromisedBy(const LayerNormT& p) { return {p.x}; }
template <typename P>
Promised PromisedBy(const P&) {
  return {};
}

bool LieAlike(const ValueT& x, const ValueT& y) {
  return x.dims == y.dims && PixelStride(x) == PixelStride(y) &&
         SizeOf(ToDType(x.dtype)) == SizeOf(ToDType(y.dtype));
}

}  // namespace

Reads InPlaceOf(const ProfileT& profile, const StepT& step) {
  const auto value = [&](int index) -> const ValueT& {
    return *profile.values[size_t(index)];
  };
  const Promised promised = VisitParams(
      step, Promised(), [](const auto& params) { return PromisedBy(params); });
  Reads found;
  for (int x : {promised.a, promised.b}) {
    if (x < 0 || value(x).place != Place::Arena) continue;
    if (!LieAlike(value(x), value(OutputOf(step)))) continue;
    found.values[size_t(found.count++)] = x;
  }
  return found;
}

}  // namespace octet::engine
