#include "compile/search/assure.h"

#include <algorithm>

#include "base/error.h"

namespace octet::compile {
namespace {

// The first values of the order are those whose worth was measured; the time
// that may be added is rarely enough for more of them.
constexpr size_t kMostAsked = 24;

class Assurer {
 public:
  Assurer(PlanTrials& trials, const Assurance& assurance, const Choice& base)
      : trials_(trials), assurance_(assurance), base_(base), best_(base) {}

  // Values that fit into the time beside those of the base.
  Result<bool> Collect() {
    Choice all = base_;
    size_t asked = 0;
    for (const size_t value : assurance_.order) {
      if (std::ranges::count(base_.kept, value) > 0) continue;
      if (asked++ == kMostAsked) break;
      const Choice more = With(all, {value});
      OCTET_ASSIGN(const bool go_on, trials_.Measure(more, false));
      if (!go_on) return false;
      if (!Fits(more)) continue;
      all = more;
      added_.push_back(value);
    }
    return true;
  }

  // The fewest of them, by doubling, that show the drop.
  Result<bool> Grow() {
    size_t count = 0;
    while (count < added_.size() && !trials_.ShowsDrop(best_)) {
      count = std::min(std::max<size_t>(1, 2 * count), added_.size());
      OCTET_ASSIGN(
          const bool go_on,
          Try(With(base_, {added_.begin(), added_.begin() + int64_t(count)})));
      if (!go_on) return false;
    }
    return true;
  }

  // The last first.
  Result<bool> TakeBack() {
    for (size_t i = added_.size(); i-- > 0;) {
      if (std::ranges::count(best_.kept, added_[i]) == 0) continue;
      OCTET_ASSIGN(const bool go_on, Try(best_.Without(added_[i])));
      if (!go_on) return false;
    }
    return true;
  }

  const Choice& best() const { return best_; }

 private:
  Choice With(const Choice& choice, const std::vector<size_t>& values) const {
    std::vector<size_t> kept = choice.kept;
    kept.insert(kept.end(), values.begin(), values.end());
    std::ranges::sort(kept);
    return Choice::Keeping(std::move(kept), assurance_.precision);
  }

  Result<bool> Try(const Choice& choice) {
    OCTET_ASSIGN(const bool go_on, trials_.Measure(choice, true));
    if (!go_on || !Fits(choice) || !IsSurer(choice)) return go_on;
    best_ = choice;
    OCTET_RETURN_IF_ERROR(trials_.SavePlan(best_));
    return true;
  }

  // Into the time; without a value a plan may be slower, for its conversions.
  bool Fits(const Choice& choice) const {
    return trials_.IsPossible(choice) && trials_.MeetsLatency(choice) &&
           trials_.IsFaster(choice) &&
           trials_.LatencyMs(choice) <= assurance_.most_ms;
  }

  // Than the best so far. Of two that show the drop the faster one is better.
  bool IsSurer(const Choice& choice) const {
    const bool shows = trials_.ShowsDrop(choice);
    if (shows != trials_.ShowsDrop(best_)) return shows;
    const double most = trials_.DropOf(choice).most();
    const double best_most = trials_.DropOf(best_).most();
    if (shows || most == best_most) {
      return trials_.LatencyMs(choice) < trials_.LatencyMs(best_);
    }
    return most < best_most;
  }

  PlanTrials& trials_;
  const Assurance& assurance_;
  const Choice& base_;
  Choice best_;
  std::vector<size_t> added_;  // in the order
};

}  // namespace

Result<bool> Assure(PlanTrials& trials, const Assurance& assurance,
                    const Choice& base, std::optional<Choice>& chosen) {
  Assurer assurer(trials, assurance, base);
  bool go_on = true;
  for (auto step : {&Assurer::Collect, &Assurer::Grow, &Assurer::TakeBack}) {
    OCTET_ASSIGN(go_on, (assurer.*step)());
    if (!go_on) break;
  }
  if (assurer.best() != base) chosen = assurer.best();
  return go_on;
}

}  // namespace octet::compile
