// Plans that keep some values out of int8, each measured once.
#ifndef OCTET_COMPILE_SEARCH_PLAN_TRIALS_H_
#define OCTET_COMPILE_SEARCH_PLAN_TRIALS_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/plan/protect.h"
#include "compile/search/drop.h"
#include "compile/search/search_state.h"
#include "compile/search/structure_rules.h"
#include "octet/search.h"

namespace octet::compile {

// What is kept out of int8, and in which precision.
struct Choice {
  bool is_float = false;     // everything
  std::vector<size_t> kept;  // else these stored values, ascending
  Precision precision = Precision::kF32;

  static Choice Whole(Precision precision) {
    return {.is_float = true, .kept = {}, .precision = precision};
  }
  // Where nothing is kept there is no precision to tell apart.
  static Choice Keeping(std::vector<size_t> kept, Precision precision) {
    if (kept.empty()) return {};
    return {.is_float = false, .kept = std::move(kept), .precision = precision};
  }
  // The same with this value in int8 again.
  Choice Without(size_t value) const {
    std::vector<size_t> others = kept;
    std::erase(others, value);
    return Keeping(std::move(others), precision);
  }
  bool operator==(const Choice&) const = default;
};

class PlanTrials {
 public:
  //   peaks: as WithMovedPeaks gives them.
  // All of them outlive it.
  PlanTrials(const Graph& graph, const Plan& plan,
             const std::map<std::string, float>& peaks,
             const std::vector<StoredValue>& stored,
             const std::vector<Proposal>& proposals,
             const SearchOptions& options);

  // Reads the state, if the search is to go on, and writes the plan with
  // everything in int8: from here on there is one on disk.
  //   key: of what the search is.
  Status Open(const std::string& key);

  // Measures what is not known yet of a choice.
  //   returns: false if the search is over: out of time, or stopped.
  Result<bool> Measure(const Choice& choice, bool accuracy);

  // Times choices that are to be compared in turns, so that what else the
  // machine does slows all of them alike. Nothing if all were timed before.
  //   returns: as Measure.
  Result<bool> TimeTogether(const std::vector<Choice>& choices);

  // True once time is up or the caller wants to stop; says so in end().
  bool IsOver();
  SearchEnd end() const { return end_; }

  // Of choices that were measured; the float model and everything in int8 are.
  bool IsPossible(const Choice& choice) const;
  double LatencyMs(const Choice& choice) const;
  double Accuracy(const Choice& choice) const;
  bool HasAccuracy(const Choice& choice) const;
  // From the float model.
  Drop DropOf(const Choice& choice) const;
  // It is not shown to lose more than `most`.
  bool LosesAtMost(const Choice& choice, double most) const;
  bool MeetsDrop(const Choice& choice) const {
    return LosesAtMost(choice, options_.max_drop);
  }
  // It is shown to lose no more than that.
  bool ShowsDrop(const Choice& choice) const;
  bool MeetsLatency(const Choice& choice) const;

  // Of the choices with anything in int8 that are faster than the float model,
  // within the latency, and lose at most so much.
  std::optional<Choice> MostAccurateFaster(double most_lost) const;

  // Whether it is faster than the float model.
  bool IsFaster(const Choice& choice) const;

  // The best choice so far but for float models: see octet/search.h.
  const Choice& best() const { return best_; }

  SearchTrial Describe(const Choice& choice) const;
  // Plans of which none is both slower and less accurate.
  std::vector<SearchTrial> Frontier() const;
  // The plan of a choice, its reasons saying what each value is worth.
  Plan PlanOf(const Choice& choice) const;

  // Nowhere without a path.
  Status SavePlan(const Choice& choice) const;

  int64_t trials() const { return int64_t(known_.size()); }
  double seconds() const;
  double first_plan_seconds() const { return state_.first_plan_seconds; }
  double lowering_ms() const;
  const std::string& NameOf(size_t value) const;

 private:
  std::string Signature(const Choice& choice) const;
  const SearchState::Trial& Known(const Choice& choice) const;
  // Empty where there is none of it.
  Result<std::optional<Engine>> Lowered(const Choice& choice,
                                        SearchState::Trial& trial);
  Result<double> TimeOf(const Engine& engine) const;
  Status Run(const Choice& choice, bool accuracy, SearchState::Trial& trial);
  bool IsBetter(const Choice& a, const Choice& b) const;
  std::string Worth(const Choice& choice, size_t value) const;
  std::string WhyKept(const Choice& choice, size_t value) const;
  double ShareOf(const Plan& plan) const;
  Status Save();

  const Graph& graph_;
  const Plan& plan_;
  const std::map<std::string, float>& peaks_;
  const std::vector<StoredValue>& stored_;
  const std::vector<Proposal>& proposals_;
  const SearchOptions& options_;
  const std::chrono::steady_clock::time_point start_;
  double before_ = 0;  // seconds of earlier runs
  SearchState state_;
  std::vector<Choice> known_;  // with an accuracy, in the order of trial
  Choice best_;
  SearchEnd end_ = SearchEnd::kFinished;
  double lowering_seconds_ = 0;
  int64_t lowered_ = 0;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_PLAN_TRIALS_H_
