#include "doctor/saturation.h"

#include <fmt/core.h>

#include <algorithm>

namespace octet::doctor {
namespace {

constexpr double kMostEscape = 0.04;
constexpr double kFarBeyond = 0.1;  // of the width of the others' range

// The two largest numbers and whose the first is.
struct Top {
  float first = 0, second = 0;
  size_t owner = 0;
};

Top TopOf(const std::vector<float>& numbers) {
  Top top;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] > top.first) {
      top = {numbers[i], top.first, i};
    } else {
      top.second = std::max(top.second, numbers[i]);
    }
  }
  return top;
}

// Both lists as largest numbers.
double EscapeOf(const std::vector<float>& low, const std::vector<float>& high) {
  const Top below = TopOf(low), above = TopOf(high);
  const auto leaves = [&](const Top& top, float other_end) {
    return top.first - top.second >
           float(kFarBeyond) * (top.second + other_end);
  };
  const bool same = below.owner == above.owner;
  const bool out_below = leaves(below, same ? above.second : above.first);
  const bool out_above = leaves(above, same ? below.second : below.first);
  const int leaving =
      same ? int(out_below || out_above) : int(out_below) + int(out_above);
  return double(leaving) / double(high.size());
}

// low is negated, so that both ends are largest numbers.
SaturationCurve CurveOf(const std::string& value, std::vector<float> low,
                        const std::vector<float>& high) {
  SaturationCurve curve;
  curve.value = value;
  for (float& x : low) x = -x;
  const auto n = int64_t(high.size());
  const auto width = [&](int64_t m) {
    return ExpectedLargest(low, m) + ExpectedLargest(high, m);
  };
  const double all = width(n);
  if (!(all > 0)) return curve;
  for (int64_t m = 1; m < n; m *= 2) {
    curve.points.emplace_back(m, width(m) / all);
  }
  curve.points.emplace_back(n, 1.0);
  if (n >= 2) curve.growth = 1 - width(n / 2) / all;
  curve.escape = EscapeOf(low, high);
  return curve;
}

}  // namespace

double ExpectedLargest(std::vector<float> numbers, int64_t m) {
  std::ranges::sort(numbers);
  const auto n = int64_t(numbers.size());
  double chance = double(m) / double(n), sum = 0;
  for (int64_t k = n; k >= m; --k) {
    sum += chance * double(numbers[size_t(k - 1)]);
    if (k > m) chance *= double(k - m) / double(k - 1);
  }
  return sum;
}

std::vector<SaturationCurve> SaturationCurves(const Extremes& extremes) {
  std::vector<SaturationCurve> curves;
  for (size_t v = 0; v < extremes.values.size(); ++v) {
    SaturationCurve curve =
        CurveOf(extremes.values[v], extremes.low[v], extremes.high[v]);
    if (!curve.points.empty()) curves.push_back(std::move(curve));
  }
  return curves;
}

std::optional<Finding> FindTooFew(const std::vector<SaturationCurve>& curves,
                                  int64_t samples) {
  double escape = 0, growth = 0;
  std::vector<const SaturationCurve*> worst;
  for (const SaturationCurve& curve : curves) {
    escape += curve.escape / double(curves.size());
    growth += curve.growth / double(curves.size());
    if (curve.escape > 0) worst.push_back(&curve);
  }
  const bool handful = samples < kFewestSamples;
  if (!handful && escape <= kMostEscape) return std::nullopt;
  std::ranges::stable_sort(worst, std::ranges::greater{},
                           &SaturationCurve::growth);
  Finding finding;
  finding.kind = "too-few";
  finding.severity = handful ? Severity::kError : Severity::kWarning;
  finding.found =
      handful ? fmt::format("{} samples are too few for any range", samples)
              : fmt::format("{} samples do not show the ranges", samples);
  finding.evidence = fmt::format(
      "another sample is to be expected beyond the range of {:.1f} % of the "
      "values, by more than a tenth; the second half of the samples widened "
      "them by {:.1f} %",
      100 * escape, 100 * growth);
  finding.advice =
      fmt::format("calibrate with {} samples at least, chosen to differ",
                  std::max<int64_t>(2 * samples, 32));
  finding.numbers = {{"samples", double(samples)},
                     {"escape", escape},
                     {"mean_growth", growth},
                     {"values", double(curves.size())}};
  for (const SaturationCurve* curve : worst) {
    finding.names.push_back(curve->value);
  }
  return finding;
}

}  // namespace octet::doctor
