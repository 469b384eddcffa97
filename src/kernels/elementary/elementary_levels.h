// The functions of kernels/elementary one level at a time, for files of that
// level; elementary.h has the contract and the table.
#ifndef OCTET_KERNELS_ELEMENTARY_ELEMENTARY_LEVELS_H_
#define OCTET_KERNELS_ELEMENTARY_ELEMENTARY_LEVELS_H_

#include <cstdint>

#include "octet/function.h"

namespace octet::kernels {

void ElementaryReference(const Function& function, const float* x, float* y,
                         int64_t n);
void ElementaryAvx2(const Function& function, const float* x, float* y,
                    int64_t n);
void ElementaryAvx512Vnni(const Function& function, const float* x, float* y,
                          int64_t n);

// For results that are rounded to 8-bit codes: sigmoid within 2^-13 of its
// size, SiLU and GELU within 2^-13 of |x| and within 2^-12; the others as
// above.
void ElementaryForCodesReference(const Function& function, const float* x,
                                 float* y, int64_t n);
void ElementaryForCodesAvx2(const Function& function, const float* x, float* y,
                            int64_t n);
void ElementaryForCodesAvx512Vnni(const Function& function, const float* x,
                                  float* y, int64_t n);

// For results that are rounded to bf16: sigmoid and SiLU within 2^-12 of their
// size or 2^-100, GELU within 2^-12 or 2^-26; the others as above.
void ElementaryForHalvesAvx512Bf16(const Function& function, const float* x,
                                   float* y, int64_t n);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ELEMENTARY_ELEMENTARY_LEVELS_H_
