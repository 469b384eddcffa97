#include "compile/calibrate/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace octet::compile {
namespace {

constexpr float kTiny = 0x1p-140f * Histogram::kHalf;

struct Extremes {
  float low = 0, high = 0;
  bool finite = true;
};

Extremes Scan(const float* x, int64_t n) {
  Extremes e;
  // x - x is not 0 for infinities and NaN.
  float check = 0;
  for (int64_t i = 0; i < n; ++i) {
    e.low = x[i] < e.low ? x[i] : e.low;
    e.high = x[i] > e.high ? x[i] : e.high;
    check += (x[i] - x[i]) != 0 ? 1.0f : 0.0f;
  }
  e.finite = check == 0;
  return e;
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
  for (int64_t r = 0; r < rows; ++r) Count(x + r * stride, columns);
}

void Histogram::Count(const float* x, int64_t n) {
  const Extremes e = Scan(x, n);
  std::vector<float> finite;
  if (!e.finite) {
    std::copy_if(x, x + n, std::back_inserter(finite),
                 [](float v) { return std::isfinite(v); });
    non_finite_ += uint64_t(n) - finite.size();
    if (!finite.empty()) Count(finite.data(), int64_t(finite.size()));
    return;
  }
  low_ = std::min(low_, e.low);
  high_ = std::max(high_, e.high);
  GrowTo(ExponentFor(e.low, e.high));
  if (counts_.empty() && (e.low < 0 || e.high > 0)) counts_.resize(kBins);
  if (counts_.empty()) {
    zeros_ += uint64_t(n);
    return;
  }
  // Exact: a power of two.
  const float inverse = std::ldexp(1.0f, -exponent_ / 2);
  const float rest = std::ldexp(1.0f, -exponent_ - (-exponent_ / 2));
  uint64_t zeros = 0;
  for (int64_t i = 0; i < n; ++i) {
    const float steps = x[i] * inverse * rest;
    const int whole = int(steps);
    // What is below zero stays there where the steps underflow to -0: it would
    // have been counted there by finer bins.
    const bool below = (steps < float(whole)) | ((steps == 0) & (x[i] < 0));
    const int bin = whole - below + kHalf;
    zeros += x[i] == 0;
    ++counts_[size_t(bin)];
  }
  zeros_ += zeros;
  counts_[kHalf] -= zeros;
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
