#include "compile/search/auto_ranges.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "compile/calibrate/choose.h"
#include "compile/plan/classify.h"
#include "compile/search/boundary_error.h"
#include "compile/search/fold_scales.h"

namespace octet::compile {
namespace {

constexpr RangeChoice kChoices[] = {{RangeRule::kMse, 0},
                                    {RangeRule::kMinMax, 0},
                                    {RangeRule::kPercentile, 99.99}};

// Values are folded that gain at least so much by themselves. An error of
// weights is the same everywhere and adds up on its way, one of activations
// averages out: what a small gain comes to is seen at the end only.
constexpr double kLeastGains[] = {1.0, 1.3, 2.0};

constexpr int64_t kMacsOfTrial = int64_t{1} << 36;
constexpr int64_t kFewestSamples = 8, kMostSamples = 32;

struct Candidate {
  RangeTrial trial;
  Plan plan;
};

// The plan without folding, and with it in several degrees.
void AddCandidates(const Graph& graph, const std::vector<Folding>& foldings,
                   const std::string& rule, Plan plain,
                   std::vector<Candidate>& candidates) {
  size_t before = 0;
  std::vector<Candidate> folded;
  for (double least : kLeastGains) {
    const auto gains = [&](const Folding& f) { return f.gain >= least; };
    const size_t count = size_t(std::ranges::count_if(foldings, gains));
    if (count == 0 || count == before) continue;
    before = count;
    Candidate& here = folded.emplace_back();
    here.trial.rule = fmt::format("{}, {} values folded", rule, count);
    here.plan = plain;
    for (const Folding& folding : foldings) {
      if (gains(folding)) Fold(graph, folding, here.plan);
    }
  }
  candidates.push_back({{rule, 0}, std::move(plain)});
  std::ranges::move(folded, std::back_inserter(candidates));
}

// Samples for a trial: as many as keep its work about the same for every model.
int64_t TrialSamples(const Graph& graph) {
  int64_t macs = 1;
  for (const Node& node : graph.nodes) macs += CountMacs(graph, node);
  return std::clamp(kMacsOfTrial / macs, kFewestSamples, kMostSamples);
}

}  // namespace

Result<AutoRanges> ChooseRangesByMeasure(const Graph& graph,
                                         const Ranges& ranges,
                                         const Plan& proposed,
                                         const SampleSource& samples,
                                         int threads) {
  std::vector<Candidate> candidates;
  WindowSamples windows;
  for (const RangeChoice& choice : kChoices) {
    Plan plain = proposed;
    OCTET_RETURN_IF_ERROR(ChooseParams(graph, ranges, choice, plain));
    if (candidates.empty()) {
      WindowOptions draw;
      draw.threads = threads;
      OCTET_ASSIGN(windows, DrawWindows(graph, FoldableReaders(graph, plain),
                                        samples, draw));
    }
    const std::vector<Folding> foldings =
        FindFoldings(graph, ranges, windows, plain);
    AddCandidates(graph, foldings, choice.ToString(), std::move(plain),
                  candidates);
  }
  OCTET_ASSIGN(const Boundary boundary,
               Boundary::Observe(graph, BoundaryValues(graph, proposed),
                                 samples, TrialSamples(graph), threads));
  for (Candidate& candidate : candidates) {
    OCTET_ASSIGN(candidate.trial.sqnr_db,
                 boundary.SqnrDb(graph, candidate.plan));
  }
  std::ranges::stable_sort(candidates, std::greater<>(),
                           [](const Candidate& c) { return c.trial.sqnr_db; });
  AutoRanges result;
  result.plan = std::move(candidates[0].plan);
  for (Candidate& candidate : candidates) {
    result.trials.push_back(std::move(candidate.trial));
  }
  return result;
}

}  // namespace octet::compile
