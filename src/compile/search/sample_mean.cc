#include "compile/search/sample_mean.h"

#include <algorithm>
#include <cmath>

namespace octet::compile {

bool SampleMean::StandsOut() const {
  return std::abs(mean) > 2 * standard_error;
}

SampleMean MeanOf(std::span<const double> by_sample) {
  const double n = double(by_sample.size());
  double sum = 0, squares = 0;
  for (double x : by_sample) sum += x;
  const double mean = sum / n;
  for (double x : by_sample) squares += (x - mean) * (x - mean);
  return {mean, std::sqrt(squares / std::max(n - 1, 1.0) / n)};
}

}  // namespace octet::compile
