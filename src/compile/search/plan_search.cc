#include "compile/search/plan_search.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "compile/calibrate/sample_worker.h"
#include "compile/calibrate/structure_key.h"
#include "compile/plan/protect.h"
#include "compile/search/plan_trials.h"
#include "compile/search/sensitivity.h"
#include "engine/checksum.h"

namespace octet::compile {
namespace {

// Values whose gain and latency are measured one by one; the others follow in
// the order of what they lose.
constexpr int64_t kMostSingles = 24;
// Latencies are not known better.
constexpr double kResolution = 0.002;

constexpr double kTimingSeconds = 0.4;
constexpr int64_t kFewestRuns = 10, kMostRuns = 400;

class Search {
 public:
  Search(const Graph& graph, const Plan& plan, Precision protect,
         const SampleSource& samples, const SearchOptions& options)
      : graph_(graph),
        plan_(plan),
        protect_(protect),
        samples_(samples),
        options_(options),
        stored_(FindStoredValues(graph, plan)),
        trials_(graph, plan, protect, stored_, options) {}

  Result<FoundPlan> Run() {
    if (stored_.empty()) {
      return BadInput(
          "nothing is stored in int8 in this plan: there is "
          "nothing to search");
    }
    OCTET_RETURN_IF_ERROR(trials_.Open(Key()));
    OCTET_RETURN_IF_ERROR(Try().status());
    return Finished();
  }

 private:
  // Of what this is a search; the time it may take does not matter.
  std::string Key() const {
    std::string text = ToJson(plan_);
    for (int64_t i = 0; i < samples_.size(); ++i) {
      text += " " + samples_.Name(i);
    }
    text += fmt::format(" {} {} {} {}", Name(protect_), options_.max_drop,
                        options_.max_latency_ms, options_.accuracy_of);
    return fmt::format("{:016x}-{:016x}", GraphKey(graph_),
                       engine::Checksum(std::as_bytes(std::span(text))));
  }

  // All of the search; false if it ended before it was through.
  Result<bool> Try() {
    for (const Choice& choice : {float_, all_}) {
      OCTET_ASSIGN(const bool go_on, trials_.Measure(choice, true));
      if (!go_on) return false;
    }
    if (trials_.MeetsDrop(all_) || !trials_.MeetsLatency(all_)) return true;
    OCTET_ASSIGN(const bool ranked, Rank());
    if (!ranked) return false;
    OCTET_ASSIGN(const bool grown, Grow());
    if (!grown) return false;
    return TakeBack();
  }

  // Orders the values by noise gained for latency lost.
  Result<bool> Rank() {
    SensitivityOptions inner;
    inner.samples = options_.samples;
    inner.nodes = false;
    inner.gains = kMostSingles;
    inner.threads = options_.threads;
    if (!options_.state_path.empty()) {
      inner.state_path = options_.state_path + ".sensitivity";
    }
    inner.resume = options_.resume;
    inner.progress = options_.progress;
    inner.stop = [this] { return trials_.IsOver(); };
    Result<Sensitivity> measured =
        MeasureSensitivity(graph_, plan_, protect_, samples_, inner);
    if (!measured.ok()) {
      if (trials_.end() != SearchEnd::kFinished) return false;
      return measured.status();
    }
    struct Ranked {
      size_t value;
      double worth;
    };
    std::vector<Ranked> singles;
    std::vector<size_t> others;
    for (const UnitSensitivity& row : measured->values) {
      const size_t value = IndexOf(row.name);
      if (!row.has_gain) {
        others.push_back(value);
        continue;
      }
      const Choice single{.is_float = false, .kept = {value}};
      OCTET_ASSIGN(const bool go_on, trials_.Measure(single, false));
      if (!go_on) return false;
      if (!trials_.IsPossible(single)) continue;
      const double base = trials_.LatencyMs(all_);
      const double lost =
          std::max(trials_.LatencyMs(single) - base, kResolution * base);
      singles.push_back({value, row.gain.mean / lost});
    }
    std::ranges::stable_sort(singles, std::greater<>(), &Ranked::worth);
    for (const Ranked& ranked : singles) order_.push_back(ranked.value);
    order_.insert(order_.end(), others.begin(), others.end());
    return true;
  }

  size_t IndexOf(const std::string& name) const {
    size_t index = 0;
    while (trials_.NameOf(index) != name) ++index;
    return index;
  }

  Choice Prefix(size_t count) const {
    Choice choice;
    choice.kept.assign(order_.begin(), order_.begin() + int64_t(count));
    std::ranges::sort(choice.kept);
    return choice;
  }

