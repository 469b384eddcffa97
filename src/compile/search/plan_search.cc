#include "compile/search/plan_search.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

#include "base/cpu.h"
#include "base/error.h"
#include "compile/calibrate/sample_worker.h"
#include "compile/calibrate/structure_key.h"
#include "compile/plan/half_form.h"
#include "compile/plan/protect.h"
#include "compile/search/assure.h"
#include "compile/search/plan_trials.h"
#include "compile/search/sensitivity.h"
#include "compile/search/structure_rules.h"
#include "engine/checksum.h"

namespace octet::compile {
namespace {

// Values whose gain and latency are measured one by one; the others follow in
// the order of what they lose.
constexpr int64_t kMostSingles = 24;
// What takes this much longer than all int8 need not be looked for any more.
constexpr double kNearlyFree = 1.02;
// Latencies are not known better.
constexpr double kResolution = 0.002;

constexpr std::string_view kAuto = "auto";
constexpr std::array kHalves = {Precision::kF16, Precision::kBf16};

class Search {
 public:
  Search(const Graph& graph, const Plan& plan, const Ranges* ranges,
         const SampleSource& samples, const SearchOptions& options)
      : graph_(graph),
        plan_(plan),
        ranges_(ranges),
        peaks_(ranges == nullptr ? std::map<std::string, float>()
                                 : WithMovedPeaks(graph, PeaksOf(*ranges))),
        samples_(samples),
        options_(options),
        stored_(FindStoredValues(graph, plan)),
        trials_(graph, plan, peaks_, stored_, proposals_, options) {}

  Result<FoundPlan> Run() {
    OCTET_RETURN_IF_ERROR(SetProtection());
    if (stored_.empty()) {
      return BadInput(
          "nothing is stored in int8 in this plan: there is "
          "nothing to search");
    }
    OCTET_ASSIGN(const CpuLevel level, ChooseCpuLevel());
    OCTET_RETURN_IF_ERROR(trials_.Open(KeyFor(level)));
    OCTET_RETURN_IF_ERROR(Try().status());
    return Finished();
  }

 private:
  // Of what this is a search; the time it may take does not matter.
  std::string KeyFor(CpuLevel level) const {
    std::string text = ToJson(plan_);
    for (int64_t i = 0; i < samples_.size(); ++i) {
      text += " " + samples_.Name(i);
    }
    text += fmt::format(" {} {} {} {} {} {}", options_.protect,
                        options_.max_drop, options_.max_latency_ms,
                        options_.spare, options_.accuracy_of, Name(level));
    return fmt::format("{:016x}-{:016x}", GraphKey(graph_),
                       engine::Checksum(std::as_bytes(std::span(text))));
  }

  // All of the search; false if it ended before it was through.
  Result<bool> Try() {
    for (const Choice& choice : {float_, all_}) {
      OCTET_ASSIGN(const bool go_on, trials_.Measure(choice, true));
      if (!go_on) return false;
    }
    if (!trials_.MeetsLatency(all_)) return true;
    if (trials_.MeetsDrop(all_)) {
      if (!IsUnsure(all_)) return true;
      return InTurn(
          {&Search::ChooseProtection, &Search::Rank, &Search::MakeSure});
    }
    return InTurn({&Search::ChooseProtection, &Search::TryProposals,
                   &Search::Rank, &Search::Grow, &Search::TakeBack,
                   &Search::TryOtherPrecisions, &Search::FallBack,
                   &Search::MakeSure});
  }

  using Step = Result<bool> (Search::*)();
  Result<bool> InTurn(std::initializer_list<Step> steps) {
    for (const Step step : steps) {
      OCTET_ASSIGN(const bool go_on, (this->*step)());
      if (!go_on) return false;
    }
    return true;
  }

  // Neither shown to lose too much nor shown not to, and there is time to
  // spare.
  bool IsUnsure(const Choice& choice) const {
    return options_.spare > 0 && trials_.MeetsDrop(choice) &&
           !trials_.ShowsDrop(choice);
  }

  Status SetProtection() {
    if (IsAuto()) return {};
    const auto named = PrecisionNamed(options_.protect);
    if (!named || *named == Precision::kInt8) {
      return Usage(
          "no precision '{}' to keep values in; use auto, fp32, fp16 "
          "or bf16",
          options_.protect);
    }
    protect_ = *named;
    protect_reason_ = "asked";
    return {};
  }

  bool IsAuto() const { return options_.protect == kAuto; }

