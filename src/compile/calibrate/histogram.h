// What one pass over the samples keeps of a value: bounded, exact, mergeable.
#ifndef OCTET_COMPILE_CALIBRATE_HISTOGRAM_H_
#define OCTET_COMPILE_CALIBRATE_HISTOGRAM_H_

#include <cstdint>
#include <span>
#include <vector>

#include "base/quant.h"
#include "kernels/histogram_f32/histogram_f32.h"

namespace octet::compile {

// 4096 bins aligned at zero: bin i holds x in [(i - 2048) w, (i - 2047) w),
// with w = 2^exponent the smallest such that all of the data fits. When it has
// to grow, neighbouring bins are joined, exactly. Counts are integers, exact
// zeros and non-finite values are counted apart. So a histogram depends on the
// data alone, not on its order or how it was split, and merging two equals
// having seen both.
class Histogram {
 public:
  static constexpr int kBins = kernels::kHistogramBins;
  static constexpr int kHalf = kBins / 2;
  // Widths below 2^-140 are not needed: such numbers are counted as zero.
  static constexpr int kMinExponent = -140;

  // `stride` elements from one row of `columns` to the next.
  void Add(const float* x, int64_t rows, int64_t columns, int64_t stride);
  void Add(std::span<const float> x) { Add(x.data(), 1, int64_t(x.size()), 0); }
  // The same of elements that are known to be finite, and between which, 0
  // included, they lie.
  void AddFinite(std::span<const float> x, Range extremes);
  void Merge(const Histogram& other);

  // Takes on the bin width of `other` where that is the larger one.
  void GrowToMatch(const Histogram& other) { GrowTo(other.exponent_); }

  bool empty() const { return total() == 0; }
  // Values that are finite, zeros included.
  uint64_t total() const;
  uint64_t zeros() const { return zeros_; }
  uint64_t non_finite() const { return non_finite_; }
  int exponent() const { return exponent_; }
  double width() const;
  // By bin; empty if nothing but zeros was seen.
  const std::vector<uint64_t>& counts() const { return counts_; }
  // Exact extremes, 0 included; {0, 0} if nothing was seen.
  Range extremes() const { return {low_, high_}; }

  // Of bins that lie wholly beyond the range. A bin is at most 1/2048 of the
  // extremes, so that little is missed.
  uint64_t CountBeyond(double low, double high) const;

  // Rebuilds a stored histogram; false if the parts do not fit together.
  bool Restore(int exponent, std::vector<uint64_t> counts, uint64_t zeros,
               uint64_t non_finite, Range extremes);
  bool operator==(const Histogram&) const = default;

 private:
  void GrowTo(int exponent);
  void AddRow(const float* x, int64_t n);

  int exponent_ = kMinExponent;
  std::vector<uint64_t> counts_;
  uint64_t zeros_ = 0, non_finite_ = 0;
  float low_ = 0, high_ = 0;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_HISTOGRAM_H_
