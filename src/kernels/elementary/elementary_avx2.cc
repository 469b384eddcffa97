#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/functions.h"
#include "kernels/elementary/lanes_avx2.h"

namespace octet::kernels {

void ElementaryAvx2(const Function& function, const float* x, float* y,
                    int64_t n) {
  kCallAll<Avx2Lanes>[int(function.kind)](function, x, y, n);
}

void ElementaryForCodesAvx2(const Function& function, const float* x, float* y,
                            int64_t n) {
  ElementaryForCodes<Avx2Lanes>(function, x, y, n);
}

}  // namespace octet::kernels
