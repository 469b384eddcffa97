#include "doctor/coverage.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

namespace octet::doctor {
namespace {

constexpr double kMostBeyond = 0.1;
constexpr double kMostValues = 0.1;

}  // namespace

std::optional<Finding> FindUncovered(
    const Extremes& extremes, std::span<const ObservedRange> calibrated) {
  std::map<std::string_view, const ObservedRange*> by_name;
  for (const ObservedRange& range : calibrated) by_name[range.name] = &range;
  std::vector<std::pair<double, std::string>> beyond;
  size_t known = 0;
  for (size_t v = 0; v < extremes.values.size(); ++v) {
    const auto found = by_name.find(extremes.values[v]);
    if (found == by_name.end()) continue;
    ++known;
    const ObservedRange& range = *found->second;
    const double width = double(range.high) - double(range.low);
    const double low = double(std::ranges::min(extremes.low[v]));
    const double high = double(std::ranges::max(extremes.high[v]));
    const double excess =
        std::max(high - double(range.high), double(range.low) - low);
    if (excess > kMostBeyond * width) {
      beyond.emplace_back(width > 0 ? excess / width : HUGE_VAL,
                          extremes.values[v]);
    }
  }
  if (double(beyond.size()) <= kMostValues * double(known)) {
    return std::nullopt;
  }
  std::ranges::stable_sort(beyond, std::ranges::greater{},
                           &std::pair<double, std::string>::first);
  Finding finding;
  finding.kind = "uncovered";
  finding.severity = Severity::kError;
  finding.found =
      fmt::format("these samples leave the calibrated range of {} of {} values",
                  beyond.size(), known);
  finding.evidence = fmt::format("{} by {:.0f} % of its width",
                                 beyond[0].second, 100 * beyond[0].first);
  finding.advice = "the ranges are of other samples: calibrate with these";
  finding.numbers = {{"beyond", double(beyond.size())},
                     {"values", double(known)}};
  for (const auto& [excess, name] : beyond) finding.names.push_back(name);
  return finding;
}

}  // namespace octet::doctor
