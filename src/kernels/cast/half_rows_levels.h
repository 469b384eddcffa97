// The levels that HalfRows are chosen from (half_rows.h).
#ifndef OCTET_KERNELS_CAST_HALF_ROWS_LEVELS_H_
#define OCTET_KERNELS_CAST_HALF_ROWS_LEVELS_H_

#include <cstdint>

namespace octet::kernels {

void WidenF16Avx2(const uint16_t* x, float* y, int64_t n);
void WidenBf16Avx2(const uint16_t* x, float* y, int64_t n);
void NarrowF16Avx2(const float* x, uint16_t* y, int64_t n);
void NarrowBf16Avx2(const float* x, uint16_t* y, int64_t n);
void WidenF16PairsAvx2(const uint16_t* x, float* y, int64_t n);
void WidenBf16PairsAvx2(const uint16_t* x, float* y, int64_t n);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CAST_HALF_ROWS_LEVELS_H_
