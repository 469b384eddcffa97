// How far a window reaches over an image.
#ifndef OCTET_COMPILE_PASSES_WINDOW_REACH_H_
#define OCTET_COMPILE_PASSES_WINDOW_REACH_H_

#include <array>

#include "compile/ir/ops.h"
#include "octet/tensor.h"

namespace octet::compile {

// Pixels between the first and the last that a window sees, down and across.
// With no more padding than this on a side, every position touches the image.
//   weight: [O, KH, KW, C].
inline std::array<int64_t, 2> Reach(const Conv& conv, const Shape& weight) {
  return {(weight[1] - 1) * conv.dilations[0],
          (weight[2] - 1) * conv.dilations[1]};
}
inline std::array<int64_t, 2> Reach(const Pool& pool) {
  return {pool.kernel[0] - 1, pool.kernel[1] - 1};
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PASSES_WINDOW_REACH_H_
