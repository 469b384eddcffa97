#include <cmath>

#include "kernels/histogram_f32/histogram_f32.h"

namespace octet::kernels {

bool ExtremesF32Reference(const float* x, int64_t rows, int64_t columns,
                          float* low, float* high) {
  bool all_finite = true;
  for (int64_t i = 0; i < rows * columns; ++i) {
    if (!std::isfinite(x[i])) {
      all_finite = false;
      continue;
    }
    const int64_t c = i % columns;
    if (x[i] < low[c]) low[c] = x[i];
    if (x[i] > high[c]) high[c] = x[i];
  }
  return all_finite;
}

uint64_t CountF32Reference(const float* x, int64_t n, BinScale scale,
                           uint64_t* counts) {
  uint64_t zeros = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (x[i] == 0) {
      ++zeros;
      continue;
    }
    const float steps = x[i] * scale.inverse * scale.rest;
    // What is below zero stays there where the steps underflow to -0: it would
    // have been counted there by finer bins.
    const bool vanished = steps == 0 && x[i] < 0;
    const int bin = vanished ? -1 : int(std::floor(steps));
    ++counts[bin + kHistogramHalf];
  }
  return zeros;
}

}  // namespace octet::kernels
