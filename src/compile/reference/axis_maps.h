// Slice, pad, tile, expand, gather and nearest resize are one thing: for each
// axis, from which index of x each index of y is taken.
#ifndef OCTET_COMPILE_REFERENCE_AXIS_MAPS_H_
#define OCTET_COMPILE_REFERENCE_AXIS_MAPS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::compile::reference {

// Index of x for each index of y along one axis; kFill where y is filled.
using AxisMap = std::vector<int64_t>;
inline constexpr int64_t kFill = -1;

// The map that takes every index as it is.
AxisMap IdentityMap(int64_t size);

// y[i, j, ...] = x[maps[0][i], maps[1][j], ...]; `fill`, one element of x's
// type, where any of them is kFill.
//
//   maps:   one for each axis of x, every entry an index of it or kFill.
//   errors: kBadInput if y would be too large.
Result<Tensor> TakeByMaps(const Tensor& x, std::span<const AxisMap> maps,
                          const Tensor* fill);

}  // namespace octet::compile::reference

#endif  // OCTET_COMPILE_REFERENCE_AXIS_MAPS_H_
