#include "kernels/testing/contract.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <limits>

#include "kernels/split.h"

namespace octet::kernels {
namespace {

TEST(GuardedOutput, StartsAsFarBehindABoundaryAsAsked) {
  for (int64_t shift : {0, 1, 3}) {
    GuardedOutput<float> output(5, shift);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(output.get()) % 64,
              uintptr_t(shift) * sizeof(float));
  }
}

TEST(GuardedOutput, SeesAWriteOnEitherSide) {
  for (int64_t at : {-1, 7}) {
    GuardedOutput<uint8_t> output(7, 2);
    output.get()[0] = output.get()[6] = 1;
    EXPECT_TRUE(output.GuardsAreWhole());
    output.get()[at] = 1;
    EXPECT_FALSE(output.GuardsAreWhole()) << at;
  }
}

TEST(Matches, KnowsGapsNansAndInfinities) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(Matches(Near{}, GuardedOutput<float>::Untouched()));
  EXPECT_FALSE(Matches(Near{}, 0.0f));
  EXPECT_TRUE(Matches(Near{1, 0.5}, 1.5f));
  EXPECT_FALSE(Matches(Near{1, 0.5}, 1.6f));
  EXPECT_FALSE(Matches(Near{1, 0.5}, kNan));
  EXPECT_TRUE(Matches(Near{kNan, 0}, kNan));
  EXPECT_FALSE(Matches(Near{kNan, 0}, 0.0f));
  EXPECT_TRUE(Matches(Near{kInfinity, 1}, kInfinity));
  EXPECT_FALSE(Matches(Near{kInfinity, 1}, -kInfinity));
  EXPECT_TRUE(Matches(kGap, GuardedOutput<uint8_t>::Untouched()));
  EXPECT_FALSE(Matches(kGap, uint8_t{0}));
}

// Kernels of five elements y[i] = i, each with one thing wrong.
struct Five {
  uint8_t* y = nullptr;
};
void Count(const Five& p, int64_t part, int64_t parts, std::byte*) {
  const Piece piece = PieceOf(5, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) p.y[i] = uint8_t(i);
}
void WriteBehind(const Five& p, int64_t part, int64_t parts, std::byte* s) {
  Count(p, part, parts, s);
  p.y[5] = 5;
}
void CountWrong(const Five& p, int64_t part, int64_t parts, std::byte* s) {
  Count(p, part, parts, s);
  if (parts > 2) p.y[4] = 3;
}

void ExpectFive(KernelFn<Five> fn) {
  const Kernel<Five> rows[] = {{"five", CpuLevel::kScalar, fn}};
  ExpectOutput<uint8_t>(KernelTable<Five>{rows, 1}, Five{}, 0,
                        std::vector<int>{0, 1, 2, 3, 4},
                        [](Five& params, uint8_t* y) { params.y = y; });
}

TEST(ExpectOutput, PassesAKernelThatKeepsItsWord) { ExpectFive(Count); }

TEST(ExpectOutput, FailsOneThatDoesNot) {
  EXPECT_FATAL_FAILURE(ExpectFive(WriteBehind), "outside the output");
  EXPECT_FATAL_FAILURE(ExpectFive(CountWrong), "element 4 is 3, not 4");
}

}  // namespace
}  // namespace octet::kernels
