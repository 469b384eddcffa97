#include "kernels/float_epilogue/float_epilogue.h"

#include <limits>

namespace octet::kernels {

bool IsTileClamp(const Function& function) {
  return function.kind == FunctionKind::kIdentity ||
         function.kind == FunctionKind::kRelu ||
         function.kind == FunctionKind::kClip;
}

TileClamp TileClampOf(const Function& function) {
  switch (function.kind) {
    case FunctionKind::kRelu:
      return {true, 0, std::numeric_limits<float>::infinity()};
    case FunctionKind::kClip:
      return {true, function.alpha, function.beta};
    default:
      return {false, 0, 0};
  }
}

TileEpilogue TileEpilogueOf(const Function& before, const Function& after,
                            TileFunctionFn elementary) {
  const bool clamps = IsTileClamp(before) && IsTileClamp(after);
  return {TileClampOf(before), TileClampOf(after),
          clamps ? nullptr : elementary, before, after};
}

}  // namespace octet::kernels
