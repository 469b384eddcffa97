#include "doctor/outlier.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace octet::doctor {
namespace {

constexpr double kMostOfValue = 0.5;
constexpr double kLeastStretch = 1.5;
constexpr size_t kFewestToCompare = 3;

// The values of which a sample owns an end, and how far out it lies there
// against the next sample.
struct Owned {
  std::vector<std::pair<std::string, double>> values;

  double median_stretch() const {
    std::vector<double> stretches;
    for (const auto& [value, stretch] : values) stretches.push_back(stretch);
    std::ranges::sort(stretches);
    return stretches[stretches.size() / 2];
  }
};

struct End {
  size_t owner = 0;
  double stretch = 0;  // 0: an end at zero, which nobody owns
};

End EndOf(const std::vector<float>& numbers, float sign) {
  End end;
  float first = 0, second = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const float x = sign * numbers[i];
    if (x > first) {
      second = first;
      first = x;
      end.owner = i;
    } else {
      second = std::max(second, x);
    }
  }
  // Where all others are at zero, 1000 stands for infinity.
  if (first > 0) end.stretch = double(first) / std::max(second, first / 1000);
  return end;
}

std::string Advice(const std::string& sample) {
  return fmt::format(
      "look at {}; remove it if it is no ordinary sample, or calibrate with "
      "--method percentile, which leaves outliers out",
      sample);
}

}  // namespace

std::optional<Finding> FindOutlier(
    const Extremes& extremes,
    const std::function<std::string(int64_t)>& name_of) {
  // Of fewer, none is far from the others.
  if (extremes.samples.size() < kFewestToCompare) return std::nullopt;
  std::map<size_t, Owned> owners;
  size_t values = 0;
  for (size_t v = 0; v < extremes.values.size(); ++v) {
    const End low = EndOf(extremes.low[v], -1);
    const End high = EndOf(extremes.high[v], 1);
    if (low.stretch == 0 && high.stretch == 0) continue;
    ++values;
    if (low.stretch > 0 && (high.stretch == 0 || low.owner != high.owner)) {
      owners[low.owner].values.emplace_back(extremes.values[v], low.stretch);
    }
    if (high.stretch > 0) {
      const double stretch = low.owner == high.owner
                                 ? std::max(low.stretch, high.stretch)
                                 : high.stretch;
      owners[high.owner].values.emplace_back(extremes.values[v], stretch);
    }
  }
  for (auto& [position, owned] : owners) {
    const double stretch = owned.median_stretch();
    if (double(owned.values.size()) <= kMostOfValue * double(values) ||
        stretch < kLeastStretch) {
      continue;
    }
    std::ranges::stable_sort(owned.values, std::ranges::greater{},
                             &std::pair<std::string, double>::second);
    const std::string sample = name_of(extremes.samples[position]);
    Finding finding;
    finding.kind = "outlier";
    finding.found = fmt::format("{} alone sets the range of {} of {} values",
                                sample, owned.values.size(), values);
    finding.evidence = fmt::format(
        "on the median {:.1f} times as far out as the next sample; {} {:.1f} "
        "times",
        stretch, owned.values[0].first, owned.values[0].second);
    finding.advice = Advice(sample);
    finding.numbers = {{"owned", double(owned.values.size())},
                       {"values", double(values)},
                       {"median_stretch", stretch}};
    finding.names = {sample};
    return finding;
  }
  return std::nullopt;
}

}  // namespace octet::doctor
