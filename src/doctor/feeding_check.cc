#include "doctor/feeding_check.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace octet::doctor {
namespace {

constexpr size_t kScreened = 12;  // samples of the first look
constexpr size_t kConfirmed = 256;
constexpr size_t kPromising = 3;
// How much better than the current feeding another may be than it looks in so
// few.
constexpr double kScreenedGain = 0.1;
// Nats per sample, and its standard errors, that another feeding must gain.
constexpr double kLeastGain = 0.05;
constexpr double kLeastErrors = 3;
constexpr double kAsSure = 0.005, kMuchSurer = 0.2;
constexpr double kMuchNearer = 1;  // in the logarithm
// Deviations of a normalized first layer lie well inside these.
constexpr double kLeastFirst = 0.03, kMostFirst = 30;
constexpr double kGoodFirst = 10;

// `count` of them, spread over all.
std::vector<int64_t> Spread(const std::vector<int64_t>& indices, size_t count) {
  std::vector<int64_t> chosen;
  count = std::min(count, indices.size());
  for (size_t i = 0; i < count; ++i) {
    chosen.push_back(indices[i * indices.size() / count]);
  }
  return chosen;
}

double DistanceFromOne(double first_layer) {
  return first_layer > 0 ? std::abs(std::log(first_layer)) : HUGE_VAL;
}

// The gain in nats per sample, or 0 where it may be chance, or where the other
// feeding only makes answers varied: they have to be as sure, unless the first
// layer comes much nearer to a normalized one, and much surer where it goes
// away from that. Answers to noise are varied, and all answers are the same
// where all samples are of one class.
double GainOf(const FeedingTrial& current, const FeedingTrial& other) {
  const std::vector<double>& a = current.answers.of_sample;
  const std::vector<double>& b = other.answers.of_sample;
  const auto n = double(a.size());
  double sum = 0, squares = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    sum += b[i] - a[i];
    squares += (b[i] - a[i]) * (b[i] - a[i]);
  }
  const double mean = sum / n;
  const double error = std::sqrt(std::max(0.0, squares / n - mean * mean) /
                                 std::max(n - 1, 1.0));
  const double surer = other.answers.confidence - current.answers.confidence;
  const double nearer =
      DistanceFromOne(current.first_layer) - DistanceFromOne(other.first_layer);
  const bool plausible = nearer > kMuchNearer || surer > kMuchSurer ||
                         (nearer > -kMuchNearer && surer > -kAsSure);
  const bool clear = mean > kLeastGain && mean > kLeastErrors * error;
  return clear && plausible ? mean : 0;
}

Finding Describe(const FeedingTrial& current, const FeedingTrial& better,
                 bool coloured, const std::string& evidence) {
  Finding finding;
  finding.kind = "preprocessing";
  finding.severity = Severity::kError;
  const Feeding& to = better.feeding;
  const bool swapped = current.feeding.bgr != to.bgr;
  finding.found =
      fmt::format("the pictures are fed as {}; the network was trained on {}{}",
                  current.feeding.name, to.name,
                  swapped ? " (red and blue are swapped)" : "");
  finding.evidence = evidence;
  finding.advice =
      fmt::format("--preprocess FILE.toml with {}", ToToml(to, coloured));
  finding.numbers = {{"information", current.answers.mean},
                     {"information_of_better", better.answers.mean},
                     {"confidence", current.answers.confidence},
                     {"confidence_of_better", better.answers.confidence},
                     {"first_layer", current.first_layer},
                     {"first_layer_of_better", better.first_layer}};
  finding.names = {to.name};
  return finding;
}

// Of the order of colours and of the normalization.
int Changes(const Feeding& from, const Feeding& to) {
  const bool swaps = from.bgr != to.bgr;
  const Feeding same = swaps ? SwapColours(from) : from;
  return int(swaps) + int(same.mean != to.mean || same.scale != to.scale);
}

std::optional<Finding> JudgeByAnswers(const std::vector<FeedingTrial>& trials,
                                      bool coloured) {
  const FeedingTrial* best = nullptr;
  double most = 0;
  for (size_t i = 1; i < trials.size(); ++i) {
    most = std::max(most, GainOf(trials[0], trials[i]));
  }
  // Of equals the one that changes less, then the one that a normalized network
  // would have been fed.
  const auto less_likely = [&](const FeedingTrial& a, const FeedingTrial& b) {
    const int a_changes = Changes(trials[0].feeding, a.feeding);
    const int b_changes = Changes(trials[0].feeding, b.feeding);
    if (a_changes != b_changes) return a_changes > b_changes;
    return DistanceFromOne(a.first_layer) > DistanceFromOne(b.first_layer);
  };
  for (size_t i = 1; i < trials.size() && most > 0; ++i) {
    if (GainOf(trials[0], trials[i]) < most - kLeastGain) continue;
    if (best == nullptr || less_likely(*best, trials[i])) best = &trials[i];
  }
  if (best == nullptr) return std::nullopt;
  const FeedingTrial& current = trials[0];
  return Describe(
      current, *best, coloured,
      fmt::format(
          "on {} samples its answers say {:.2f} nats of each, and {:.2f} "
          "when fed that way; confidence {:.2f} and {:.2f}; the first "
          "layer's outputs deviate by {:.3g} and {:.3g}",
          current.answers.of_sample.size(), current.answers.mean,
          best->answers.mean, current.answers.confidence,
          best->answers.confidence, current.first_layer, best->first_layer));
}

