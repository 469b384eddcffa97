#include "compile/plan/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compile/ir/text.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kGraph = R"(graph "g"
input x f32[1,4,4,8]
a f32[1,4,4,8] = Unary(x) function=relu name=backbone.0 type=Relu
b f32[1,4,4,8] = Unary(a) function=sigmoid name=backbone.1 type=Sigmoid
c f32[1,4,4,8] = Unary(b) function=relu name=head.0 type=Relu origins=["head.0","head.0/clip"]
output c
)";

Graph MakeGraph() {
  Result<Graph> graph = Parse(kGraph);
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return *std::move(graph);
}

std::vector<NodeId> Matches(std::string_view pattern) {
  const Result<std::vector<NodeId>> nodes = MatchNodes(MakeGraph(), pattern);
  return nodes.ok() ? *nodes : std::vector<NodeId>{};
}

TEST(GlobMatches, TreatsStarAsAnyRunAndQuestionMarkAsOneCharacter) {
  EXPECT_TRUE(GlobMatches("model.22.*", "model.22.cv2.conv"));
  EXPECT_TRUE(GlobMatches("*conv?", "a/conv1"));
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_FALSE(GlobMatches("model.22.*", "model.2.cv2"));
  EXPECT_FALSE(GlobMatches("conv?", "conv"));
  EXPECT_FALSE(GlobMatches("a*b*c", "acb"));
}

TEST(MatchNodes, FindsANodeByName) {
  EXPECT_THAT(Matches("head.0"), ElementsAre(2));
}

TEST(MatchNodes, TakesANameThatLooksLikeAPatternAsAName) {
  Graph graph = MakeGraph();
  for (const char* name : {"type:Relu", "region:a..b", "*"}) {
    graph.nodes[1].name = name;
    EXPECT_THAT(*MatchNodes(graph, name), ElementsAre(1)) << name;
  }
}

TEST(MatchNodes, FindsNodesByGlobInGraphOrder) {
  EXPECT_THAT(Matches("backbone.*"), ElementsAre(0, 1));
}

TEST(MatchNodes, FindsTheNodeThatAnotherWasFusedInto) {
  EXPECT_THAT(Matches("head.0/clip"), ElementsAre(2));
}

TEST(MatchNodes, FindsNodesByOperatorType) {
  EXPECT_THAT(Matches("type:Relu"), ElementsAre(0, 2));
}

TEST(MatchNodes, FindsTheNodesBetweenTwoEnds) {
  EXPECT_THAT(Matches("region:backbone.1..head.0"), ElementsAre(1, 2));
  EXPECT_THAT(Matches("region:x..b"), ElementsAre(0, 1));
}

TEST(MatchNodes, OffersTheNearestNameWhenNothingMatches) {
  const auto nodes = MatchNodes(MakeGraph(), "backbome.1");
  ASSERT_FALSE(nodes.ok());
  EXPECT_EQ(nodes.status().code(), Code::kUsage);
  EXPECT_THAT(nodes.status().message(), HasSubstr("did you mean 'backbone.1'"));
}

TEST(MatchNodes, OffersTheNearestTypeWhenNoTypeMatches) {
  const auto nodes = MatchNodes(MakeGraph(), "type:Sigmoids");
  ASSERT_FALSE(nodes.ok());
  EXPECT_THAT(nodes.status().message(), HasSubstr("type:Sigmoid"));
}

}  // namespace
}  // namespace octet::compile
