#include "compile/search/auto_ranges.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "compile/calibrate/choose.h"
#include "compile/plan/classify.h"
#include "compile/search/activation_bounds.h"
#include "compile/search/bias_correction.h"
#include "compile/search/boundary_error.h"
#include "compile/search/fold_scales.h"
#include "compile/search/sample_mean.h"
#include "compile/search/value_rules.h"
#include "compile/search/weight_ranges.h"

namespace octet::compile {
namespace {

// Values are folded that gain at least so much by themselves. An error of
// weights is the same everywhere and adds up on its way, one of activations
// averages out: what a small gain comes to is seen at the end only.
constexpr double kLeastGains[] = {1.0, 1.3, 2.0};

// So many of the best trials are repaired: biases corrected, then weight ranges
// narrowed.
constexpr size_t kMostRepaired = 4;

constexpr int64_t kMacsOfTrial = int64_t{1} << 36;
constexpr int64_t kFewestSamples = 8, kMostSamples = 32;
// For the rules of single values.
constexpr int64_t kFewestOfValues = 4, kMostOfValues = 8;

struct Candidate {
  RangeTrial trial;
  RangeChoice rule;  // of all values that have none of their own
  Plan plan;
  std::vector<double> by_sample;  // dB
  // The trial that this one is a repair of is left only for a gain that stands
  // out from its scatter over samples.
  bool stands_out = true;
};

// Whether `repaired` is closer than `plain`, and not by chance.
bool IsClearGain(const std::vector<double>& repaired,
                 const std::vector<double>& plain) {
  std::vector<double> gains;
  for (size_t i = 0; i < plain.size(); ++i) {
    gains.push_back(repaired[i] - plain[i]);
  }
  const SampleMean gain = MeanOf(gains);
  return gain.mean > 0 && gain.StandsOut();
}

// Samples for a trial: as many as keep its work about the same for every model.
int64_t TrialSamples(const Graph& graph) {
  int64_t macs = 1;
  for (const Node& node : graph.nodes) macs += CountMacs(graph, node);
  return std::clamp(kMacsOfTrial / macs, kFewestSamples, kMostSamples);
}

// All products that a plan of the graph may fold into or correct.
std::vector<NodeId> MeasurableProducts(const Graph& graph, const Plan& plan) {
  std::vector<NodeId> products = FoldableReaders(graph, plan);
  std::ranges::copy(CorrectableProducts(graph, plan),
                    std::back_inserter(products));
  std::ranges::sort(products);
  const auto repeated = std::ranges::unique(products);
  products.erase(repeated.begin(), repeated.end());
  return products;
}

class Measuring {
 public:
  Measuring(const Graph& graph, const Ranges& ranges, const Plan& proposed,
            const SampleSource& samples, const MeasureOptions& options)
      : graph_(graph),
        ranges_(ranges),
        proposed_(proposed),
        samples_(samples),
        options_(options) {}

  Result<AutoRanges> Run() {
    OCTET_ASSIGN(pool_, ThreadPool::Create(options_.threads));
    OCTET_ASSIGN(
        boundary_,
        Boundary::Observe(graph_, BoundaryValues(graph_, proposed_), samples_,
                          TrialSamples(graph_), options_.threads));
    for (const RangeChoice& rule : options_.rules) {
      OCTET_RETURN_IF_ERROR(AddRule(rule, {}));
    }
    OCTET_RETURN_IF_ERROR(AddOwnRules());
    SortCandidates();
    const size_t standing =
        size_t(std::ranges::count(candidates_, true, &Candidate::stands_out));
    const size_t repaired = std::min(standing, kMostRepaired);
    for (size_t i = 0; i < repaired; ++i) {
      OCTET_ASSIGN(const size_t better,
                   Repaired(i, &Measuring::CorrectBiasesOf));
      if (!options_.narrow) continue;
      OCTET_RETURN_IF_ERROR(
          Repaired(better, &Measuring::ClipWeightsOf).status());
    }
    SortCandidates();
    AutoRanges result;
    result.plan = std::move(candidates_[0].plan);
    for (Candidate& candidate : candidates_) {
      result.trials.push_back(std::move(candidate.trial));
    }
    return result;
  }

 private:
  // Whether there was anything to do.
  using Repair = bool (Measuring::*)(Candidate&);

  // The best rule so far, but for values that another one suits better.
  Status AddOwnRules() {
    if (options_.own.empty()) return {};
    SortCandidates();
    ValueRuleOptions measure;
    measure.common = candidates_[0].rule;
    measure.choices = options_.own;
    measure.samples =
        std::clamp(TrialSamples(graph_) / 4, kFewestOfValues, kMostOfValues);
    measure.threads = options_.threads;
    OCTET_ASSIGN(
        const std::vector<ValueRule> own,
        MeasureValueRules(graph_, ranges_, proposed_, samples_, measure));
    return own.empty() ? Status() : AddRule(measure.common, own);
  }

