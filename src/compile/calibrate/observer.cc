#include "compile/calibrate/observer.h"

#include <algorithm>
#include <cmath>

#include "base/cpu.h"

namespace octet::compile {
namespace {

constexpr float kMomentum = 0.01f;

// The owner of an extreme is the first sample (by index) that has it.
void Own(float mine, float before, int64_t index, int64_t& owner) {
  if (mine == 0 || std::abs(mine) < std::abs(before)) return;
  const bool further = std::abs(mine) > std::abs(before) || owner < 0;
  owner = further ? index : std::min(owner, index);
}

}  // namespace

Observer::Observer(Ranges& ranges)
    : ranges_(ranges),
      extremes_(kernels::FindHistogramF32(DetectCpuLevel()).extremes) {
  for (ValueRange& value : ranges.values) watched_[value.name].value = &value;
}

void Observer::See(const TensorView& view) {
  const auto found = watched_.find(view.name);
  if (found == watched_.end() || view.dtype != DType::kF32) return;
  PerSample& here = found->second;
  if (here.seen) return;
  here.seen = true;
  const int rank = view.shape.rank();
  const int64_t columns = rank > 0 ? view.shape[rank - 1] : 1;
  const int64_t rows = columns > 0 ? view.shape.elements() / columns : 0;
  const auto* x = reinterpret_cast<const float*>(view.data);
  here.low = here.high = 0;
  here.before = here.value->histogram.extremes();
  if (view.is_dense()) {
    return SeeDense(here, {x, size_t(rows * columns)}, columns);
  }
  for (int64_t r = 0; r < rows; ++r) {
    SeeDense(here, {x + r * view.pixel_stride, size_t(columns)}, columns);
  }
}

// Rows without gaps between them: a pass for the extremes and one to count.
void Observer::SeeDense(PerSample& here, std::span<const float> x,
                        int64_t columns) {
  if (x.empty()) return;
  ValueRange& value = *here.value;
  low_.assign(size_t(columns), 0);
  high_.assign(size_t(columns), 0);
  const int64_t rows = int64_t(x.size()) / columns;
  const bool all_finite =
      extremes_(x.data(), rows, columns, low_.data(), high_.data());
  const Range extremes{*std::ranges::min_element(low_),
                       *std::ranges::max_element(high_)};
  here.low = std::min(here.low, extremes.low);
  here.high = std::max(here.high, extremes.high);
  if (all_finite) {
    value.histogram.AddFinite(x, extremes);
  } else {
    value.histogram.Add(x);
  }
  if (int64_t(value.channel_low.size()) != columns) return;
  for (size_t c = 0; c < low_.size(); ++c) {
    value.channel_low[c] = std::min(value.channel_low[c], low_[c]);
    value.channel_high[c] = std::max(value.channel_high[c], high_[c]);
  }
}

void Observer::EndSample(int64_t index, uint64_t fingerprint) {
  for (auto& [name, here] : watched_) {
    if (!here.seen) continue;
    ValueRange& value = *here.value;
    Own(here.low, here.before.low, index, value.low_sample);
    Own(here.high, here.before.high, index, value.high_sample);
    value.low_sum.Add(here.low);
    value.high_sum.Add(here.high);
    if (ranges_.ordered) {
      const bool first = ranges_.samples == 0;
      const float share = first ? 1.0f : kMomentum;
      value.moving_low += share * (here.low - value.moving_low);
      value.moving_high += share * (here.high - value.moving_high);
    }
    here.seen = false;
  }
  ++ranges_.samples;
  ranges_.fingerprint += fingerprint;
}

}  // namespace octet::compile
