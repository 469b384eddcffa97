#include "compile/calibrate/ranges.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace octet::compile {
namespace {

constexpr double kUnit = 0x1p64;
constexpr float kLimit = 0x1p40f;

// Takes over `sample` if its extreme is further out, or as far and earlier.
void TakeSample(float mine, int64_t& sample, float other, int64_t from) {
  if (from < 0 || std::abs(other) < std::abs(mine)) return;
  const bool further = std::abs(other) > std::abs(mine) || sample < 0;
  if (further || from < sample) sample = from;
}

void MergeValue(ValueRange& into, const ValueRange& from) {
  const Range mine = into.histogram.extremes();
  const Range other = from.histogram.extremes();
  TakeSample(mine.low, into.low_sample, other.low, from.low_sample);
  TakeSample(mine.high, into.high_sample, other.high, from.high_sample);
  into.histogram.Merge(from.histogram);
  for (size_t c = 0; c < into.channel_low.size(); ++c) {
    into.channel_low[c] = std::min(into.channel_low[c], from.channel_low[c]);
    into.channel_high[c] = std::max(into.channel_high[c], from.channel_high[c]);
  }
  into.low_sum.Merge(from.low_sum);
  into.high_sum.Merge(from.high_sum);
}

}  // namespace

void ExactSum::Add(float x) {
  const float held = std::clamp(x, -kLimit, kLimit);
  sum_ += __int128(double(held) * kUnit);
}

bool ExactSum::IsOf(uint64_t numbers) const {
  if (numbers > kMostSamples) return false;
  const __int128 most = __int128(double(kLimit) * kUnit) * __int128(numbers);
  return sum_ >= -most && sum_ <= most;
}

double ExactSum::value() const { return double(sum_) / kUnit; }

ExactSum ExactSum::FromParts(uint64_t low, int64_t high) {
  ExactSum sum;
  sum.sum_ = __int128((static_cast<unsigned __int128>(high) << 64) | low);
  return sum;
}

const ValueRange* Ranges::Find(std::string_view name) const {
  const auto found =
      std::ranges::lower_bound(values, name, {}, &ValueRange::name);
  if (found == values.end() || found->name != name) return nullptr;
  return &*found;
}

namespace {

bool IsSameValue(const ValueRange& a, const ValueRange& b) {
  return a.name == b.name && a.structure == b.structure &&
         a.channel_low.size() == b.channel_low.size();
}

Status CheckMergeable(const Ranges& into, const Ranges& from) {
  if (into.preprocess != from.preprocess) {
    return BadInput(
        "the calibrations used different preprocessing: '{}' and "
        "'{}'; calibrate both with the same",
        into.preprocess, from.preprocess);
  }
  if (into.ordered || from.ordered) {
    return BadInput(
        "a moving average depends on the order of the samples and "
        "cannot be merged; calibrate in one run, or without it");
  }
  const size_t values = std::max(into.values.size(), from.values.size());
  for (size_t i = 0; i < values; ++i) {
    const ValueRange* a = i < into.values.size() ? &into.values[i] : nullptr;
    const ValueRange* b = i < from.values.size() ? &from.values[i] : nullptr;
    if (a != nullptr && b != nullptr && IsSameValue(*a, *b)) continue;
    return BadInput(
        "the calibrations are of different models: value '{}' against '{}'; "
        "calibrate both with the same model",
        a != nullptr ? a->name : "(none)", b != nullptr ? b->name : "(none)");
  }
  if (into.structure != from.structure) {
    return BadInput(
        "the calibrations are of different models, with other outputs of the "
        "same values; calibrate both with the same model");
  }
  if (into.samples + from.samples > kMostSamples) {
    return BadInput("{} samples together, at most {} may be; use fewer",
                    into.samples + from.samples, kMostSamples);
  }
  return {};
}

}  // namespace

std::map<std::string, float> PeaksOf(const Ranges& ranges) {
  std::map<std::string, float> peaks;
  for (const ValueRange& value : ranges.values) {
    const Range range = value.histogram.extremes();
    peaks[value.name] = std::max(std::abs(range.low), std::abs(range.high));
  }
  return peaks;
}

Status MergePiece(Ranges& into, const Ranges& from) {
  OCTET_RETURN_IF_ERROR(CheckMergeable(into, from));
  for (size_t i = 0; i < into.values.size(); ++i) {
    MergeValue(into.values[i], from.values[i]);
  }
  into.samples += from.samples;
  into.fingerprint += from.fingerprint;
  into.skipped.insert(into.skipped.end(), from.skipped.begin(),
                      from.skipped.end());
  std::ranges::sort(into.skipped);
  const auto again = std::ranges::unique(into.skipped);
  into.skipped.erase(again.begin(), again.end());
  return {};
}

Status Merge(Ranges& into, const Ranges& from) {
  OCTET_RETURN_IF_ERROR(CheckMergeable(into, from));
  std::vector<Shard> shards = into.shards;
  OCTET_RETURN_IF_ERROR(JoinShards(shards, from.shards));
  OCTET_RETURN_IF_ERROR(MergePiece(into, from));
  into.shards = std::move(shards);
  return {};
}

}  // namespace octet::compile
