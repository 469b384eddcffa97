#include "compile/calibrate/range_rule.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/nearest.h"
#include "compile/plan/match.h"

namespace octet::compile {
namespace {

struct RuleRow {
  RangeRule rule;
  std::string_view name;
};
constexpr RuleRow kRules[] = {
    {RangeRule::kMinMax, "minmax"},
    {RangeRule::kMeanMinMax, "mean-minmax"},
    {RangeRule::kEntropy, "entropy"},
    {RangeRule::kPercentile, "percentile"},
    {RangeRule::kMse, "mse"},
    {RangeRule::kMovingAverage, "moving-average"},
};

Range EntropyRange(const Histogram& histogram) {
  const Range extremes = histogram.extremes();
  if (histogram.counts().empty()) return extremes;
  std::vector<uint64_t> magnitudes(Histogram::kHalf);
  for (int i = 0; i < Histogram::kHalf; ++i) {
    magnitudes[size_t(i)] =
        histogram.counts()[size_t(Histogram::kHalf + i)] +
        histogram.counts()[size_t(Histogram::kHalf - 1 - i)];
  }
  magnitudes[0] += histogram.zeros();
  const float threshold =
      float(EntropyThresholdBins(magnitudes) * histogram.width());
  return {std::max(extremes.low, -threshold),
          std::min(extremes.high, threshold)};
}

}  // namespace

std::string RangeChoice::ToString() const {
  for (const RuleRow& row : kRules) {
    if (row.rule != rule) continue;
    if (rule != RangeRule::kPercentile) return std::string(row.name);
    return fmt::format("{}:{}", row.name, percentile);
  }
  return "";
}

Result<RangeChoice> ParseRangeChoice(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  RangeChoice choice;
  std::vector<std::string_view> names;
  for (const RuleRow& row : kRules) {
    names.push_back(row.name);
    if (row.name != name) continue;
    choice.rule = row.rule;
    if (colon == std::string_view::npos) return choice;
    const std::string_view number = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(
        number.data(), number.data() + number.size(), choice.percentile);
    const bool valid = error == std::errc() &&
                       end == number.data() + number.size() &&
                       choice.percentile > 50 && choice.percentile <= 100;
    if (!valid || row.rule != RangeRule::kPercentile) {
      return Usage(
          "range rule '{}': only percentile takes a number, in (50, "
          "100], e.g. percentile:99.99",
          text);
    }
    return choice;
  }
  const std::string_view near = Nearest(name, names);
  return Usage("no range rule '{}'; {}", text,
               near.empty() ? "use minmax, mean-minmax, entropy, percentile, "
                              "mse or moving-average"
                            : "did you mean '" + std::string(near) + "'?");
}

Result<Range> ChooseRange(const ValueRange& value, const RangeChoice& choice,
                          uint64_t samples) {
  const Histogram& histogram = value.histogram;
  switch (choice.rule) {
    case RangeRule::kMinMax:
      return histogram.extremes();
    case RangeRule::kMeanMinMax: {
      const double n = double(std::max<uint64_t>(samples, 1));
      return Range{float(value.low_sum.value() / n),
                   float(value.high_sum.value() / n)};
    }
    case RangeRule::kEntropy:
      return EntropyRange(histogram);
    case RangeRule::kPercentile:
      return PercentileRange(histogram, choice.percentile);
    case RangeRule::kMse:
      return MseRange(histogram);
    case RangeRule::kMovingAverage: {
      if (value.moving_low < value.moving_high) {
        return Range{value.moving_low, value.moving_high};
      }
      if (histogram.empty() || histogram.counts().empty()) return Range{};
      return Usage(
          "the calibration has no moving averages; calibrate with "
          "--method moving-average");
    }
  }
  return Usage("unknown range rule");
}

Range PercentileRange(const Histogram& histogram, double percentile) {
  const Range extremes = histogram.extremes();
  if (histogram.counts().empty()) return extremes;
  const auto& counts = histogram.counts();
  const double outside =
      double(histogram.total()) * (100.0 - percentile) / 200.0;
  const auto count = [&](int bin) {
    const uint64_t zeros = bin == Histogram::kHalf ? histogram.zeros() : 0;
    return double(counts[size_t(bin)] + zeros);
  };
  int low = 0, high = Histogram::kBins - 1;
  for (double sum = count(low); sum <= outside && low < Histogram::kHalf;) {
    sum += count(++low);
  }
  for (double sum = count(high); sum <= outside && high >= Histogram::kHalf;) {
    sum += count(--high);
  }
  const double width = histogram.width();
  return {
      std::max(extremes.low, float((low - Histogram::kHalf) * width)),
      std::min(extremes.high, float((high + 1 - Histogram::kHalf) * width))};
}

}  // namespace octet::compile
