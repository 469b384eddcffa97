// The unary functions on floats: f^ of numerics.
//
// Each function is one fixed sequence of IEEE operations (functions.h), so
// every level gives the same bits; only the payload and sign of a NaN are not
// defined. Special values are those of Evaluate (octet/function.h): NaN stays
// NaN, and where the formula has inf * 0 (silu(-inf)) the result is NaN.
//
// Largest error against the true function, in ulp of the result, or below the
// absolute bound where the function cancels or leaves the normal floats:
//
//   relu, leaky_relu, clip, abs, neg, floor, ceil, round, sqrt, reciprocal:
//       correctly rounded
//   exp, log, sigmoid, tanh, erf, elu, softplus, mish, silu: 4 ulp or 2^-100
//   gelu, gelu_tanh: 4 ulp or 2^-22
//   hard_sigmoid, hard_swish: 4 ulp or 2^-22 (times |alpha x| where larger)
#ifndef OCTET_KERNELS_ELEMENTARY_ELEMENTARY_H_
#define OCTET_KERNELS_ELEMENTARY_ELEMENTARY_H_

#include <cstdint>
#include <span>

#include "base/cpu.h"
#include "kernels/elementary/elementary_levels.h"
#include "octet/function.h"

namespace octet::kernels {

// y[i] = function(x[i]) for i < n. y may be x; nothing beyond y[n - 1] is
// written.
using ElementaryFn = void (*)(const Function& function, const float* x,
                              float* y, int64_t n);

struct ElementaryKernel {
  const char* name;
  CpuLevel level;
  ElementaryFn fn;
};

// All kernels, best first; the last one runs everywhere.
std::span<const ElementaryKernel> ElementaryKernels();

// The best kernel for a level.
ElementaryFn FindElementary(CpuLevel level);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ELEMENTARY_ELEMENTARY_H_
