// Where the indices of a resized axis lie in the input.
#ifndef OCTET_KERNELS_RESIZE_RESIZE_MAP_H_
#define OCTET_KERNELS_RESIZE_RESIZE_MAP_H_

#include <cstdint>

#include "kernels/resize/resize.h"

namespace octet::kernels {

// One axis of a resize.
struct ResizeAxis {
  ResizeCoordinates coordinates;
  NearestRounding rounding;
  float scale;
  int64_t in, out;
};

ResizeAxis RowAxis(const ResizeParams& params);
ResizeAxis ColumnAxis(const ResizeParams& params);

// Index of the input's element that output index `i` takes.
int32_t NearestIndex(const ResizeAxis& axis, int64_t i);

// The two input elements that output index `i` mixes: (1 - weight) * x[low] +
// weight * x[high].
struct LinearMix {
  int32_t low, high;
  float weight;
};
LinearMix LinearMixOf(const ResizeAxis& axis, int64_t i);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_RESIZE_RESIZE_MAP_H_
