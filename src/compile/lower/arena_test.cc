#include "compile/lower/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "octet/tensor.h"

namespace octet::compile {
namespace {

Lifetime Live(int64_t bytes, int first, int last) {
  Lifetime life;
  life.bytes = bytes;
  life.Touch(first);
  life.Touch(last);
  return life;
}

void ExpectDisjoint(const std::vector<Lifetime>& lives, const Arena& arena) {
  for (size_t a = 0; a < lives.size(); ++a) {
    if (!lives[a].used()) continue;
    EXPECT_EQ(arena.offsets[a] % kBufferAlignment, 0);
    EXPECT_LE(arena.offsets[a] + lives[a].bytes + kBufferSlack, arena.bytes);
    for (size_t b = 0; b < a; ++b) {
      if (!lives[b].used() || lives[a].last < lives[b].first ||
          lives[b].last < lives[a].first) {
        continue;
      }
      const bool apart =
          arena.offsets[a] + lives[a].bytes + kBufferSlack <=
              arena.offsets[b] ||
          arena.offsets[b] + lives[b].bytes + kBufferSlack <= arena.offsets[a];
      EXPECT_TRUE(apart) << a << " and " << b;
    }
  }
}

TEST(PlanArena, GivesTheMemoryOfTheDeadToTheLiving) {
  const std::vector<Lifetime> lives = {Live(1000, 0, 1), Live(1000, 1, 2),
                                       Live(1000, 2, 3), Live(1000, 3, 4)};
  const Arena arena = PlanArena(lives);
  ExpectDisjoint(lives, arena);
  EXPECT_LE(arena.bytes, 2 * (1000 + 2 * kBufferAlignment));
}

TEST(PlanArena, KeepsRandomLifetimesApart) {
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    std::vector<Lifetime> lives;
    for (int i = 0; i < 40; ++i) {
      const int first = int(random() % 60);
      lives.push_back(
          Live(int64_t(random() % 5000), first, first + int(random() % 10)));
    }
    ExpectDisjoint(lives, PlanArena(lives));
  }
}

std::vector<int> LargestFirst(const std::vector<Lifetime>& lives) {
  std::vector<int> order(lives.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](int a, int b) {
    return lives[size_t(a)].bytes > lives[size_t(b)].bytes;
  });
  return order;
}

int64_t Padded(int64_t bytes) {
  return (bytes + kBufferSlack + kBufferAlignment - 1) / kBufferAlignment *
         kBufferAlignment;
}

// PlaceInOrder without any index: looks at every buffer placed before.
Arena PlaceByLookingAtAll(const std::vector<Lifetime>& lives,
                          const std::vector<int>& order) {
  Arena arena;
  arena.offsets.assign(lives.size(), 0);
  std::vector<size_t> placed;
  for (int index : order) {
    const auto b = size_t(index);
    if (!lives[b].used()) continue;
    std::vector<std::pair<int64_t, int64_t>> taken;
    for (size_t o : placed) {
      if (lives[o].first > lives[b].last || lives[b].first > lives[o].last) {
        continue;
      }
      const int64_t begin = arena.offsets[o];
      taken.push_back({begin, begin + Padded(lives[o].bytes)});
    }
    std::ranges::sort(taken);
    int64_t best = -1, best_gap = INT64_MAX, end = 0;
    for (const auto& [from, to] : taken) {
      if (from - end >= Padded(lives[b].bytes) && from - end < best_gap) {
        best = end;
        best_gap = from - end;
      }
      end = std::max(end, to);
    }
    arena.offsets[b] = best >= 0 ? best : end;
    arena.bytes =
        std::max(arena.bytes, arena.offsets[b] + Padded(lives[b].bytes));
    placed.push_back(b);
  }
  return arena;
}

// Lives of `most` steps at most, some of them unused, sizes that often repeat.
std::vector<Lifetime> RandomLives(std::mt19937& random, int count, int steps,
                                  int most) {
  std::vector<Lifetime> lives;
  for (int i = 0; i < count; ++i) {
    const int first = int(random() % unsigned(steps)) - 1;
    const int last = first + int(random() % unsigned(most));
    const int64_t bytes = random() % 3 == 0 ? 256 : int64_t(random() % 5000);
    lives.push_back(random() % 16 == 0 ? Lifetime{bytes}
                                       : Live(bytes, first, last));
  }
  return lives;
}

TEST(PlaceInOrder, PlacesEveryBufferWhereLookingAtAllOthersWould) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const int count = 1 + int(random() % 80);
    const int steps = 1 + int(random() % 100);
    const int most = 1 + int(random() % 100);
    const std::vector<Lifetime> lives = RandomLives(random, count, steps, most);
    const std::vector<int> order = LargestFirst(lives);
    const Arena arena = PlaceInOrder(lives, order);
    const Arena plain = PlaceByLookingAtAll(lives, order);
    ASSERT_EQ(arena.offsets, plain.offsets) << "round " << round;
    ASSERT_EQ(arena.bytes, plain.bytes) << "round " << round;
    ExpectDisjoint(lives, arena);
  }
}

// Whether buffer `b` could stand at an offset, all others staying.
bool IsFree(const std::vector<Lifetime>& lives, const Arena& arena, size_t b,
            int64_t at) {
  for (size_t o = 0; o < lives.size(); ++o) {
    if (o == b || !lives[o].used() || lives[o].first > lives[b].last ||
        lives[b].first > lives[o].last) {
      continue;
    }
    if (at < arena.offsets[o] + Padded(lives[o].bytes) &&
        arena.offsets[o] < at + Padded(lives[b].bytes)) {
      return false;
    }
  }
  return true;
}

