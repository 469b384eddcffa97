#include "compile/search/plan_trials.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "compile/lower/lower.h"
#include "compile/plan/classify.h"
#include "compile/plan/propose.h"
#include "compile/search/fastest_steps.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

// How often engines that are compared are timed.
constexpr int kRounds = 3;

bool IsFinite(const Accuracy& accuracy) {
  return std::isfinite(accuracy.value) &&
         std::ranges::all_of(accuracy.without,
                             [](double x) { return std::isfinite(x); });
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace

PlanTrials::PlanTrials(const Graph& graph, const Plan& plan,
                       const std::map<std::string, float>& peaks,
                       const std::vector<StoredValue>& stored,
                       const std::vector<Proposal>& proposals,
                       const SearchOptions& options)
    : graph_(graph),
      plan_(plan),
      peaks_(peaks),
      stored_(stored),
      proposals_(proposals),
      options_(options),
      start_(std::chrono::steady_clock::now()) {}

Status PlanTrials::Open(const std::string& key) {
  state_.key = key;
  std::error_code ignored;  // reading it says what is wrong
  if (options_.resume && !options_.state_path.empty() &&
      std::filesystem::exists(options_.state_path, ignored)) {
    OCTET_RETURN_IF_ERROR(Load(options_.state_path, state_));
    before_ = state_.seconds;
    // The best plan of the run before stands until a better one is known.
    if (std::filesystem::exists(options_.plan_path, ignored)) return {};
  }
  OCTET_RETURN_IF_ERROR(SavePlan(best_));
  if (state_.first_plan_seconds == 0) state_.first_plan_seconds = seconds();
  return {};
}

double PlanTrials::seconds() const { return before_ + SecondsSince(start_); }

double PlanTrials::lowering_ms() const {
  return lowered_ > 0 ? 1e3 * lowering_seconds_ / double(lowered_) : 0.0;
}

const std::string& PlanTrials::NameOf(size_t value) const {
  return graph_.values[size_t(stored_[value].value)].name;
}

bool PlanTrials::IsOver() {
  if (end_ != SearchEnd::kFinished) return true;
  if (options_.stop && options_.stop())
    end_ = SearchEnd::kStopped;
  else if (seconds() > options_.seconds)
    end_ = SearchEnd::kOutOfTime;
  return end_ != SearchEnd::kFinished;
}

std::string PlanTrials::Signature(const Choice& choice) const {
  const std::string precision(Name(choice.precision));
  if (choice.is_float) return "everything in " + precision;
  std::string signature;
  for (size_t value : choice.kept) {
    signature += (signature.empty() ? precision + ": " : " + ") + NameOf(value);
  }
  return signature;
}

const SearchState::Trial& PlanTrials::Known(const Choice& choice) const {
  static const SearchState::Trial kNothing;
  const auto found = state_.trials.find(Signature(choice));
  return found == state_.trials.end() ? kNothing : found->second;
}

Result<bool> PlanTrials::Measure(const Choice& choice, bool accuracy) {
  SearchState::Trial& trial = state_.trials[Signature(choice)];
  const bool is_new = !trial.latency_ms || (accuracy && !trial.accuracy);
  if (is_new && !trial.is_impossible) {
    if (IsOver()) return false;
    const Status run = Run(choice, accuracy, trial);
    OCTET_RETURN_IF_ERROR(Save());
    // Stopped amid the measurement: it is made anew when the search goes on.
    if (!run.ok() && IsOver() && end_ == SearchEnd::kStopped) return false;
    OCTET_RETURN_IF_ERROR(run);
  }
  if (!trial.accuracy || std::ranges::count(known_, choice) > 0) return true;
  known_.push_back(choice);
  if (options_.tried) options_.tried(Describe(choice));
  // Until the float model's accuracy is known there is nothing to compare.
  if (!HasAccuracy(Choice::Whole(Precision::kF32))) return true;
  if (choice.is_float || !IsBetter(choice, best_)) return true;
  best_ = choice;
  OCTET_RETURN_IF_ERROR(SavePlan(best_));
  return true;
}

Result<bool> PlanTrials::TimeTogether(const std::vector<Choice>& choices) {
  const bool is_new = std::ranges::any_of(choices, [&](const Choice& choice) {
    return !Known(choice).latency_ms && IsPossible(choice);
  });
  if (!is_new) return true;
  if (IsOver()) return false;
  std::vector<std::pair<SearchState::Trial*, Engine>> engines;
  for (const Choice& choice : choices) {
    SearchState::Trial& trial = state_.trials[Signature(choice)];
    OCTET_ASSIGN(const std::optional<Engine> engine, Lowered(choice, trial));
    if (!engine) continue;
    trial.latency_ms.reset();
    engines.emplace_back(&trial, *engine);
  }
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& [trial, engine] : engines) {
      OCTET_ASSIGN(const double ms, TimeOf(engine));
      trial->latency_ms = std::min(trial->latency_ms.value_or(ms), ms);
    }
  }
  OCTET_RETURN_IF_ERROR(Save());
  return true;
}

