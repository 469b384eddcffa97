#include "compile/search/error_sums.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::compile {
namespace {

constexpr double kInfiniteDb = 200;
// Joined bins for the divergence: 8-bit codes fill no more.
constexpr int kGroups = 256;
constexpr int kBinsPerGroup = Histogram::kBins / kGroups;
constexpr double kFloor = 1e-9;

std::vector<double> Shares(const Histogram& histogram) {
  std::vector<double> shares(kGroups);
  const double all = std::max<double>(1, double(histogram.total()));
  for (int i = 0; i < int(histogram.counts().size()); ++i) {
    shares[size_t(i / kBinsPerGroup)] +=
        double(histogram.counts()[size_t(i)]) / all;
  }
  shares[kGroups / 2] += double(histogram.zeros()) / all;
  return shares;
}

}  // namespace

void ErrorSums::Add(std::span<const float> a, std::span<const float> b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (!std::isfinite(a[i])) continue;
    if (!std::isfinite(b[i])) {
      noise_ = max_error_ = std::numeric_limits<double>::infinity();
      continue;
    }
    const double x = a[i], y = b[i], error = x - y;
    signal_ += x * x;
    other_ += y * y;
    noise_ += error * error;
    dot_ += x * y;
    max_error_ = std::max(max_error_, std::abs(error));
  }
  exact_.Add(a);
  changed_.Add(b);
}

void ErrorSums::Merge(const ErrorSums& other) {
  signal_ += other.signal_;
  other_ += other.other_;
  noise_ += other.noise_;
  dot_ += other.dot_;
  max_error_ = std::max(max_error_, other.max_error_);
  exact_.Merge(other.exact_);
  changed_.Merge(other.changed_);
}

double ErrorSums::l2() const { return std::sqrt(noise_); }

double ErrorSums::relative_l2() const {
  if (noise_ == 0) return 0;
  return std::sqrt(noise_ / std::max(signal_, 1e-300));
}

double ErrorSums::cosine() const {
  if (signal_ == 0 && other_ == 0) return 1;
  if (signal_ == 0 || other_ == 0) return 0;
  return dot_ / std::sqrt(signal_ * other_);
}

double ErrorSums::sqnr_db() const {
  if (noise_ == 0) return kInfiniteDb;
  if (signal_ == 0) return -kInfiniteDb;
  return std::clamp(10 * std::log10(signal_ / noise_), -kInfiniteDb,
                    kInfiniteDb);
}

double ErrorSums::kl() const {
  // Merging both brings each to the same bins.
  Histogram common = exact_;
  common.Merge(changed_);
  const auto brought = [&](const Histogram& histogram) {
    Histogram wide = histogram;
    wide.GrowToMatch(common);
    return Shares(wide);
  };
  const std::vector<double> p = brought(exact_), q = brought(changed_);
  double divergence = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    if (p[i] > 0) divergence += p[i] * std::log(p[i] / std::max(q[i], kFloor));
  }
  return std::max(0.0, divergence);
}

}  // namespace octet::compile
