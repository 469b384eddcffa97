#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/functions.h"
#include "kernels/elementary/lanes_scalar.h"

namespace octet::kernels {

static_assert(sizeof kCallAll<ScalarLanes> ==
              size_t(FunctionKind::kCount) * sizeof(CallAllFn));

void ElementaryReference(const Function& function, const float* x, float* y,
                         int64_t n) {
  kCallAll<ScalarLanes>[int(function.kind)](function, x, y, n);
}

void ElementaryForCodesReference(const Function& function, const float* x,
                                 float* y, int64_t n) {
  ElementaryForCodes<ScalarLanes>(function, x, y, n);
}

}  // namespace octet::kernels