// Only scales can be told this way, and only by their order of magnitude.
std::optional<Finding> JudgeByFirstLayer(
    const std::vector<FeedingTrial>& trials, bool coloured) {
  const FeedingTrial& current = trials[0];
  const double now = current.first_layer;
  if (now == 0 || (now > kLeastFirst && now < kMostFirst)) return std::nullopt;
  const FeedingTrial* best = nullptr;
  for (size_t i = 1; i < trials.size(); ++i) {
    const FeedingTrial& other = trials[i];
    if (other.feeding.bgr != current.feeding.bgr ||
        other.first_layer > kGoodFirst || other.first_layer < 1 / kGoodFirst) {
      continue;
    }
    if (best == nullptr || DistanceFromOne(other.first_layer) <
                               DistanceFromOne(best->first_layer)) {
      best = &other;
    }
  }
  if (best == nullptr) return std::nullopt;
  Finding finding = Describe(
      current, *best, coloured,
      fmt::format("the first layer's outputs deviate by {:.3g}, those of a "
                  "trained one by about 1; fed that way by {:.3g}. The outputs "
                  "are neither classes nor detections, so this is all there is "
                  "to tell by",
                  now, best->first_layer));
  finding.severity = Severity::kWarning;
  finding.found =
      fmt::format("the pictures are fed as {}; the network looks trained on {}",
                  current.feeding.name, best->feeding.name);
  return finding;
}

// The current feeding, and those that may be better: the same with swapped
// colours, the best of the first look and their twins with swapped colours,
// which so few samples hardly tell apart.
std::vector<Feeding> Promising(const std::vector<FeedingTrial>& screened,
                               bool coloured) {
  const double now = screened[0].answers.mean;
  std::vector<const FeedingTrial*> order;
  for (size_t i = 1; i < screened.size(); ++i) {
    if (screened[i].answers.mean > now - kScreenedGain) {
      order.push_back(&screened[i]);
    }
  }
  std::ranges::stable_sort(
      order, std::ranges::greater{},
      [](const FeedingTrial* t) { return t->answers.mean; });
  order.resize(std::min(order.size(), kPromising));
  std::vector<Feeding> promising = {screened[0].feeding};
  if (order.empty()) return promising;
  const auto add = [&](const Feeding& feeding) {
    const bool known = std::ranges::any_of(
        promising, [&](const Feeding& f) { return f.name == feeding.name; });
    if (!known) promising.push_back(feeding);
  };
  if (coloured) add(SwapColours(screened[0].feeding));
  for (const FeedingTrial* trial : order) {
    add(trial->feeding);
    if (coloured) add(SwapColours(trial->feeding));
  }
  return promising;
}

}  // namespace

std::optional<Finding> JudgeFeedings(const std::vector<FeedingTrial>& trials,
                                     bool coloured) {
  return trials[0].answers.of_sample.empty()
             ? JudgeByFirstLayer(trials, coloured)
             : JudgeByAnswers(trials, coloured);
}

Result<std::optional<Finding>> CheckFeeding(const Engine& engine,
                                            const SampleSource& samples,
                                            const std::vector<int64_t>& indices,
                                            const FeedingOptions& options) {
  std::vector<Feeding> feedings =
      OtherFeedings(options.current, options.coloured);
  feedings.insert(feedings.begin(), options.current);
  OCTET_ASSIGN(const std::vector<FeedingTrial> screened,
               TryFeedings(engine, samples, Spread(indices, kScreened),
                           feedings, options));
  if (!options.answers) return JudgeFeedings(screened, options.coloured);
  const std::vector<Feeding> promising = Promising(screened, options.coloured);
  if (promising.size() == 1) return std::optional<Finding>();
  OCTET_ASSIGN(const std::vector<FeedingTrial> confirmed,
               TryFeedings(engine, samples, Spread(indices, kConfirmed),
                           promising, options));
  return JudgeFeedings(confirmed, options.coloured);
}

}  // namespace octet::doctor
