#include "compile/calibrate/observer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::compile {
namespace {

constexpr float kMomentum = 0.01f;

constexpr float kLargest = std::numeric_limits<float>::max();

// Extremes of finite values by channel; rows of `channels` values. Infinities
// say nothing about a scale: they are counted by the histogram.
void SeeChannels(ValueRange& value, const float* x, int64_t rows,
                 int64_t stride) {
  float* low = value.channel_low.data();
  float* high = value.channel_high.data();
  const int64_t channels = int64_t(value.channel_low.size());
  for (int64_t r = 0; r < rows; ++r, x += stride) {
    for (int64_t c = 0; c < channels; ++c) {
      // False for NaN.
      const bool finite = (x[c] >= -kLargest) & (x[c] <= kLargest);
      low[c] = finite & (x[c] < low[c]) ? x[c] : low[c];
      high[c] = finite & (x[c] > high[c]) ? x[c] : high[c];
    }
  }
}

// The owner of an extreme is the first sample (by index) that has it.
void Own(float mine, float before, int64_t index, int64_t& owner) {
  if (mine == 0 || std::abs(mine) < std::abs(before)) return;
  const bool further = std::abs(mine) > std::abs(before) || owner < 0;
  owner = further ? index : std::min(owner, index);
}

}  // namespace

Observer::Observer(Ranges& ranges) : ranges_(ranges) {
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
  ValueRange& value = *here.value;
  Histogram sample;
  sample.Add(x, rows, columns, view.pixel_stride);
  here.low = sample.extremes().low;
  here.high = sample.extremes().high;
  here.before = value.histogram.extremes();
  value.histogram.Merge(sample);
  if (int64_t(value.channel_low.size()) == columns) {
    SeeChannels(value, x, rows, view.pixel_stride);
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