Result<std::optional<Engine>> PlanTrials::Lowered(const Choice& choice,
                                                  SearchState::Trial& trial) {
  const auto start = std::chrono::steady_clock::now();
  Result<Engine> engine = FinalEngineOf(graph_, PlanOf(choice));
  lowering_seconds_ += SecondsSince(start);
  ++lowered_;
  if (engine.ok()) return std::optional<Engine>(*std::move(engine));
  if (engine.status().code() != Code::kUnsupported) return engine.status();
  trial.is_impossible = true;
  return std::optional<Engine>();
}

Result<double> PlanTrials::TimeOf(const Engine& engine) const {
  return options_.latency_ms ? options_.latency_ms(engine)
                             : FastestSteps(engine);
}

Status PlanTrials::Run(const Choice& choice, bool accuracy,
                       SearchState::Trial& trial) {
  OCTET_ASSIGN(const std::optional<Engine> engine, Lowered(choice, trial));
  if (!engine) return {};
  if (!trial.latency_ms) {
    OCTET_ASSIGN(trial.latency_ms, TimeOf(*engine));
  }
  if (accuracy && !trial.accuracy) {
    OCTET_ASSIGN(const octet::Accuracy accuracy, options_.accuracy(*engine));
    if (!IsFinite(accuracy)) {
      return BadInput(
          "the accuracy {} of the plan with {} is no finite number, and so no "
          "drop can be told from it; verify on other samples or labels, or "
          "build without a budget",
          accuracy.value, choice.is_float ? "nothing in int8" : "int8");
    }
    trial.accuracy = accuracy;
  }
  return {};
}

bool PlanTrials::IsPossible(const Choice& choice) const {
  return !Known(choice).is_impossible;
}

double PlanTrials::LatencyMs(const Choice& choice) const {
  return Known(choice).latency_ms.value_or(0);
}

double PlanTrials::Accuracy(const Choice& choice) const {
  return Known(choice).accuracy.value_or(octet::Accuracy()).value;
}

bool PlanTrials::HasAccuracy(const Choice& choice) const {
  return Known(choice).accuracy.has_value();
}

Drop PlanTrials::DropOf(const Choice& choice) const {
  const Choice whole = Choice::Whole(Precision::kF32);
  if (!HasAccuracy(choice) || !HasAccuracy(whole)) return {};
  return DropBetween(*Known(whole).accuracy, *Known(choice).accuracy);
}

bool PlanTrials::LosesAtMost(const Choice& choice, double most) const {
  return HasAccuracy(choice) && IsAtMost(DropOf(choice), most);
}

bool PlanTrials::ShowsDrop(const Choice& choice) const {
  return HasAccuracy(choice) &&
         IsShownAtMost(DropOf(choice), options_.max_drop);
}

bool PlanTrials::MeetsLatency(const Choice& choice) const {
  return options_.max_latency_ms <= 0 ||
         LatencyMs(choice) <= options_.max_latency_ms;
}

bool PlanTrials::IsFaster(const Choice& choice) const {
  return LatencyMs(choice) < LatencyMs(Choice::Whole(Precision::kF32));
}

std::optional<Choice> PlanTrials::MostAccurateFaster(double most_lost) const {
  std::optional<Choice> found;
  for (const Choice& choice : known_) {
    if (choice.is_float || !IsFaster(choice) || !MeetsLatency(choice) ||
        !LosesAtMost(choice, most_lost)) {
      continue;
    }
    if (!found || Accuracy(choice) > Accuracy(*found)) found = choice;
  }
  return found;
}

