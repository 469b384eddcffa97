#include "compile/lower/arena.h"

#include <functional>
#include <numeric>

#include "octet/tensor.h"

namespace octet::compile {
namespace {

int64_t Padded(int64_t bytes) {
  const int64_t with_slack = bytes + kBufferSlack;
  return (with_slack + kBufferAlignment - 1) / kBufferAlignment *
         kBufferAlignment;
}

// A stretch of the arena.
struct Run {
  int64_t begin, end;
};

// Taken stretches in order, those that touch joined into one.
class Runs {
 public:
  void Add(Run run) {
    const auto first =
        std::ranges::lower_bound(runs_, run.begin, {}, &Run::end);
    auto last = first;
    for (; last != runs_.end() && last->begin <= run.end; ++last) {
      run.begin = std::min(run.begin, last->begin);
      run.end = std::max(run.end, last->end);
    }
    if (first == last) {
      runs_.insert(first, run);
    } else {
      *first = run;
      runs_.erase(first + 1, last);
    }
  }
  void AppendTo(std::vector<Run>& all) const {
    all.insert(all.end(), runs_.begin(), runs_.end());
  }

 private:
  std::vector<Run> runs_;
};

// What is taken when: a tree of halved spans of time. A buffer is kept where
// its life covers a whole span, so that finding all that is alive with another
// one takes a few joined lists instead of a look at every buffer.
class Timeline {
 public:
  explicit Timeline(int moments)
      : moments_(moments),
        covering_(size_t(moments) * 4),
        touching_(size_t(moments) * 4) {}

  // Takes `run` at the moments from `first` to `last`.
  void Take(int first, int last, Run run) {
    Take({1, 0, moments_ - 1}, first, last, run);
  }

  // What is taken at any of these moments; in no order, and overlapping.
  std::vector<Run> TakenIn(int first, int last) const {
    std::vector<Run> taken;
    Collect({1, 0, moments_ - 1}, first, last, taken);
    return taken;
  }

 private:
  struct Span {
    size_t index;
    int low, high;

    bool Meets(int first, int last) const {
      return low <= last && first <= high;
    }
    bool LiesIn(int first, int last) const {
      return first <= low && high <= last;
    }
    Span Left() const { return {index * 2, low, low + (high - low) / 2}; }
    Span Right() const {
      return {index * 2 + 1, low + (high - low) / 2 + 1, high};
    }
  };

  void Take(Span span, int first, int last, Run run) {
    if (!span.Meets(first, last)) return;
    touching_[span.index].Add(run);
    if (span.LiesIn(first, last)) {
      covering_[span.index].Add(run);
      return;
    }
    Take(span.Left(), first, last, run);
    Take(span.Right(), first, last, run);
  }

  void Collect(Span span, int first, int last, std::vector<Run>& taken) const {
    if (!span.Meets(first, last)) return;
    if (span.LiesIn(first, last)) {
      touching_[span.index].AppendTo(taken);
      return;
    }
    covering_[span.index].AppendTo(taken);
    Collect(span.Left(), first, last, taken);
    Collect(span.Right(), first, last, taken);
  }

  int moments_;
  std::vector<Runs> covering_;  // by span: of lives that cover all of it
  std::vector<Runs> touching_;  // by span: of lives that meet it
};

// The smallest gap between what is taken that `bytes` fit in, else the end.
int64_t BestFit(std::vector<Run> taken, int64_t bytes) {
  std::ranges::sort(taken, {}, &Run::begin);
  int64_t best = -1, best_gap = INT64_MAX, end = 0;
  for (const Run& run : taken) {
    const int64_t gap = run.begin - end;
    if (gap >= bytes && gap < best_gap) {
      best = end;
      best_gap = gap;
    }
    end = std::max(end, run.end);
  }
  return best >= 0 ? best : end;
}

// The lowest gap that `bytes` fit in, else the end.
int64_t LowestFit(std::vector<Run> taken, int64_t bytes) {
  std::ranges::sort(taken, {}, &Run::begin);
  int64_t end = 0;
  for (const Run& run : taken) {
    if (run.begin - end >= bytes) break;
    end = std::max(end, run.end);
  }
  return end;
}

using Fit = int64_t (*)(std::vector<Run>, int64_t);

// Every step at which a life begins or ends, in order.
std::vector<int> Moments(const std::vector<Lifetime>& buffers) {
  std::vector<int> steps;
  for (const Lifetime& life : buffers) {
    if (life.used()) steps.insert(steps.end(), {life.first, life.last});
  }
  std::ranges::sort(steps);
  const auto same = std::ranges::unique(steps);
  steps.erase(same.begin(), same.end());
  return steps;
}

// Placing again costs as much as the first time, so that large networks get
// fewer rounds.
constexpr size_t kMostRounds = 24;
constexpr size_t kMostPlacements = 20000;

std::vector<int> LargestFirst(const std::vector<Lifetime>& buffers) {
  std::vector<int> order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](int a, int b) {
    return buffers[size_t(a)].bytes > buffers[size_t(b)].bytes;
  });
  return order;
}