  // Enough is kept, or more would be too slow.
  Result<bool> Measure(size_t count, bool& enough) {
    const Choice choice = Prefix(count);
    OCTET_ASSIGN(const bool go_on, trials_.Measure(choice, true));
    enough = trials_.MeetsDrop(choice) || !trials_.MeetsLatency(choice);
    return go_on;
  }

  // The fewest values in their order that are enough.
  Result<bool> Grow() {
    size_t too_few = 0, count = std::min<size_t>(1, order_.size());
    for (bool enough = false; !enough;
         count = std::min(2 * count, order_.size())) {
      OCTET_ASSIGN(const bool go_on, Measure(count, enough));
      if (!go_on) return false;
      if (enough) break;
      too_few = count;
      if (count == order_.size()) return true;
    }
    while (count - too_few > 1) {
      const size_t middle = too_few + (count - too_few) / 2;
      bool enough = false;
      OCTET_ASSIGN(const bool go_on, Measure(middle, enough));
      if (!go_on) return false;
      (enough ? count : too_few) = middle;
    }
    return true;
  }

  // Returns to int8 what can be spared, what is worth least first.
  Result<bool> TakeBack() {
    Choice choice = trials_.best();
    if (!trials_.MeetsDrop(choice)) return true;
    for (size_t i = order_.size(); i-- > 0;) {
      if (std::ranges::count(choice.kept, order_[i]) == 0) continue;
      Choice without = choice;
      std::erase(without.kept, order_[i]);
      OCTET_ASSIGN(const bool go_on, trials_.Measure(without, true));
      if (!go_on) return false;
      if (trials_.MeetsDrop(without) && trials_.IsPossible(without)) {
        choice = without;
      }
    }
    return true;
  }

  Result<FoundPlan> Finished() {
    Choice chosen = trials_.best();
    FoundPlan found;
    SearchResult& result = found.result;
    const bool compared =
        trials_.HasAccuracy(all_) && trials_.HasAccuracy(float_);
    if (compared) {
      result.all_int8 = trials_.Describe(all_);
      result.all_float = trials_.Describe(float_);
      // What is no faster than float repairs nothing.
      const bool repaired =
          trials_.MeetsDrop(chosen) &&
          trials_.LatencyMs(chosen) < trials_.LatencyMs(float_);
      result.fell_back = !trials_.LosesAtMost(all_, options_.fall_back_drop) &&
                         !repaired && trials_.MeetsLatency(float_) &&
                         trials_.end() == SearchEnd::kFinished;
      if (result.fell_back) chosen = float_;
      result.meets_drop = trials_.MeetsDrop(chosen);
    }
    result.max_drop = options_.max_drop;
    result.max_latency_ms = options_.max_latency_ms;
    result.meets_latency = trials_.MeetsLatency(chosen);
    result.chosen = trials_.Describe(chosen);
    result.frontier = trials_.Frontier();
    result.end = trials_.end();
    result.trials = trials_.trials();
    result.seconds = trials_.seconds();
    result.first_plan_seconds = trials_.first_plan_seconds();
    result.lowering_ms = trials_.lowering_ms();
    found.plan = trials_.PlanOf(chosen);
    OCTET_RETURN_IF_ERROR(trials_.SavePlan(chosen));
    return found;
  }

  const Graph& graph_;
  const Plan& plan_;
  const Precision protect_;
  const SampleSource& samples_;
  const SearchOptions& options_;
  const std::vector<StoredValue> stored_;
  PlanTrials trials_;
  std::vector<size_t> order_;  // values, the worthiest first
  const Choice all_;
  const Choice float_{.is_float = true, .kept = {}};
};

}  // namespace

Result<FoundPlan> SearchPlan(const Graph& graph, const Plan& plan,
                             Precision protect, const SampleSource& samples,
                             const SearchOptions& options) {
  return Search(graph, plan, protect, samples, options).Run();
}

Result<double> FastestSteps(const Engine& engine) {
  using Clock = std::chrono::steady_clock;
  OCTET_ASSIGN(Session session, Session::Create(engine));
  OCTET_RETURN_IF_ERROR(session.Run());
  session.SetTiming(true);
  const auto end = Clock::now() + std::chrono::duration<double>(kTimingSeconds);
  for (int64_t run = 0; run < kMostRuns; ++run) {
    if (run >= kFewestRuns && Clock::now() >= end) break;
    OCTET_RETURN_IF_ERROR(session.Run());
  }
  int64_t ns = 0;
  for (const StepTime& time : session.times()) ns += time.min_ns;
  return double(ns) / 1e6;
}

}  // namespace octet::compile
