#include "compile/calibrate/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/cpu.h"

namespace octet::compile {
namespace {

constexpr float kTiny = 0x1p-140f * Histogram::kHalf;

const kernels::HistogramF32Kernel& Kernel() {
  static const kernels::HistogramF32Kernel& kernel =
      kernels::FindHistogramF32(DetectCpuLevel());
  return kernel;
}

// The least exponent e with |peak| inside the bins of width 2^e; low may touch
// the outer edge of the lowest bin, high may not of the highest.
int ExponentFor(float low, float high) {
  const float peak = std::max(-low, high);
  if (peak < kTiny) return Histogram::kMinExponent;
  int e = std::ilogb(peak) - 11;  // 2048 = 2^11 bins on each side
  const double reach = std::ldexp(double(Histogram::kHalf), e);
  if (high >= reach || -low > reach) ++e;
  return std::max(e, Histogram::kMinExponent);
}

}  // namespace

void Histogram::Add(const float* x, int64_t rows, int64_t columns,
                    int64_t stride) {
  if (rows == 0 || columns == 0) return;
  if (stride == columns) {
    columns *= rows;
    rows = 1;
  }
  for (int64_t r = 0; r < rows; ++r) AddRow(x + r * stride, columns);
}

void Histogram::AddRow(const float* x, int64_t n) {
  Range extremes{0, 0};
  if (Kernel().extremes(x, n, 1, &extremes.low, &extremes.high)) {
    return AddFinite({x, size_t(n)}, extremes);
  }
  std::vector<float> finite;
  std::copy_if(x, x + n, std::back_inserter(finite),
               [](float v) { return std::isfinite(v); });
  non_finite_ += uint64_t(n) - finite.size();
  AddFinite(finite, extremes);
}

void Histogram::AddFinite(std::span<const float> x, Range extremes) {
  low_ = std::min(low_, extremes.low);
  high_ = std::max(high_, extremes.high);
  GrowTo(ExponentFor(extremes.low, extremes.high));
  if (counts_.empty() && (extremes.low < 0 || extremes.high > 0)) {
    counts_.resize(kBins);
  }
  if (counts_.empty()) {
    zeros_ += x.size();
    return;
  }
  // Exact: powers of two.
  const kernels::BinScale scale = {
      std::ldexp(1.0f, -exponent_ / 2),
      std::ldexp(1.0f, -exponent_ - (-exponent_ / 2))};
  zeros_ += Kernel().count(x.data(), int64_t(x.size()), scale, counts_.data());
}

void Histogram::GrowTo(int exponent) {
  if (exponent <= exponent_) return;
  const int shift = exponent - exponent_;
  exponent_ = exponent;
  if (counts_.empty()) return;
  std::vector<uint64_t> joined(kBins);
  for (int i = 0; i < kBins; ++i) {
    // Floor division of the signed bin number, which keeps bins aligned.
    const int bin = shift > 12 ? (i < kHalf ? -1 : 0) : (i - kHalf) >> shift;
    joined[size_t(int64_t{bin} + kHalf)] += counts_[size_t(i)];
  }
  counts_ = std::move(joined);
}

void Histogram::Merge(const Histogram& other) {
  Histogram from = other;
  const int exponent = std::max(exponent_, from.exponent_);
  GrowTo(exponent);
  from.GrowTo(exponent);
  if (counts_.empty()) {
    counts_ = std::move(from.counts_);
  } else if (!from.counts_.empty()) {
    for (int i = 0; i < kBins; ++i)
      counts_[size_t(i)] += from.counts_[size_t(i)];
  }
  zeros_ += from.zeros_;
  non_finite_ += from.non_finite_;
  low_ = std::min(low_, from.low_);
  high_ = std::max(high_, from.high_);
}

uint64_t Histogram::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), zeros_);
}

double Histogram::width() const { return std::ldexp(1.0, exponent_); }

uint64_t Histogram::CountBeyond(double low, double high) const {
  uint64_t beyond = 0;
  for (int i = 0; i < int(counts_.size()); ++i) {
    const double start = (i - kHalf) * width();
    if (start + width() <= low || start >= high) beyond += counts_[size_t(i)];
  }
  return beyond;
}

bool Histogram::Restore(int exponent, std::vector<uint64_t> counts,
                        uint64_t zeros, uint64_t non_finite, Range extremes) {
  const bool valid = exponent >= kMinExponent && exponent <= 128 &&
                     (counts.empty() || counts.size() == size_t(kBins)) &&
                     std::isfinite(extremes.low) &&
                     std::isfinite(extremes.high) && extremes.low <= 0 &&
                     extremes.high >= 0;
  if (!valid) return false;
  exponent_ = exponent;
  counts_ = std::move(counts);
  zeros_ = zeros;
  non_finite_ = non_finite;
  low_ = extremes.low;
  high_ = extremes.high;
  return true;
}

}  // namespace octet::compile
