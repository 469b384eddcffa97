#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/functions.h"
#include "kernels/elementary/lanes_avx512.h"

namespace octet::kernels {

void ElementaryAvx512Vnni(const Function& function, const float* x, float* y,
                          int64_t n) {
  kCallAll<Avx512Lanes>[int(function.kind)](function, x, y, n);
}

void ElementaryForCodesAvx512Vnni(const Function& function, const float* x,
                                  float* y, int64_t n) {
  ElementaryForCodes<Avx512Lanes>(function, x, y, n);
}

}  // namespace octet::kernels
