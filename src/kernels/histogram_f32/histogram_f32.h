// What calibration asks of a value's elements: the extremes of each channel,
// and how many elements lie in each of many even bins.
//
// Extremes count finite elements only and start from what is given:
//
//   low[c] = min(low[c], x[r, c] or 0), high[c] = max(high[c], x[r, c] or 0),
//   with 0 in place of infinities and NaN
//
// Bins of width w = 1 / (inverse * rest), a power of two, are aligned at zero;
// bin i holds x in [(i - kHistogramHalf) w, (i + 1 - kHistogramHalf) w), and
// zeros are in none. A negative x too small to count steps of w is in the bin
// below zero. All levels agree bit for bit.
#ifndef OCTET_KERNELS_HISTOGRAM_F32_HISTOGRAM_F32_H_
#define OCTET_KERNELS_HISTOGRAM_F32_HISTOGRAM_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"

namespace octet::kernels {

inline constexpr int kHistogramBins = 4096;
inline constexpr int kHistogramHalf = kHistogramBins / 2;

// x: [rows][columns], without gaps.
//   returns: whether all elements are finite.
using ExtremesF32Fn = bool (*)(const float* x, int64_t rows, int64_t columns,
                               float* low, float* high);

// Two factors, as one may leave what f32 holds.
struct BinScale {
  float inverse, rest;
};

// Adds n finite elements, all within the bins, to `counts`.
//   returns: how many are zero.
using CountF32Fn = uint64_t (*)(const float* x, int64_t n, BinScale scale,
                                uint64_t* counts);

struct HistogramF32Kernel {
  const char* name;
  CpuLevel level;  // the least that it runs on
  ExtremesF32Fn extremes;
  CountF32Fn count;
};

// The best for `level`.
const HistogramF32Kernel& FindHistogramF32(CpuLevel level);

bool ExtremesF32Reference(const float* x, int64_t rows, int64_t columns,
                          float* low, float* high);
uint64_t CountF32Reference(const float* x, int64_t n, BinScale scale,
                           uint64_t* counts);
bool ExtremesF32Avx2(const float* x, int64_t rows, int64_t columns, float* low,
                     float* high);
uint64_t CountF32Avx2(const float* x, int64_t n, BinScale scale,
                      uint64_t* counts);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_HISTOGRAM_F32_HISTOGRAM_F32_H_