  Status AddRule(const RangeChoice& rule, const std::vector<ValueRule>& own) {
    Candidate plain;
    plain.rule = rule;
    plain.plan = proposed_;
    plain.trial.rule = rule.ToString();
    if (!own.empty()) {
      plain.trial.rule += fmt::format(", {} values by their own", own.size());
    }
    OwnChoices choices;
    for (const ValueRule& one : own) {
      choices[one.value] = one.choice;
      plain.trial.own.push_back(
          {one.value, one.choice.ToString(), one.gain_db});
    }
    OCTET_RETURN_IF_ERROR(
        ChooseParams(graph_, ranges_, rule, plain.plan, choices));
    if (candidates_.empty()) OCTET_RETURN_IF_ERROR(DrawProducts(plain.plan));
    std::vector<Folding> foldings;
    if (options_.fold) {
      foldings = FindFoldings(graph_, ranges_, trials_, plain.plan, *pool_);
    }
    OCTET_RETURN_IF_ERROR(Measure(plain));
    size_t best = candidates_.size();
    candidates_.push_back(std::move(plain));
    if (options_.narrow) {
      OCTET_ASSIGN(best, Repaired(best, &Measuring::BoundActivationsOf));
    }
    return AddFolded(best, foldings);
  }

  // A trial with folding in several degrees.
  Status AddFolded(size_t of, const std::vector<Folding>& foldings) {
    size_t before = 0;
    for (double least : kLeastGains) {
      const auto gains = [&](const Folding& f) { return f.gain >= least; };
      const size_t count = size_t(std::ranges::count_if(foldings, gains));
      if (count == 0 || count == before) continue;
      before = count;
      Candidate folded = candidates_[of];
      folded.trial.rule += fmt::format(", {} values folded", count);
      for (const Folding& folding : foldings) {
        if (gains(folding)) Fold(graph_, folding, folded.plan);
      }
      OCTET_RETURN_IF_ERROR(Measure(folded));
      candidates_.push_back(std::move(folded));
    }
    return {};
  }

  Status DrawProducts(const Plan& plan) {
    WindowOptions draw;
    draw.threads = options_.threads;
    OCTET_ASSIGN(
        WindowSamples windows,
        DrawWindows(graph_, MeasurableProducts(graph_, plan), samples_, draw));
    trials_ = MakeProductTrials(graph_, std::move(windows), *pool_);
    return {};
  }

  // Adds a trial with a repair, and returns the better one's place.
  Result<size_t> Repaired(size_t of, Repair repair) {
    Candidate repaired = candidates_[of];
    if (!(this->*repair)(repaired)) return of;
    OCTET_RETURN_IF_ERROR(Measure(repaired));
    repaired.stands_out =
        IsClearGain(repaired.by_sample, candidates_[of].by_sample);
    if (!repaired.stands_out) repaired.trial.rule += ", no clear gain";
    const size_t better = repaired.stands_out ? candidates_.size() : of;
    candidates_.push_back(std::move(repaired));
    return better;
  }

  bool BoundActivationsOf(Candidate& candidate) {
    const std::vector<ActivationBound> bounds =
        MeasureActivationBounds(graph_, trials_, candidate.plan, *pool_);
    candidate.trial.rule += fmt::format(", {} values bounded", bounds.size());
    BoundActivations(bounds, candidate.plan);
    return !bounds.empty();
  }

  // Weights that are held shift means in another way: biases follow.
  bool ClipWeightsOf(Candidate& candidate) {
    const std::vector<WeightClip> clips =
        MeasureWeightClips(graph_, trials_, candidate.plan, *pool_);
    if (clips.empty()) return false;
    candidate.trial.rule += fmt::format(", {} weight ranges", clips.size());
    ClipWeights(clips, candidate.plan);
    CorrectBiases(MeasureBiasShifts(graph_, trials_, candidate.plan, *pool_),
                  candidate.plan);
    return true;
  }

  bool CorrectBiasesOf(Candidate& candidate) {
    const std::vector<BiasShift> shifts =
        MeasureBiasShifts(graph_, trials_, candidate.plan, *pool_);
    candidate.trial.rule += fmt::format(", {} biases corrected", shifts.size());
    CorrectBiases(shifts, candidate.plan);
    return !shifts.empty();
  }

  Status Measure(Candidate& candidate) const {
    OCTET_ASSIGN(Closeness closeness,
                 boundary_.Measure(graph_, candidate.plan));
    candidate.trial.sqnr_db = closeness.sqnr_db;
    candidate.by_sample = std::move(closeness.by_sample);
    return {};
  }

  void SortCandidates() {
    std::ranges::stable_sort(candidates_, std::greater<>(),
                             [](const Candidate& c) {
                               return std::pair(c.stands_out, c.trial.sqnr_db);
                             });
  }

  const Graph& graph_;
  const Ranges& ranges_;
  const Plan& proposed_;
  const SampleSource& samples_;
  const MeasureOptions& options_;
  std::unique_ptr<ThreadPool> pool_;
  ProductTrials trials_;
  Boundary boundary_;
  std::vector<Candidate> candidates_;
};

}  // namespace

MeasureOptions AutoMeasureOptions(int threads) {
  MeasureOptions options;
  options.rules = {{RangeRule::kMse, 0},
                   {RangeRule::kMinMax, 0},
                   {RangeRule::kPercentile, 99.99}};
  options.own = options.rules;
  options.own.push_back({RangeRule::kPercentile, 99.9});
  options.own.push_back({RangeRule::kMeanMinMax, 0});
  options.own.push_back({RangeRule::kEntropy, 0});
  options.threads = threads;
  return options;
}

Result<AutoRanges> ChooseRangesByMeasure(const Graph& graph,
                                         const Ranges& ranges,
                                         const Plan& proposed,
                                         const SampleSource& samples,
                                         const MeasureOptions& options) {
  return Measuring(graph, ranges, proposed, samples, options).Run();
}

}  // namespace octet::compile
