#include "kernels/testing/problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/testing/quant.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

using testing::ElementsAre;

TEST(Problem, ReadsValuesFlagsAndLists) {
  const Problem problem("x=1x40x40x16 out=32 scale=0.5 relu op=add \"a=9\"");
  EXPECT_THAT(problem.List("x"), ElementsAre(1, 40, 40, 16));
  EXPECT_EQ(problem.Int("out", 0), 32);
  EXPECT_EQ(problem.Real("scale", 0), 0.5);
  EXPECT_TRUE(problem.Has("relu"));
  EXPECT_EQ(problem.Word("op"), "add");
  EXPECT_FALSE(problem.Has("a")) << "the note is no word";
}

TEST(Problem, FallsBackWhereAKeyIsMissing) {
  const Problem problem("x=3");
  EXPECT_EQ(problem.Int("y", 7), 7);
  EXPECT_EQ(problem.Word("y", "none"), "none");
  EXPECT_THAT(problem.List("y", {1, 2}), ElementsAre(1, 2));
  EXPECT_EQ(problem.FunctionNamed("y"), Function{});
}

TEST(Problem, TakesAnEmptyListForOneWithoutNumbers) {
  EXPECT_TRUE(Problem("y= z=1").List("y", {4}).empty());
}

TEST(Problem, FindsFunctionsByTheirName) {
  const Problem problem("after=silu before=clip");
  EXPECT_EQ(problem.FunctionNamed("after").kind, FunctionKind::kSilu);
  EXPECT_EQ(problem.FunctionNamed("before").beta, 6);
}

TEST(ReadProblems, LeavesOutCommentsAndKeepsTheLine) {
  for (const Problem& problem : ReadProblems("table_u8")) {
    EXPECT_NE(problem.line()[0], '#');
    EXPECT_NE(problem.line().find("size="), std::string::npos);
  }
}

TEST(Buffer, SeesAWriteBehindTheEnd) {
  Buffer<float> a(3), b(3);
  EXPECT_EQ(a.FirstDifference(b), -1);
  b[4] = 1;
  EXPECT_EQ(a.FirstDifference(b), 4);
}

TEST(Random, RepeatsItselfAndStaysInside) {
  Random first(5), second(5);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(first.Bits(), second.Bits());
    const int64_t n = first.Int(-3, 4);
    EXPECT_GE(n, -3);
    EXPECT_LE(n, 4);
    const float x = first.Real(-1, 2);
    EXPECT_GE(x, -1);
    EXPECT_LE(x, 2);
    second.Bits();
    second.Bits();
  }
}

TEST(RandomQuant, StaysWithinATwofoldOfTheScale) {
  Random random(1);
  const QuantParams quant = RandomQuant(50, random, 0.1);
  for (int i = 0; i < 50; ++i) {
    EXPECT_GE(quant.scale[i], 0.0499f);
    EXPECT_LE(quant.scale[i], 0.2001f);
    EXPECT_GE(quant.zero_point[i], 0);
    EXPECT_LE(quant.zero_point[i], 255);
  }
  EXPECT_TRUE(View(quant).per_channel);
}

}  // namespace
}  // namespace octet::kernels
