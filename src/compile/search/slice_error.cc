#include "compile/search/slice_error.h"

#include <algorithm>
#include <cmath>

namespace octet::compile {
namespace {

constexpr int64_t kMostSlices = 4096;
constexpr double kGoodDb = 60;

// [outer][slices][inner], row-major.
struct Split {
  int64_t slices = 1, inner = 1;
};

std::vector<Split> SplitsOf(const Shape& shape) {
  std::vector<Split> splits;
  int64_t inner = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    if (shape[axis] > 1 && shape[axis] <= kMostSlices) {
      splits.push_back({shape[axis], inner});
    }
    inner *= shape[axis];
  }
  if (splits.empty()) splits.push_back({1, inner});
  return splits;
}

}  // namespace

void SliceError::Add(const Shape& shape, std::span<const float> a,
                     std::span<const float> b) {
  const std::vector<Split> splits = SplitsOf(shape);
  axes_.resize(splits.size());
  const size_t n = std::min(a.size(), b.size());
  for (size_t axis = 0; axis < splits.size(); ++axis) {
    const size_t count = size_t(splits[axis].slices);
    const size_t inner = size_t(splits[axis].inner);
    std::vector<Slice>& slices = axes_[axis];
    slices.resize(count);
    size_t slice = 0;
    for (size_t first = 0; first < n; first += inner) {
      const size_t end = std::min(n, first + inner);
      for (size_t i = first; i < end; ++i) {
        const double x = a[i], error = x - double(b[i]);
        slices[slice].signal += x * x;
        slices[slice].noise += error * error;
      }
      slice = slice + 1 == count ? 0 : slice + 1;
    }
  }
}

// The mean over the slices that hold anything, axis by axis.
template <typename F>
std::vector<double> SliceError::MeanByAxis(F of_slice) const {
  std::vector<double> means;
  for (const std::vector<Slice>& slices : axes_) {
    double sum = 0;
    int64_t count = 0;
    for (const Slice& slice : slices) {
      if (slice.signal == 0 && slice.noise == 0) continue;
      sum += of_slice(slice);
      ++count;
    }
    if (count > 0) means.push_back(sum / double(count));
  }
  return means;
}

double SliceError::sqnr_db() const {
  const std::vector<double> means = MeanByAxis([](const Slice& s) {
    if (s.noise == 0) return kGoodDb;
    if (s.signal == 0) return 0.0;
    return std::clamp(10 * std::log10(s.signal / s.noise), 0.0, kGoodDb);
  });
  return means.empty() ? kGoodDb : *std::ranges::min_element(means);
}

double SliceError::lost() const {
  const std::vector<double> means = MeanByAxis([](const Slice& s) {
    return s.noise >= s.signal ? 1.0 : s.noise / s.signal;
  });
  return means.empty() ? 0 : *std::ranges::max_element(means);
}

}  // namespace octet::compile