bool PlanTrials::IsBetter(const Choice& a, const Choice& b) const {
  const bool fast_a = MeetsLatency(a), fast_b = MeetsLatency(b);
  if (fast_a != fast_b) return fast_a;
  if (!fast_a) return LatencyMs(a) < LatencyMs(b);
  const bool good_a = MeetsDrop(a), good_b = MeetsDrop(b);
  if (good_a != good_b) return good_a;
  if (good_a) return LatencyMs(a) < LatencyMs(b);
  // What loses too much and is no faster than float is good for nothing.
  const bool pays_a = IsFaster(a), pays_b = IsFaster(b);
  if (pays_a != pays_b) return pays_a;
  if (Accuracy(a) == Accuracy(b)) return LatencyMs(a) < LatencyMs(b);
  return Accuracy(a) > Accuracy(b);
}

double PlanTrials::ShareOf(const Plan& plan) const {
  int64_t all = 0, int8 = 0;
  for (const Node& node : graph_.nodes) {
    const int64_t macs = CountMacs(graph_, node);
    all += macs;
    if (plan.nodes.at(node.name).precision == Precision::kInt8) int8 += macs;
  }
  return all > 0 ? double(int8) / double(all) : 0.0;
}

SearchTrial PlanTrials::Describe(const Choice& choice) const {
  SearchTrial trial;
  for (size_t value : choice.kept) trial.kept.push_back(NameOf(value));
  trial.is_float = choice.is_float;
  trial.precision = Name(choice.precision);
  const auto proposal =
      std::ranges::find(proposals_, choice.kept, &Proposal::values);
  if (proposal != proposals_.end()) trial.proposed_by = proposal->kind;
  trial.latency_ms = LatencyMs(choice);
  trial.accuracy = Accuracy(choice);
  const Drop drop = DropOf(choice);
  trial.drop = drop.mean;
  trial.drop_error = drop.error;
  trial.int8_mac_share = ShareOf(PlanOf(choice));
  return trial;
}

std::vector<SearchTrial> PlanTrials::Frontier() const {
  std::vector<SearchTrial> all;
  for (const Choice& choice : known_) all.push_back(Describe(choice));
  std::ranges::stable_sort(all, [](const SearchTrial& a, const SearchTrial& b) {
    if (a.latency_ms != b.latency_ms) return a.latency_ms < b.latency_ms;
    return a.accuracy > b.accuracy;
  });
  std::vector<SearchTrial> frontier;
  for (SearchTrial& trial : all) {
    if (!frontier.empty() && trial.accuracy <= frontier.back().accuracy) {
      continue;
    }
    frontier.push_back(std::move(trial));
  }
  return frontier;
}

// What taking one value back costs, where that was measured.
std::string PlanTrials::Worth(const Choice& choice, size_t value) const {
  const Choice without = choice.Without(value);
  if (!HasAccuracy(choice) || !HasAccuracy(without)) return "";
  return fmt::format("{:+.1f} points",
                     100 * (Accuracy(without) - Accuracy(choice)));
}

// The same, and what a rule of structure says of it.
std::string PlanTrials::WhyKept(const Choice& choice, size_t value) const {
  std::string why = Worth(choice, value);
  for (const Proposal& proposal : proposals_) {
    if (std::ranges::count(proposal.values, value) == 0) continue;
    why += (why.empty() ? "" : "; ") + proposal.kind + ": " + proposal.reason;
    break;
  }
  return why;
}

Plan PlanTrials::PlanOf(const Choice& choice) const {
  if (choice.is_float && !IsHalf(choice.precision)) return FloatPlan(graph_);
  if (choice.is_float) {
    // Only requests can make it fail.
    return *Propose(
        graph_,
        {.precision = choice.precision, .requests = {}, .peaks = peaks_});
  }
  Plan plan = plan_;
  const Protection protection{choice.precision, peaks_};
  for (size_t value : choice.kept) {
    ProtectValue(graph_, stored_[value], protection,
                 {ReasonKind::kSensitive, WhyKept(choice, value)}, plan);
  }
  return plan;
}

Status PlanTrials::Save() {
  state_.seconds = seconds();
  if (options_.state_path.empty()) return {};
  return compile::Save(state_, options_.state_path);
}

Status PlanTrials::SavePlan(const Choice& choice) const {
  if (options_.plan_path.empty()) return {};
  return WriteFileAtomically(options_.plan_path, ToJson(PlanOf(choice)));
}

}  // namespace octet::compile