  // The fastest precision in which the whole model is no slower than in fp32
  // and within the drop.
  Result<bool> ChooseProtection() {
    if (!IsAuto()) return true;
    OCTET_ASSIGN(const bool timed,
                 trials_.TimeTogether({float_, all_, Choice::Whole(kHalves[0]),
                                       Choice::Whole(kHalves[1])}));
    if (!timed) return false;
    std::string slower;
    for (Precision half : kHalves) {
      const Choice whole = Choice::Whole(half);
      const double times = trials_.LatencyMs(whole) / trials_.LatencyMs(float_);
      std::string words =
          fmt::format("the model takes {:.3f} times as long in {} as in fp32",
                      times, Name(half));
      if (times <= 1) {
        OCTET_ASSIGN(const bool go_on, trials_.Measure(whole, true));
        if (!go_on) return false;
        const double lost = trials_.DropOf(whole).mean;
        words += fmt::format(" and loses {:.2f} points", 100 * lost);
        const bool is_first = protect_ == Precision::kF32;
        if (trials_.MeetsDrop(whole) &&
            (is_first || trials_.LatencyMs(whole) <
                             trials_.LatencyMs(Choice::Whole(protect_)))) {
          protect_ = half;
          protect_reason_ = words;
        }
      }
      slower += (slower.empty() ? "" : ", ") + words;
    }
    if (protect_ == Precision::kF32) protect_reason_ = slower;
    return true;
  }

  // What rules of structure name: each by itself, then all that gain together.
  Result<bool> TryProposals() {
    proposals_ = ProposeProtection(graph_, plan_, stored_, ranges_);
    std::vector<size_t> together;
    for (const Proposal& proposal : proposals_) {
      const Choice choice = Choice::Keeping(proposal.values, protect_);
      OCTET_ASSIGN(const bool go_on, trials_.Measure(choice, true));
      if (!go_on) return false;
      if (!trials_.IsPossible(choice) ||
          trials_.Accuracy(choice) <= trials_.Accuracy(all_)) {
        continue;
      }
      together.insert(together.end(), proposal.values.begin(),
                      proposal.values.end());
    }
    std::ranges::sort(together);
    const auto again = std::ranges::unique(together);
    together.erase(again.begin(), again.end());
    OCTET_ASSIGN(const bool go_on,
                 trials_.Measure(Choice::Keeping(together, protect_), true));
    if (!go_on) return false;
    const Choice& best = trials_.best();
    if (trials_.MeetsDrop(best) &&
        trials_.LatencyMs(best) <= kNearlyFree * trials_.LatencyMs(all_)) {
      order_ = best.kept;
    }
    return true;
  }

