// What happens to the sums of the float convolutions and products:
//
//   y = after(before(sum) + residual)
//
// Identity, ReLU and Clip are clamps that a tile applies to its sums in
// registers (float_epilogue_lanes.h). Where a function is anything else, tiles
// store raw sums, and FinishRows follows while they are in the cache.
#ifndef OCTET_KERNELS_FLOAT_EPILOGUE_FLOAT_EPILOGUE_H_
#define OCTET_KERNELS_FLOAT_EPILOGUE_FLOAT_EPILOGUE_H_

#include <cstdint>

#include "octet/function.h"

namespace octet::kernels {

// min(high, max(low, v)) if it is on.
struct TileClamp {
  bool is_on;
  float low, high;
};

// Whether a function is one that TileClampOf has: identity, ReLU, Clip.
bool IsTileClamp(const Function& function);
TileClamp TileClampOf(const Function& function);

// Where results and residuals lie: row i starts at y + i * y_stride. A row is a
// pixel or a row of a matrix.
struct FloatEpilogue {
  Function before, after;
  const float* residual;  // null: none; may be y if IsFused
  int64_t residual_stride;
  float* y;
  int64_t y_stride;

  bool IsFused() const { return IsTileClamp(before) && IsTileClamp(after); }
};

// Finishes raw sums in rows [begin, end), columns [column, column + columns),
// with a function of kernels/elementary. Does nothing if tiles have done it.
void FinishRows(const FloatEpilogue& epilogue,
                void (*elementary)(const Function& function, const float* x,
                                   float* y, int64_t n),
                int64_t begin, int64_t end, int64_t column, int64_t columns);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_FLOAT_EPILOGUE_FLOAT_EPILOGUE_H_
