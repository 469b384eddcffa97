#include "compile/passes/rewriter.h"

#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

using Names = std::vector<std::string>;

// x to a to b to c, and b to d.
Graph Fork() {
  return ParsedGraph(R"(
input x f32[2]
a = Unary(x) function=exp
b = Unary(a) function=relu
c = Unary(b) function=abs
d = Unary(b) function=neg
output c
output d
)");
}

Names NodeNames(const Graph& graph) {
  Names names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

TEST(Rewriter, KnowsWhoMakesAndWhoReads) {
  Graph graph = Fork();
  const Rewriter r(graph);
  const ValueId b = graph.nodes[1].outputs[0];
  EXPECT_EQ(r.producer(b), 1);
  EXPECT_EQ(r.readers(b), (std::vector<NodeId>{2, 3}));
  EXPECT_EQ(r.OnlyReader(b), kNoNode);
  EXPECT_EQ(r.OnlyReader(graph.nodes[0].outputs[0]), 1);
  EXPECT_EQ(r.OnlyReader(graph.nodes[2].outputs[0]), kNoNode);
  EXPECT_TRUE(r.is_output(graph.nodes[2].outputs[0]));
  EXPECT_NE(r.Maker<Unary>(b), nullptr);
  EXPECT_EQ(r.Maker<Binary>(b), nullptr);
  EXPECT_EQ(r.Maker<Unary>(graph.inputs[0]), nullptr);
  EXPECT_FALSE(r.changed());
}

TEST(Rewriter, RemovesWhatNobodyNeedsAnyMore) {
  Graph graph = Fork();
  Rewriter r(graph);
  const ValueId x = graph.inputs[0];
  EXPECT_TRUE(r.SetInputs(2, {x}).empty()) << "d still reads b";
  EXPECT_EQ(r.SetInputs(3, {x}), (std::vector<NodeId>{1, 0}));
  EXPECT_TRUE(r.removed(0));
  r.Finish();
  EXPECT_EQ(NodeNames(graph), (Names{"c", "d"}));
  EXPECT_TRUE(Verify(graph).ok());
}

TEST(Rewriter, KeepsTheNamesOfOutputsThatItForwards) {
  Graph graph = Fork();
  Rewriter r(graph);
  const ValueId b = graph.nodes[1].outputs[0];
  EXPECT_TRUE(r.Forward(graph.nodes[2].outputs[0], b));
  // b is an output by now, so d cannot be the same value.
  EXPECT_FALSE(r.Forward(graph.nodes[3].outputs[0], b));
  r.Finish();
  EXPECT_EQ(graph.values[size_t(graph.outputs[0])].name, "c");
  EXPECT_EQ(graph.values[size_t(graph.outputs[1])].name, "d");
  EXPECT_EQ(NodeNames(graph), (Names{"a", "b", "d"}));
}

TEST(Rewriter, DoesNotMakeAnOutputOfAnInput) {
  Graph graph = Fork();
  Rewriter r(graph);
  EXPECT_FALSE(r.Forward(graph.nodes[2].outputs[0], graph.inputs[0]));
  EXPECT_FALSE(r.changed());
}

TEST(Rewriter, PutsNewNodesBeforeTheirReaders) {
  Graph graph = Fork();
  Rewriter r(graph);
  const ValueId b = graph.nodes[1].outputs[0];
  const ValueId more = r.AddValue("b", DType::kF32, Shape{2});
  r.AddNode(1, Unary{{.kind = FunctionKind::kTanh}}, {b}, more);
  r.SetInput(2, 0, more);
  r.Finish();
  EXPECT_EQ(NodeNames(graph), (Names{"a", "b", "b_1", "c", "d"}));
  EXPECT_EQ(graph.values[size_t(graph.nodes[2].outputs[0])].name, "b_1");
  EXPECT_EQ(graph.nodes[2].origins, Names{"b"});
  EXPECT_TRUE(Verify(graph).ok());
}

TEST(Rewriter, CollectsOriginsInOrderAndOnce) {
  Graph graph = Fork();
  Rewriter r(graph);
  r.InheritOrigins(1, 0);
  r.InheritOrigins(2, 1);
  r.InheritOrigins(2, 0);
  r.InheritOrigins(2, 2);
  // What b gets only now is none of what c took from it before.
  r.InheritOrigins(1, 3);
  r.Finish();
  EXPECT_EQ(graph.nodes[2].origins, (Names{"c", "b", "a"}));
  EXPECT_EQ(graph.nodes[1].origins, (Names{"b", "a", "d"}));
  EXPECT_EQ(graph.nodes[3].origins, Names{"d"});
}

TEST(Rewriter, ChangesAConstantOnlyWhereNobodyElseReadsIt) {
  Graph graph = ParsedGraph(R"(
input x f32[2]
const one f32[2]{1, 2}
const both f32[2]{3, 4}
a = Binary(x, one)
b = Binary(a, both)
c = Binary(b, both)
output c
)");
  Rewriter r(graph);
  const ValueId one = graph.nodes[0].inputs[1];
  const ValueId both = graph.nodes[1].inputs[1];
  EXPECT_EQ(r.ReplaceConstant(one, MakeSeeded(DType::kF32, Shape{2}, 1)), one);
  const ValueId fresh =
      r.ReplaceConstant(both, MakeSeeded(DType::kF32, Shape{2}, 1));
  EXPECT_NE(fresh, both);
  EXPECT_EQ(r.value(fresh).name, "both_1");
  EXPECT_EQ(r.value(both).data->as<float>()[0], 3);
}

}  // namespace
}  // namespace octet::compile
