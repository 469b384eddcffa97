#include "compile/ir/graph.h"

#include <gtest/gtest.h>

#include "compile/ir/text.h"
#include "compile/ir/unique_names.h"
#include "compile/ir/verify.h"

namespace octet::compile {
namespace {

Graph ParseOrDie(std::string_view text) {
  Result<Graph> graph = Parse(text);
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return *std::move(graph);
}

TEST(Graph, FindsNamesThatAreFree) {
  const Graph graph = ParseOrDie(R"(
    input x f32[1]
    x_1 = Unary(x)
    output x_1
  )");
  EXPECT_EQ(graph.UniqueValueName("y"), "y");
  EXPECT_EQ(graph.UniqueValueName("x"), "x_2");
  EXPECT_EQ(graph.UniqueNodeName("x"), "x");
  EXPECT_EQ(graph.UniqueNodeName("x_1"), "x_1_1");
  EXPECT_EQ(graph.UniqueValueName(""), "unnamed");
}

TEST(UniqueNames, GoOnWhereTheyWere) {
  UniqueNames names;
  names.Reserve("a");
  names.Reserve("a_2");
  EXPECT_EQ(names.Take("a"), "a_1");
  EXPECT_EQ(names.Take("a"), "a_3");
  EXPECT_EQ(names.Take("b"), "b");
  EXPECT_EQ(names.Take("b"), "b_1");
  EXPECT_EQ(names.Take(""), "unnamed");
}

TEST(Graph, CompactKeepsWhatOutputsDependOnAndAllInputs) {
  Graph graph = ParseOrDie(R"(
    input x f32[1]
    input unread f32[1]
    const c f32[1]{1}
    const unused f32[1]{2}
    dead = Binary(x, unused)
    y = Binary(x, c)
    output y
  )");
  Compact(graph);
  EXPECT_TRUE(Verify(graph).ok());
  EXPECT_EQ(Print(graph), R"(input x f32[1]
input unread f32[1]
const c f32[1]{1}
y f32[1] = Binary(x, c)
output y
)");
}

TEST(Graph, CompactDropsWholeChainsAndRenumbers) {
  Graph graph = ParseOrDie(R"(
    input x f32[2]
    a = Unary(x) function=exp
    b = Unary(a) function=log
    const bias f32[2]{1, 2}
    y = Binary(x, bias)
    output y
  )");
  graph.values.insert(graph.values.begin() + 1,
                      Value{"loose", DType::kF32, {}, false, nullptr});
  for (Node& node : graph.nodes) {
    for (ValueId& id : node.inputs) id += id > 0 ? 1 : 0;
    for (ValueId& id : node.outputs) ++id;
  }
  ++graph.outputs[0];
  Compact(graph);
  EXPECT_TRUE(Verify(graph).ok());
  EXPECT_EQ(graph.values.size(), 3u);
  EXPECT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.nodes[0].name, "y");
  EXPECT_EQ(graph.outputs, std::vector<ValueId>{2});
}

TEST(Graph, CompactKeepsMissingInputsMissing) {
  Graph graph = ParseOrDie(R"(
    const unused f32[1]{2}
    input x f32[1,4,4,2]
    const w f32[2,1,1,2]{fill=1}
    y = Conv(x, w, _, x) residual=true
    output y
  )");
  Compact(graph);
  EXPECT_TRUE(Verify(graph).ok());
  EXPECT_EQ(graph.nodes[0].inputs, (std::vector<ValueId>{0, 1, kNoValue, 0}));
}

TEST(Graph, CompactLeavesAnInputThatIsAnOutput) {
  Graph graph = ParseOrDie("input x f32[1]\noutput x\noutput x\n");
  Compact(graph);
  EXPECT_EQ(graph.values.size(), 1u);
  EXPECT_EQ(graph.outputs, (std::vector<ValueId>{0, 0}));
}

TEST(Graph, AddConstantTakesTheTensorsTypeAndAFreeName) {
  Graph graph = ParseOrDie("input x f32[1]\noutput x\n");
  const ValueId id = graph.AddConstant("x", Tensor(DType::kS8, Shape{2, 3}));
  const Value& value = graph.values[size_t(id)];
  EXPECT_EQ(value.name, "x_1");
  EXPECT_EQ(value.dtype, DType::kS8);
  EXPECT_EQ(value.shape, (Shape{2, 3}));
  EXPECT_TRUE(value.has_shape);
  EXPECT_TRUE(value.is_constant());
}

TEST(Graph, UsesSkipInputsThatAreMissing) {
  const Graph graph = ParseOrDie(R"(
    input x f32[1,4,4,2]
    const w f32[2,1,1,2]{fill=1}
    y = Conv(x, w, _, x) residual=true
    z = Unary(y) function=relu
    output z
  )");
  const Uses uses = ComputeUses(graph);
  EXPECT_EQ(uses.readers[0], (std::vector<NodeId>{0, 0}));
  EXPECT_EQ(uses.readers[1], std::vector<NodeId>{0});
  EXPECT_EQ(uses.readers[2], std::vector<NodeId>{1});
  EXPECT_EQ(uses.producer, (std::vector<NodeId>{kNoNode, kNoNode, 0, 1}));
  EXPECT_EQ(uses.is_output, (std::vector<bool>{false, false, false, true}));
}

TEST(Graph, ReplaceUsesTouchesEverySlotAndNothingElse) {
  Graph graph = ParseOrDie(R"(
    input x f32[1]
    input other f32[1]
    y = Binary(x, x)
    z = Binary(other, x)
    output z
  )");
  ReplaceUses(graph, 0, 1);
  EXPECT_EQ(graph.nodes[0].inputs, (std::vector<ValueId>{1, 1}));
  EXPECT_EQ(graph.nodes[1].inputs, (std::vector<ValueId>{1, 1}));
  EXPECT_EQ(graph.inputs, (std::vector<ValueId>{0, 1}));
  EXPECT_EQ(graph.outputs, std::vector<ValueId>{3});
}

TEST(Graph, ReplaceUsesRedirectsReadersAndOutputs) {
  Graph graph = ParseOrDie(R"(
    input x f32[1]
    y = Unary(x) function=relu
    z = Unary(y) function=exp
    output y
    output z
  )");
  ReplaceUses(graph, 1, 0);
  EXPECT_EQ(graph.nodes[1].inputs[0], 0);
  EXPECT_EQ(graph.outputs[0], 0);
}

TEST(Graph, UsesListAReaderOncePerSlot) {
  const Graph graph = ParseOrDie(R"(
    input x f32[1]
    y = Binary(x, x)
    output y
  )");
  const Uses uses = ComputeUses(graph);
  EXPECT_EQ(uses.producer[0], kNoNode);
  EXPECT_EQ(uses.producer[1], 0);
  EXPECT_EQ(uses.readers[0], (std::vector<NodeId>{0, 0}));
  EXPECT_TRUE(uses.readers[1].empty());
  EXPECT_FALSE(uses.is_output[0]);
  EXPECT_TRUE(uses.is_output[1]);
}

}  // namespace
}  // namespace octet::compile
