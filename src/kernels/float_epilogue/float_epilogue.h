// What happens to the sums of the float convolutions and products:
//
//   y = after(before(sum) + residual)
//
// A tile does it to sums that are still in registers or in the first-level
// cache (float_epilogue_lanes.h): identity, ReLU and Clip as clamps, any other
// function by kernels/elementary, called once for all sums of the tile.
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

// A level's functions of kernels/elementary.
using TileFunctionFn = void (*)(const Function& function, const float* x,
                                float* y, int64_t n);

struct TileEpilogue {
  TileClamp before_clamp, after_clamp;
  // Null where both are clamps; the two are what it is called with elsewhere.
  TileFunctionFn elementary;
  Function before, after;
};
TileEpilogue TileEpilogueOf(const Function& before, const Function& after,
                            TileFunctionFn elementary);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_FLOAT_EPILOGUE_FLOAT_EPILOGUE_H_
