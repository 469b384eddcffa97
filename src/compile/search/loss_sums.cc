#include "compile/search/loss_sums.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compile/search/error_sums.h"

namespace octet::compile {
namespace {

constexpr size_t kMostKlElements = 4096;

Estimate Of(const std::vector<SampleLoss>& samples, double SampleLoss::*what) {
  std::vector<double> x;
  for (const SampleLoss& sample : samples) x.push_back(sample.*what);
  return EstimateOf(x);
}

}  // namespace

double NoiseShare(std::span<const float> exact, std::span<const float> other) {
  double signal = 0, noise = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    const double error = double(exact[i]) - double(other[i]);
    signal += double(exact[i]) * double(exact[i]);
    noise += error * error;
  }
  if (noise == 0) return 0;
  return noise < signal ? noise / signal : 1.0;
}

void OutputLoss::Add(std::span<const float> exact,
                     std::span<const float> other) {
  for (size_t i = 0; i < exact.size(); ++i) {
    const double a = exact[i], b = other[i];
    signal_ += a * a;
    other_ += b * b;
    dot_ += a * b;
  }
  const size_t stride = exact.size() / kMostKlElements + 1;
  std::vector<float> a, b;
  for (size_t i = 0; i < exact.size(); i += stride) {
    a.push_back(exact[i]);
    b.push_back(other[i]);
  }
  ErrorSums sums;
  sums.Add(a, b);
  kl_ += sums.kl();
  ++outputs_;
}

void OutputLoss::WriteTo(SampleLoss& loss) const {
  const double both = std::sqrt(signal_ * other_);
  loss.cosine = both > 0 ? std::max(0.0, 1 - dot_ / both) : 0.0;
  loss.kl = outputs_ > 0 ? kl_ / outputs_ : 0.0;
}

Estimate EstimateOf(const std::vector<double>& samples) {
  if (samples.empty()) return {};
  const double n = double(samples.size());
  Estimate estimate;
  estimate.mean = std::accumulate(samples.begin(), samples.end(), 0.0) / n;
  if (samples.size() < 2) return estimate;
  double squares = 0;
  for (double x : samples) {
    squares += (x - estimate.mean) * (x - estimate.mean);
  }
  estimate.error = std::sqrt(squares / (n - 1) / n);
  return estimate;
}

Loss EstimateOf(const std::vector<SampleLoss>& samples) {
  return {Of(samples, &SampleLoss::noise), Of(samples, &SampleLoss::cosine),
          Of(samples, &SampleLoss::kl), Of(samples, &SampleLoss::changed)};
}

std::vector<double> RanksOf(const std::vector<double>& x) {
  std::vector<size_t> order(x.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](size_t i) { return x[i]; });
  std::vector<double> ranks(x.size());
  for (size_t first = 0; first < order.size();) {
    size_t end = first;
    while (end < order.size() && x[order[end]] == x[order[first]]) ++end;
    for (size_t i = first; i < end; ++i) {
      ranks[order[i]] = double(first + end + 1) / 2;
    }
    first = end;
  }
  return ranks;
}

double RankCorrelation(const std::vector<double>& a,
                       const std::vector<double>& b) {
  if (a.size() < 2 || a.size() != b.size()) return 0;
  const std::vector<double> x = RanksOf(a), y = RanksOf(b);
  const double mean = double(a.size() + 1) / 2;
  double xy = 0, xx = 0, yy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0.0;
}

}  // namespace octet::compile
