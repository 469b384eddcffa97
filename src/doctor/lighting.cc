#include "doctor/lighting.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace octet::doctor {
namespace {

constexpr double kLeastShare = 0.1;
constexpr double kMostRatio = 0.2;
constexpr double kChance = 1e-3;
constexpr double kFar = 2;  // deviations of the calibration set

struct Side {
  const char* words;
  double SampleFacts::*feature;
  bool low;  // the part below a bound, or above it
};
constexpr Side kSides[] = {{"darker", &SampleFacts::brightness, true},
                           {"brighter", &SampleFacts::brightness, false},
                           {"flatter", &SampleFacts::contrast, true},
                           {"harsher", &SampleFacts::contrast, false}};

// Pictures on the far side of a bound.
struct Part {
  const Side* side = nullptr;
  double bound = 0;
  size_t there = 0, here = 0;
  double excess = 0;  // the share there less the share here
};

std::vector<double> Sorted(std::span<const SampleFacts> facts,
                           const Side& side) {
  std::vector<double> numbers;
  for (const SampleFacts& sample : facts) {
    if (sample.thumbnail.empty()) continue;
    // Mirrored for the upper end, so that the part is always the lower one.
    numbers.push_back(side.low ? sample.*side.feature
                               : -(sample.*side.feature));
  }
  std::ranges::sort(numbers);
  return numbers;
}

// The chance of at most k of n samples in a part that has this share.
double ChanceOfSoFew(size_t k, size_t n, double share) {
  double term = std::pow(1 - share, double(n)), sum = term;
  for (size_t i = 1; i <= k; ++i) {
    term *= double(n - i + 1) / double(i) * share / (1 - share);
    sum += term;
  }
  return sum;
}

double MeanOf(std::span<const double> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0) /
         double(numbers.size());
}

double DeviationOf(std::span<const double> numbers) {
  const double mean = MeanOf(numbers);
  double squares = 0;
  for (const double x : numbers) squares += (x - mean) * (x - mean);
  return std::sqrt(squares / double(numbers.size()));
}

// The part on one side whose shares differ most; `there` is 0 if there is none.
Part MissingPart(const Side& side, const std::vector<double>& calibration,
                 const std::vector<double>& evaluation) {
  Part best;
  if (calibration.empty()) return best;
  const double far = MeanOf(calibration) - kFar * DeviationOf(calibration);
  double sum = 0;
  for (size_t i = 0; i + 1 < evaluation.size(); ++i) {
    const double bound = evaluation[i];
    sum += bound;
    const double share = double(i + 1) / double(evaluation.size());
    const auto here = size_t(std::ranges::upper_bound(calibration, bound) -
                             calibration.begin());
    const bool missing =
        share >= kLeastShare && sum / double(i + 1) < far &&
        double(here) <= kMostRatio * share * double(calibration.size()) &&
        ChanceOfSoFew(here, calibration.size(), share) < kChance;
    const double excess = share - double(here) / double(calibration.size());
    if (missing && excess > best.excess) {
      best = {&side, side.low ? bound : -bound, i + 1, here, excess};
    }
  }
  return best;
}

Finding Describe(const Part& part, std::span<const SampleFacts> evaluation,
                 size_t calibration_size, size_t evaluation_size) {
  const bool is_brightness = part.side->feature == &SampleFacts::brightness;
  Finding finding;
  finding.kind = "missing-light";
  finding.found = fmt::format(
      "{:.0f} % of the evaluation pictures are {} than {:.4g} in {}, and {} of "
      "{} calibration pictures",
      100 * double(part.there) / double(evaluation_size), part.side->words,
      part.bound, is_brightness ? "mean" : "deviation", part.here,
      calibration_size);
  for (const SampleFacts& sample : evaluation) {
    if (sample.thumbnail.empty()) continue;
    const double x = sample.*part.side->feature;
    if (part.side->low ? x <= part.bound : x >= part.bound) {
      finding.names.push_back(sample.name);
    }
  }
  finding.evidence = fmt::format("{} of {} there, e.g. {}", part.there,
                                 evaluation_size, FirstNames(finding.names));
  finding.advice = fmt::format(
      "add such pictures (not these) to the calibration set: about {}",
      std::max<size_t>(1, part.there * calibration_size / evaluation_size));
  finding.numbers = {{"bound", part.bound},
                     {"evaluation", double(part.there)},
                     {"of_evaluation", double(evaluation_size)},
                     {"calibration", double(part.here)},
                     {"of_calibration", double(calibration_size)}};
  return finding;
}

}  // namespace

std::optional<Finding> FindMissingLight(
    std::span<const SampleFacts> calibration,
    std::span<const SampleFacts> evaluation) {
  Part best;
  size_t here = 0, there = 0;
  for (const Side& side : kSides) {
    const std::vector<double> a = Sorted(calibration, side);
    const std::vector<double> b = Sorted(evaluation, side);
    here = a.size();
    there = b.size();
    const Part part = MissingPart(side, a, b);
    if (part.excess > best.excess) best = part;
  }
  if (best.there == 0) return std::nullopt;
  return Describe(best, evaluation, here, there);
}

}  // namespace octet::doctor
