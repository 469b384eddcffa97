#include "compile/lower/arena.h"

#include <gtest/gtest.h>

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
