// Graphs as long as a file can make them: what passes do must not grow with the
// square of it, nor recurse along it. A pass that did would take minutes here.
#include <fmt/core.h>

#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

constexpr int kNodes = 10000;

// `line` is the node, with {0} for the name of its output and {1} for that of
// the node before it.
Graph Chain(std::string_view constants, fmt::string_view line) {
  std::string text = "input x f32[1,2,2,4]\n" + std::string(constants);
  std::string last = "x";
  for (int i = 0; i < kNodes; ++i) {
    const std::string next = fmt::format("value_of_a_long_name_{}", i);
    text += fmt::vformat(line, fmt::make_format_args(next, last)) + "\n";
    last = next;
  }
  return ParsedGraph(text + "output " + last + "\n");
}

struct ChainRow {
  const char* constants;
  const char* line;
  size_t nodes;  // that are left
};

// Everything becomes one node, nothing does, half of it does.
constexpr ChainRow kChains[] = {
    {"", "{0} = Unary({1}) function=relu", 1},
    {"", "{0} = Unary({1})", 1},
    {"", "{0} = Unary({1}) function=sigmoid", kNodes},
    {"", "{0} = Binary({1}, x)", kNodes},
    {"const c f32[]{1.5}\n", "{0} = Binary({1}, c)", kNodes},
    {"const c f32[]{0}\n", "{0} = Binary({1}, c)", 1},
    {"const c f32[]{1.5}\n", "{0} = Binary({1}, c) op=max", 1},
    {"const w f32[4,1,1,4]{seed=1}\n", "{0} = Conv({1}, w)", kNodes},
    {"", "{0} = Transpose({1}) perm=[0,2,1,3]", 1},
    {"", "{0} = Reshape({1}) dims=[1,4,-1]", 1},
};

TEST(RunPasses, TakesLongChainsInItsStride) {
  for (const ChainRow& row : kChains) {
    SCOPED_TRACE(row.line);
    Graph graph = Chain(row.constants, row.line);
    const Status status = RunPasses(graph, {.disabled = {}, .verify = false});
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(graph.nodes.size(), row.nodes);
    const Status verified = Verify(graph);
    EXPECT_TRUE(verified.ok()) << verified.message();
  }
}

TEST(RunPasses, NamesAllThatALongChainBecame) {
  Graph graph = Chain("", "{0} = Unary({1}) function=relu");
  ASSERT_TRUE(RunPasses(graph, {.disabled = {}, .verify = false}).ok());
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.nodes[0].origins.size(), size_t{kNodes});
}

TEST(RunPasses, SharesManyEqualNodes) {
  std::string text = "input x f32[4]\n";
  std::string sum = "a0";
  for (int i = 0; i < kNodes; ++i) {
    text += fmt::format("a{} = Unary(x) function=sigmoid\n", i);
  }
  for (int i = 1; i < kNodes; ++i) {
    const std::string next = fmt::format("s{}", i);
    text += fmt::format("{} = Binary({}, a{}) op=sub\n", next, sum, i);
    sum = next;
  }
  Graph graph = ParsedGraph(text + "output " + sum + "\n");
  const Status status = RunPasses(graph, {.disabled = {}, .verify = false});
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(graph.nodes.size(), size_t{kNodes});
  EXPECT_EQ(graph.nodes[0].origins.size(), size_t{kNodes});
}

}  // namespace
}  // namespace octet::compile
