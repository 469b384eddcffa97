#include "kernels/conv_f32/conv_f32_tile.h"

#include <limits>

namespace octet::kernels {

const float kNoTileBias[kMaxTilePanels * 16] = {};

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

}  // namespace octet::kernels
