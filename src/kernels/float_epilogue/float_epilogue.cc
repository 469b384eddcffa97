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

void FinishRows(const FloatEpilogue& e,
                void (*elementary)(const Function& function, const float* x,
                                   float* y, int64_t n),
                int64_t begin, int64_t end, int64_t column, int64_t columns) {
  if (e.IsFused()) return;
  const bool has_before = e.before.kind != FunctionKind::kIdentity;
  const bool has_after = e.after.kind != FunctionKind::kIdentity;
  if (e.residual == nullptr && columns == e.y_stride) {
    // Rows without gaps are one.
    const int64_t all = (end - begin) * columns;
    float* y = e.y + begin * e.y_stride;
    if (has_before) elementary(e.before, y, y, all);
    if (has_after) elementary(e.after, y, y, all);
    return;
  }
  for (int64_t row = begin; row < end; ++row) {
    float* y = e.y + row * e.y_stride + column;
    if (has_before) elementary(e.before, y, y, columns);
    if (e.residual != nullptr) {
      const float* residual = e.residual + row * e.residual_stride + column;
      for (int64_t i = 0; i < columns; ++i) y[i] += residual[i];
    }
    if (has_after) elementary(e.after, y, y, columns);
  }
}

}  // namespace octet::kernels
