#include "doctor/glance.h"

#include <fmt/core.h>

#include <map>

#include "doctor/saturation.h"

namespace octet::doctor {
namespace {

constexpr double kMostOwned = 0.75;
constexpr uint64_t kFewestForOwner = 16;
constexpr const char* kAdvice = "octet doctor MODEL --data DATA";

// Values of which each sample owns an end, by the sample's index.
std::map<int64_t, size_t> CountOwned(std::span<const ObservedRange> values,
                                     size_t& counted) {
  std::map<int64_t, size_t> owned;
  for (const ObservedRange& value : values) {
    const bool low = value.low < 0 && value.low_sample >= 0;
    const bool high = value.high > 0 && value.high_sample >= 0;
    if (!low && !high) continue;
    ++counted;
    if (high) ++owned[value.high_sample];
    if (low && (!high || value.low_sample != value.high_sample)) {
      ++owned[value.low_sample];
    }
  }
  return owned;
}

Finding TooFew(uint64_t samples) {
  Finding finding;
  finding.kind = "too-few";
  finding.found = fmt::format("{} samples are few", samples);
  finding.evidence =
      fmt::format("at least {} show what a range is like", kFewestSamples);
  finding.advice = kAdvice;
  finding.numbers = {{"samples", double(samples)}};
  return finding;
}

}  // namespace

std::optional<Finding> GlanceAt(
    std::span<const ObservedRange> values, uint64_t samples,
    const std::function<std::string(int64_t)>& name_of) {
  if (samples < uint64_t(kFewestSamples)) return TooFew(samples);
  if (samples < kFewestForOwner) return std::nullopt;
  size_t counted = 0;
  for (const auto& [index, count] : CountOwned(values, counted)) {
    if (double(count) <= kMostOwned * double(counted)) continue;
    Finding finding;
    finding.kind = "outlier";
    finding.names = {name_of(index)};
    finding.found =
        fmt::format("{} owns an end of the range of {} of {} values",
                    finding.names[0], count, counted);
    finding.evidence = fmt::format("one of {} samples", samples);
    finding.advice = kAdvice;
    finding.numbers = {{"owned", double(count)}, {"values", double(counted)}};
    return finding;
  }
  return std::nullopt;
}

}  // namespace octet::doctor
