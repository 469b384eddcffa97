#include "compile/search/weight_steps.h"

#include <gtest/gtest.h>

#include "compile/search/search_testing.h"

namespace octet::compile {
namespace {

double StepsOf(const std::string& weights) {
  const Graph graph =
      MustParse("graph \"g\"\ninput x f32[1,4,4,4]\nconst w " + weights +
                "\ny = Conv(x, w, _) name=only\noutput y\n");
  return WeightSteps(graph, graph.nodes[0]);
}

TEST(WeightSteps, AreThoseOfTheMedianWeightOfTheMedianOutput) {
  EXPECT_DOUBLE_EQ(StepsOf("f32[1,1,1,4]{127,-2,2,1}"), 2);
  // Outputs of 127, 2 and 1 steps.
  EXPECT_DOUBLE_EQ(StepsOf("f32[3,1,1,4]{5,5,-5,5, 254,4,4,4, -127,1,1,1}"), 2);
}

TEST(WeightSteps, DoNotCountZeros) {
  EXPECT_DOUBLE_EQ(StepsOf("f32[1,1,1,4]{3,0,0,0}"), 127);
  EXPECT_DOUBLE_EQ(StepsOf("f32[2,1,1,4]{0,0,0,0, 127,0,4,3}"), 4);
  EXPECT_DOUBLE_EQ(StepsOf("f32[1,1,1,4]{0,0,0,0}"), 127);
}

TEST(WeightSteps, OfAMatrixProductAreByColumn) {
  const Graph graph = MustParse(
      "graph \"g\"\ninput x f32[1,3]\nconst w f32[3,2]{127,1, 2,1, 2,1}\n"
      "y = MatMul(x, w, _) name=only\noutput y\n");
  // 2 steps in the first column and 127 in the second: the upper median.
  EXPECT_DOUBLE_EQ(WeightSteps(graph, graph.nodes[0]), 127);
}

}  // namespace
}  // namespace octet::compile
