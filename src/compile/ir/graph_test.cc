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
