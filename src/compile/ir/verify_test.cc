#include "compile/ir/verify.h"

#include <gtest/gtest.h>

#include "compile/ir/text.h"

namespace octet::compile {
namespace {

Graph GoodGraph() {
  Result<Graph> graph = Parse(R"(
    input x f32[N,4]
    const w f32[4,3]{seed=1}
    y = MatMul(x, w)
    z = Unary(y) function=relu
    output z
  )");
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return *std::move(graph);
}

struct Break {
  const char* message;  // a part of it
  void (*apply)(Graph&);
};

TEST(Verify, AcceptsAWholeGraph) { EXPECT_TRUE(Verify(GoodGraph()).ok()); }

TEST(Verify, NamesWhatIsBroken) {
  const Break breaks[] = {
      {"a value without a name", [](Graph& g) { g.values[0].name.clear(); }},
      {"two values have the name 'w'",
       [](Graph& g) { g.values[0].name = std::string("w"); }},
      {"two nodes have the name 'y'",
       [](Graph& g) { g.nodes[1].name = std::string("y"); }},
      {"two symbols", [](Graph& g) { g.symbols.push_back("N"); }},
      {"has symbol 8 of 1", [](Graph& g) { g.values[0].shape[0] = -9; }},
      {"graph input 9", [](Graph& g) { g.inputs = {9}; }},
      {"given twice",
       [](Graph& g) {
         g.inputs = {0, 0};
       }},
      {"is a constant",
       [](Graph& g) {
         g.inputs = {0, 1};
       }},
      {"reads value 7", [](Graph& g) { g.nodes[0].inputs[0] = 7; }},
      {"makes value 7", [](Graph& g) { g.nodes[0].outputs[0] = 7; }},
      {"before it is made",
       [](Graph& g) { std::swap(g.nodes[0], g.nodes[1]); }},
      {"a second time", [](Graph& g) { g.nodes[1].outputs[0] = 2; }},
      {"no output", [](Graph& g) { g.outputs.clear(); }},
      {"graph output -1", [](Graph& g) { g.outputs = {kNoValue}; }},
      {"is never made",
       [](Graph& g) {
         g.AddValue({"loose", DType::kF32, {}, false, nullptr});
         g.outputs = {4};
       }},
      {"another type than its data",
       [](Graph& g) { g.values[1].dtype = DType::kS8; }},
      {"another type than its data",
       [](Graph& g) {
         g.values[1].shape = Shape{3, 4};
       }},
      {"another type than its data",
       [](Graph& g) { g.values[1].has_shape = false; }},
      {"a node without a name", [](Graph& g) { g.nodes[0].name.clear(); }},
      {"a symbol without a name", [](Graph& g) { g.symbols[0].clear(); }},
      {"graph input -1", [](Graph& g) { g.inputs = {kNoValue}; }},
      {"reads value -5", [](Graph& g) { g.nodes[0].inputs[0] = -5; }},
      {"makes value -1", [](Graph& g) { g.nodes[0].outputs[0] = kNoValue; }},
      {"graph output 4 of 4", [](Graph& g) { g.outputs = {4}; }},
      {"makes 'x' a second time", [](Graph& g) { g.nodes[0].outputs[0] = 0; }},
      {"makes 'w' a second time", [](Graph& g) { g.nodes[0].outputs[0] = 1; }},
      {"reads 'x' before it is made", [](Graph& g) { g.inputs.clear(); }},
      {"reads 'z' before it is made",
       [](Graph& g) { g.nodes[1].inputs[0] = 3; }},
      {"2 outputs, expected 1",
       [](Graph& g) {
         g.AddValue({"more", DType::kF32, {}, false, nullptr});
         g.nodes[1].outputs.push_back(4);
       }},
      {"has shape [-1, 3, 1]",
       [](Graph& g) {
         g.values[2].shape = Shape{-1, 3, 1};
       }},
      {"3 inputs, expected 1",
       [](Graph& g) {
         g.nodes[1].inputs = {2, 2, 2};
       }},
      {"input 0 is missing", [](Graph& g) { g.nodes[1].inputs = {kNoValue}; }},
      {"0 outputs",
       [](Graph& g) {
         g.nodes[1].outputs = {};
         g.outputs = {2};
       }},
      {"a residual is input 3",
       [](Graph& g) {
         std::get<MatMul>(g.nodes[0].op).fusion.residual = true;
       }},
      {"'z' is s8, inference finds f32",
       [](Graph& g) { g.values[3].dtype = DType::kS8; }},
      {"'y' has shape [-1, 5]", [](Graph& g) { g.values[2].shape[1] = 5; }},
      {"do not fit", [](Graph& g) { g.values[0].shape[1] = 5; }},
  };
  for (const Break& broken : breaks) {
    Graph graph = GoodGraph();
    broken.apply(graph);
    const Status status = Verify(graph);
    EXPECT_EQ(status.code(), Code::kFailed) << broken.message;
    EXPECT_NE(status.message().find(broken.message), std::string::npos)
        << broken.message << " / " << status.message();
  }
}

TEST(Verify, AllowsValuesThatNothingMakesAndNothingReads) {
  Graph graph = GoodGraph();
  graph.AddValue({"loose", DType::kF32, {}, false, nullptr});
  EXPECT_TRUE(Verify(graph).ok());
}

TEST(Verify, LeavesTheGraphAsItIs) {
  Result<Graph> graph = Parse(R"(
    input x f32[2,3]
    const shape s64[2]{3, 2}
    y = Reshape(x, shape)
    output y
  )");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const std::string before = Print(*graph);
  EXPECT_TRUE(Verify(*graph).ok());
  EXPECT_EQ(Print(*graph), before);
}

TEST(Verify, AllowsShapesThatAreNotKnownYet) {
  Graph graph = GoodGraph();
  graph.values[2].has_shape = false;
  graph.values[2].shape = Shape();
  EXPECT_TRUE(Verify(graph).ok());
}

}  // namespace
}  // namespace octet::compile