  // Orders the values by noise gained for latency lost.
  Result<bool> Rank() {
    if (!order_.empty()) return true;  // good enough already
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
        MeasureSensitivity(graph_, plan_, {protect_, peaks_}, samples_, inner);
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
    ranking_ = std::move(measured->values);
    for (const UnitSensitivity& row : ranking_) {
      const size_t value = IndexOf(row.name);
      if (!row.has_gain) {
        others.push_back(value);
        continue;
      }
      const Choice single = Choice::Keeping({value}, protect_);
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
    std::vector<size_t> kept(order_.begin(), order_.begin() + int64_t(count));
    std::ranges::sort(kept);
    return Choice::Keeping(std::move(kept), protect_);
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
    grown_ = Prefix(count);
    return true;
  }

  // Returns to int8 what can be spared, what is worth least first.
  Result<bool> TakeBack() {
    Choice choice = trials_.best();
    // What is slower than float may be faster with less of it.
    if (!trials_.MeetsDrop(choice)) choice = grown_;
    if (!trials_.MeetsDrop(choice) || !trials_.MeetsLatency(choice)) {
      return true;
    }
    for (size_t i = order_.size(); i-- > 0;) {
      if (std::ranges::count(choice.kept, order_[i]) == 0) continue;
      const Choice without = choice.Without(order_[i]);
      OCTET_ASSIGN(const bool go_on, trials_.Measure(without, true));
      if (!go_on) return false;
      if (trials_.MeetsDrop(without) && trials_.IsPossible(without)) {
        choice = without;
      }
    }
    return true;
  }

  // Keeps what is kept in another precision where that is faster; in fp32 also
  // where what there is loses too much.
  Result<bool> TryOtherPrecisions() {
    const std::vector<size_t> kept = trials_.best().kept;
    if (!IsAuto() || kept.empty()) return true;
    OCTET_ASSIGN(const bool timed,
                 trials_.TimeTogether({Choice::Keeping(kept, Precision::kF32),
                                       Choice::Keeping(kept, kHalves[0]),
                                       Choice::Keeping(kept, kHalves[1])}));
    if (!timed) return false;
    for (Precision other : {Precision::kF32, kHalves[0], kHalves[1]}) {
      const Choice best = trials_.best();
      const Choice choice = Choice::Keeping(kept, other);
      if (!trials_.IsPossible(choice)) continue;
      const bool is_faster =
          trials_.LatencyMs(choice) < trials_.LatencyMs(best);
      const bool may_repair =
          other == Precision::kF32 && !trials_.MeetsDrop(best);
      if (!is_faster && !may_repair) continue;
      OCTET_ASSIGN(const bool go_on, trials_.Measure(choice, true));
      if (!go_on) return false;
    }
    const Choice& best = trials_.best();
    if (best.precision == protect_) return true;
    protect_reason_ = fmt::format(
        "with these values the engine takes {:.3f} ms so, {:.3f} ms in {}",
        trials_.LatencyMs(best),
        trials_.LatencyMs(Choice::Keeping(kept, protect_)), Name(protect_));
    return true;
  }

  // Where all int8 loses far too much, and the best plan does or gains nothing:
  // the nearest of those that gain, else nothing in int8.
  Result<bool> FallBack() {
    const Choice& best = trials_.best();
    const double limit = options_.fall_back_drop;
    if (trials_.LosesAtMost(all_, limit)) return true;
    if (trials_.MeetsDrop(best) && trials_.IsFaster(best)) return true;
    chosen_ = trials_.MostAccurateFaster(limit);
    if (chosen_) return true;
    for (Precision precision : {protect_, Precision::kF32}) {
      const Choice whole = Choice::Whole(precision);
      OCTET_ASSIGN(const bool go_on, trials_.Measure(whole, true));
      if (!go_on) return false;
      if (!trials_.MeetsDrop(whole) || !trials_.MeetsLatency(whole)) {
        protect_reason_ = fmt::format(
            "everything in {} loses {:.2f} points and takes {:.3f} ms",
            Name(precision), 100 * trials_.DropOf(whole).mean,
            trials_.LatencyMs(whole));
        continue;
      }
      chosen_ = whole;
      break;
    }
    return true;
  }

  Result<bool> MakeSure() {
    const Choice base = chosen_.value_or(trials_.best());
    const bool is_in_order = base.kept.empty() || base.precision == protect_;
    if (base.is_float || !is_in_order || !IsUnsure(base)) return true;
    const double most_ms = (1 + options_.spare) * trials_.LatencyMs(base);
    return Assure(trials_, {order_, protect_, most_ms}, base, chosen_);
  }

  Result<FoundPlan> Finished() {
    const Choice chosen = chosen_.value_or(trials_.best());
    FoundPlan found;
    SearchResult& result = found.result;
    if (trials_.HasAccuracy(all_) && trials_.HasAccuracy(float_)) {
      result.all_int8 = trials_.Describe(all_);
      result.all_float = trials_.Describe(float_);
      result.meets_drop = trials_.MeetsDrop(chosen);
    }
    result.fell_back = chosen.is_float;
    result.protect = Name(chosen == all_ ? protect_ : chosen.precision);
    if (chosen != all_) result.protect_reason = protect_reason_;
    result.max_drop = options_.max_drop;
    result.max_latency_ms = options_.max_latency_ms;
    result.meets_latency = trials_.MeetsLatency(chosen);
    result.chosen = trials_.Describe(chosen);
    result.frontier = trials_.Frontier();
    result.ranking = ranking_;
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
  const Ranges* ranges_;
  const std::map<std::string, float> peaks_;
  const SampleSource& samples_;
  const SearchOptions& options_;
  const std::vector<StoredValue> stored_;
  std::vector<Proposal> proposals_;  // once all int8 is seen to lose too much
  PlanTrials trials_;
  Precision protect_ = Precision::kF32;
  std::string protect_reason_;
  std::vector<size_t> order_;  // values, the worthiest first
  std::vector<UnitSensitivity> ranking_;
  Choice grown_;                  // the fewest of them that are enough
  std::optional<Choice> chosen_;  // other than the best trial
  const Choice all_;
  const Choice float_ = Choice::Whole(Precision::kF32);
};

}  // namespace

Result<FoundPlan> SearchPlan(const Graph& graph, const Plan& plan,
                             const Ranges* ranges, const SampleSource& samples,
                             const SearchOptions& options) {
  return Search(graph, plan, ranges, samples, options).Run();
}

}  // namespace octet::compile