Arena PlaceBy(Fit fit, const std::vector<Lifetime>& buffers,
              const std::vector<int>& order) {
  const std::vector<int> steps = Moments(buffers);
  const auto moment = [&](int step) {
    return int(std::ranges::lower_bound(steps, step) - steps.begin());
  };
  Timeline timeline(int(steps.size()));
  Arena arena;
  arena.offsets.assign(buffers.size(), 0);
  for (int b : order) {
    const Lifetime& life = buffers[size_t(b)];
    if (!life.used()) continue;
    const int first = moment(life.first), last = moment(life.last);
    const int64_t bytes = Padded(life.bytes);
    const int64_t begin = fit(timeline.TakenIn(first, last), bytes);
    timeline.Take(first, last, {begin, begin + bytes});
    arena.offsets[size_t(b)] = begin;
    arena.bytes = std::max(arena.bytes, begin + bytes);
  }
  return arena;
}

// Lets each buffer sink as low as it can, the lowest first: its own place is
// still free then, so that none rises. What is free at a step gathers at the
// top of the arena, where a session finds room for scratch.
Arena Settle(const std::vector<Lifetime>& buffers, const Arena& arena) {
  std::vector<int> order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](int a, int b) {
    return arena.offsets[size_t(a)] < arena.offsets[size_t(b)];
  });
  return PlaceBy(LowestFit, buffers, order);
}

// Buffers of the steps where most is alive first, and of those the largest.
std::vector<int> BusiestFirst(const std::vector<Lifetime>& buffers) {
  const std::vector<int> steps = Moments(buffers);
  const auto moment = [&](int step) {
    return std::ranges::lower_bound(steps, step) - steps.begin();
  };
  std::vector<int64_t> live(steps.size());
  for (const Lifetime& life : buffers) {
    if (!life.used()) continue;
    for (auto m = moment(life.first); m <= moment(life.last); ++m) {
      live[size_t(m)] += Padded(life.bytes);
    }
  }
  std::vector<int64_t> busiest(buffers.size());
  for (size_t b = 0; b < buffers.size(); ++b) {
    if (!buffers[b].used()) continue;
    busiest[b] = *std::max_element(live.begin() + moment(buffers[b].first),
                                   live.begin() + moment(buffers[b].last) + 1);
  }
  std::vector<int> order = LargestFirst(buffers);
  std::ranges::stable_sort(order, [&](int a, int b) {
    return busiest[size_t(a)] > busiest[size_t(b)];
  });
  return order;
}

// What lives longest first: it stays out of the way of all the rest.
std::vector<int> LongestFirst(const std::vector<Lifetime>& buffers) {
  const auto length = [&](int b) {
    const Lifetime& life = buffers[size_t(b)];
    return int64_t{life.last} - int64_t{life.first};
  };
  std::vector<int> order = LargestFirst(buffers);
  std::ranges::stable_sort(order, std::greater<>(), length);
  return order;
}

// Places in this order, then with what ended up last going first, as long as
// that may help; keeps what is better than `best`.
void PlaceInRounds(const std::vector<Lifetime>& buffers, std::vector<int> order,
                   int64_t least, size_t rounds, Arena& best) {
  Arena now = PlaceInOrder(buffers, order);
  for (size_t round = 0;; ++round) {
    if (best.offsets.empty() || now.bytes < best.bytes) best = now;
    if (round == rounds || best.bytes == least) return;
    std::ranges::stable_partition(order, [&](int b) {
      const Lifetime& life = buffers[size_t(b)];
      return life.used() &&
             now.offsets[size_t(b)] + Padded(life.bytes) == now.bytes;
    });
    now = PlaceInOrder(buffers, order);
  }
}

}  // namespace

int64_t LargestLiveSet(const std::vector<Lifetime>& buffers) {
  std::vector<std::pair<int64_t, int64_t>> changes;  // moment, bytes
  for (const Lifetime& life : buffers) {
    if (!life.used()) continue;
    changes.push_back({life.first, Padded(life.bytes)});
    changes.push_back({int64_t{life.last} + 1, -Padded(life.bytes)});
  }
  // Of one moment, what ends comes before what begins.
  std::ranges::sort(changes);
  int64_t live = 0, largest = 0;
  for (const auto& [moment, bytes] : changes) {
    live += bytes;
    largest = std::max(largest, live);
  }
  return largest;
}

Arena PlaceInOrder(const std::vector<Lifetime>& buffers,
                   const std::vector<int>& order) {
  return PlaceBy(BestFit, buffers, order);
}

Arena PlanArena(const std::vector<Lifetime>& buffers) {
  const int64_t least = LargestLiveSet(buffers);
  const size_t rounds = std::min(
      kMostRounds, kMostPlacements / std::max<size_t>(1, buffers.size()));
  Arena best;
  PlaceInRounds(buffers, LargestFirst(buffers), least, rounds, best);
  for (const auto order : {BusiestFirst, LongestFirst}) {
    if (rounds == 0 || best.bytes == least) break;
    PlaceInRounds(buffers, order(buffers), least, rounds, best);
  }
  return Settle(buffers, best);
}

}  // namespace octet::compile