// What is free at a step is free at the top, for scratch.
TEST(PlanArena, LetsNoBufferStandWhereALowerPlaceIsFree) {
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    const std::vector<Lifetime> lives = RandomLives(random, 40, 30, 15);
    const Arena arena = PlanArena(lives);
    std::vector<int64_t> ends = {0};
    for (size_t b = 0; b < lives.size(); ++b) {
      ends.push_back(arena.offsets[b] + Padded(lives[b].bytes));
    }
    for (size_t b = 0; b < lives.size(); ++b) {
      for (int64_t lower : ends) {
        if (!lives[b].used() || lower >= arena.offsets[b]) continue;
        EXPECT_FALSE(IsFree(lives, arena, b, lower)) << b << " at " << lower;
      }
    }
  }
}

TEST(PlanArena, FillsTheSmallestGapThatFits) {
  // While the last is alive, 4096 lies at 0 and 2048 behind a gap of 3072.
  const std::vector<Lifetime> lives = {
      Live(4096 - 64, 0, 9), Live(3072 - 64, 0, 4), Live(2048 - 64, 0, 9),
      Live(1024 - 64, 5, 9)};
  const Arena arena = PlanArena(lives);
  EXPECT_EQ(arena.offsets, (std::vector<int64_t>{0, 4096, 7168, 4096}));
  EXPECT_EQ(arena.bytes, 9216);
}

TEST(PlanArena, IsNeverWorseThanItsFirstTryNorBelowTheLargestLiveSet) {
  std::mt19937 random(9);
  int64_t first_tries = 0, planned = 0;
  for (int round = 0; round < 100; ++round) {
    const std::vector<Lifetime> lives = RandomLives(random, 60, 40, 12);
    const Arena first = PlaceInOrder(lives, LargestFirst(lives));
    const Arena arena = PlanArena(lives);
    ExpectDisjoint(lives, arena);
    ASSERT_LE(arena.bytes, first.bytes) << "round " << round;
    ASSERT_GE(arena.bytes, LargestLiveSet(lives)) << "round " << round;
    first_tries += first.bytes - LargestLiveSet(lives);
    planned += arena.bytes - LargestLiveSet(lives);
  }
  // Nearly all that the first tries waste is won back.
  EXPECT_LT(planned, first_tries / 2);
}

TEST(LargestLiveSet, CountsWhatIsAliveAtOneStep) {
  const int64_t padded = 64 + kBufferSlack;
  EXPECT_EQ(LargestLiveSet({}), 0);
  EXPECT_EQ(LargestLiveSet({Lifetime{64}}), 0);
  EXPECT_EQ(LargestLiveSet({Live(64, 0, 1), Live(64, 2, 3)}), padded);
  EXPECT_EQ(LargestLiveSet({Live(64, 0, 2), Live(64, 2, 3)}), 2 * padded);
  EXPECT_EQ(LargestLiveSet({Live(64, INT32_MAX, INT32_MAX),
                            Live(64, INT32_MIN, INT32_MAX)}),
            2 * padded);
}

TEST(PlanArena, HoldsNothingForNothing) {
  EXPECT_EQ(PlanArena({}).bytes, 0);
  EXPECT_EQ(PlanArena({Lifetime{}}).bytes, 0);
}

TEST(PlanArena, GivesEmptyBuffersTheirSlack) {
  const std::vector<Lifetime> lives = {Live(0, 0, 1), Live(0, 1, 2)};
  ExpectDisjoint(lives, PlanArena(lives));
}

TEST(PlanArena, TakesStepsAtTheEndsOfWhatIntegersHold) {
  const std::vector<Lifetime> lives = {Live(64, INT32_MIN, INT32_MAX),
                                       Live(64, INT32_MIN, INT32_MIN),
                                       Live(64, INT32_MAX, INT32_MAX)};
  const Arena arena = PlanArena(lives);
  ExpectDisjoint(lives, arena);
  EXPECT_EQ(arena.bytes, 2 * 128);
}

// Each would take minutes if every buffer were held against every other one.
TEST(PlanArena, TakesGraphsOfHundredThousandSteps) {
  constexpr int kSteps = 100000;
  std::vector<Lifetime> chain, outputs, nested;
  for (int i = 0; i < kSteps; ++i) {
    chain.push_back(Live(1000 + i % 7 * 500, i, i + 1 + i % 3));
    outputs.push_back(Live(1000 + i % 7 * 500, i, kSteps));
    nested.push_back(Live(1000, i / 2, kSteps - i / 2));
  }
  EXPECT_LE(PlanArena(chain).bytes, 40000);
  EXPECT_GE(PlanArena(outputs).bytes, int64_t{1000} * kSteps);
  EXPECT_EQ(PlanArena(nested).bytes, int64_t{1088} * kSteps);
}

TEST(PlanArena, IsTheSameEveryTime) {
  const std::vector<Lifetime> lives = {Live(64, 0, 4), Live(64, 1, 2),
                                       Live(64, 1, 3)};
  EXPECT_EQ(PlanArena(lives).offsets, PlanArena(lives).offsets);
}

TEST(PlanArena, LeavesOutBuffersThatNobodyTouches) {
  const std::vector<Lifetime> lives = {Lifetime{}, Live(64, 0, 1)};
  const Arena arena = PlanArena(lives);
  EXPECT_LE(arena.bytes, 64 + kBufferSlack);
}

}  // namespace
}  // namespace octet::compile
