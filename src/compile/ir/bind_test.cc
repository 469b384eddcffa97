#include "compile/ir/bind.h"

#include <gtest/gtest.h>

#include "compile/ir/text.h"
#include "compile/ir/verify.h"

namespace octet::compile {
namespace {

Graph TwoInputs() {
  Result<Graph> graph = Parse(R"(
    input ids s64[batch,sequence]
    input mask s64[batch,sequence]
    const table f32[10,4]{seed=1}
    x = Gather(table, ids)
    y = Reshape(x) dims=[-1,4]
    output y
  )");
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return *std::move(graph);
}

Shape OutputShape(const Graph& graph) {
  return graph.values[size_t(graph.outputs[0])].shape;
}

TEST(BindShapes, GivesEverySymbolItsSize) {
  Graph graph = TwoInputs();
  const Status status = BindShapes(graph, {{"batch", 2}, {"sequence", 5}});
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_TRUE(Verify(graph).ok());
  EXPECT_EQ(OutputShape(graph), (Shape{10, 4}));
  EXPECT_TRUE(graph.symbols.empty());
}

TEST(BindShapes, TakesABatchOfOneWhereNothingIsSaid) {
  Graph graph = TwoInputs();
  ASSERT_TRUE(BindShapes(graph, {{"sequence", 5}}).ok());
  EXPECT_EQ(OutputShape(graph), (Shape{5, 4}));
}

TEST(BindShapes, TakesAWholeShapeAndUsesItsSymbolsForTheOtherInputs) {
  Graph graph = TwoInputs();
  ASSERT_TRUE(BindShapes(graph, {}, {{"mask", Shape{3, 4}}}).ok());
  EXPECT_EQ(OutputShape(graph), (Shape{12, 4}));
}

TEST(BindShapes, LetsOneInputsShapeAndASymbolAgree) {
  Graph graph = TwoInputs();
  ASSERT_TRUE(BindShapes(graph, {{"batch", 3}}, {{"mask", Shape{3, 4}}}).ok());
  EXPECT_EQ(OutputShape(graph), (Shape{12, 4}));
}

TEST(BindShapes, BindsASymbolOfTheBatchWhereverItStands) {
  Result<Graph> graph = Parse(R"(
    input x f32[N,N]
    y = Unary(x)
    output y
  )");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  ASSERT_TRUE(BindShapes(*graph, {}).ok());
  EXPECT_EQ(OutputShape(*graph), (Shape{1, 1}));
}

TEST(BindShapes, InfersAgainWhatWasSymbolic) {
  Result<Graph> graph = Parse(R"(
    input x f32[N,H,W,3]
    y = Pool(x) kernel=[2,2] strides=[2,2]
    z = Reshape(y) dims=[0,-1]
    output z
  )");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  ASSERT_TRUE(BindShapes(*graph, {{"H", 9}, {"W", 6}}).ok());
  EXPECT_EQ(OutputShape(*graph), (Shape{1, 36}));
  EXPECT_EQ(graph->values[1].shape, (Shape{1, 4, 3, 3}));
}

TEST(BindShapes, LeavesAGraphOfNumbersAsItIs) {
  Result<Graph> graph = Parse(R"(
    input x f32[2,3]
    y = Unary(x) function=relu
    output y
  )");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const std::string before = Print(*graph);
  ASSERT_TRUE(BindShapes(*graph, {}).ok());
  EXPECT_EQ(Print(*graph), before);
}

TEST(BindShapes, ListsWhatIsLeftOpenAndLeavesTheGraphAlone) {
  Graph graph = TwoInputs();
  const std::string before = Print(graph);
  const Status status = BindShapes(graph, {{"batch", 2}});
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_NE(status.message().find("'sequence'; give each one a number, e.g. "
                                  "--shapes sequence=1"),
            std::string::npos)
      << status.message();
  EXPECT_EQ(Print(graph), before);
}

struct Misuse {
  std::map<std::string, int64_t> symbols;
  std::map<std::string, Shape> inputs;
  const char* message;
};

TEST(BindShapes, RefusesWhatTheModelDoesNotHave) {
  const Misuse misuses[] = {
      {{{"size", 2}}, {}, "no dimension 'size'; it has 'batch', 'sequence'"},
      {{{"batch", 0}}, {}, "given size 0"},
      {{}, {{"image", Shape{1}}}, "no input 'image'; known: ids"},
      {{}, {{"idx", Shape{1}}}, "no input 'idx'; did you mean 'ids'?"},
      {{}, {{"ids", Shape{1}}}, "does not fit its own, [batch, sequence]"},
      {{}, {{"ids", Shape{1, -1}}}, "given size -1"},
      {{{"batch", 2}}, {{"ids", Shape{3, 4}}}, "the sizes 2 and 3"},
  };
  for (const Misuse& misuse : misuses) {
    Graph graph = TwoInputs();
    const Status status = BindShapes(graph, misuse.symbols, misuse.inputs);
    EXPECT_EQ(status.code(), Code::kUsage) << misuse.message;
    EXPECT_NE(status.message().find(misuse.message), std::string::npos)
        << misuse.message << " / " << status.message();
  }
}

TEST(BindShapes, FindsASizeThatTheModelCannotHave) {
  Result<Graph> graph = Parse(R"(
    input x f32[N,H]
    y = Reshape(x) dims=[-1,7]
    output y
  )");
  ASSERT_TRUE(graph.ok());
  const Status status = BindShapes(*graph, {{"H", 8}});
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_NE(status.message().find("node 'y' (Reshape)"), std::string::npos)
      << status.message();
}

}  // namespace
}  // namespace octet::compile
