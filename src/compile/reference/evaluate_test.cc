#include "compile/reference/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compile/ir/text.h"
#include "compile/reference/literal_tensors.h"

namespace octet::compile {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Graph Parsed(std::string_view text) {
  auto graph = Parse(text);
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return graph.ok() ? *std::move(graph) : Graph{};
}

constexpr std::string_view kSmall = R"(graph "small"
input x f32[N,2]
const two f32[]{2}
double = Binary(x, two) op=mul
y = Binary(double, x) op=add
output y
output double
)";

TEST(Evaluate, RunsNodesInOrderAndReturnsTheOutputs) {
  const Graph graph = Parsed(kSmall);
  const std::vector<Tensor> inputs = {F32({1, 2}, {1, -4})};
  const auto outputs = Evaluate(graph, inputs);
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  ASSERT_EQ(outputs->size(), 2u);
  EXPECT_THAT(Elements<float>((*outputs)[0]), ElementsAre(3, -12));
  EXPECT_THAT(Elements<float>((*outputs)[1]), ElementsAre(2, -8));
}

TEST(EvaluateAll, KeepsEveryValue) {
  const Graph graph = Parsed(kSmall);
  const std::vector<Tensor> inputs = {F32({1, 2}, {1, -4})};
  const auto values = EvaluateAll(graph, inputs);
  ASSERT_TRUE(values.ok());
  ASSERT_EQ(values->size(), graph.values.size());
  for (const auto& value : *values) EXPECT_NE(value, nullptr);
}

TEST(Evaluate, RefusesInputsThatDoNotFit) {
  const Graph graph = Parsed(kSmall);
  EXPECT_EQ(Evaluate(graph, {}).status().code(), Code::kUsage);
  const std::vector<Tensor> wide = {F32({1, 3}, {})};
  EXPECT_THAT(Evaluate(graph, wide).status().message(), HasSubstr("'x'"));
  const std::vector<Tensor> integers = {S64({1, 2}, {})};
  EXPECT_FALSE(Evaluate(graph, integers).ok());
}

TEST(Evaluate, RefusesAResultUnlikeWhatTheGraphStates) {
  Graph graph = Parsed(kSmall);
  graph.values[size_t(graph.outputs[0])].shape = Shape{1, 7};
  const std::vector<Tensor> inputs = {F32({1, 2}, {})};
  EXPECT_THAT(Evaluate(graph, inputs).status().message(),
              HasSubstr("expected f32 [1, 7]"));
}

TEST(Evaluate, ReportsAnOutputThatNothingProduces) {
  Graph graph = Parsed(kSmall);
  graph.nodes.pop_back();
  const std::vector<Tensor> inputs = {F32({1, 2}, {})};
  EXPECT_FALSE(Evaluate(graph, inputs).ok());
}

TEST(EvaluateNode, RefusesMissingOperandsOfEveryKind) {
  const Op ops[] = {Conv{},    MatMul{},   Unary{},      Binary{},
                    Pool{},    Reduce{},   Softmax{},    LayerNorm{},
                    Slice{},   Pad{},      Transpose{},  Reshape{},
                    Resize{},  Gather{},   Cast{},       Where{},
                    Expand{},  Tile{},     ShapeOf{},    ConstantOfShape{},
                    RangeOp{}, Quantize{}, Dequantize{}, Concat{}};
  for (const Op& op : ops) {
    EXPECT_EQ(RunOp(op, {}).status().code(), Code::kBadInput) << KindName(op);
    EXPECT_FALSE(RunOp(op, {nullptr, nullptr}).ok()) << KindName(op);
  }
}

}  // namespace
}  // namespace octet::compile
