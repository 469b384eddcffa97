#include <string>

#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

// Blocks of 2 x 2 in the order of YOLOX: rows by the first letter, columns by
// the second.
std::string Focus(std::string_view conv) {
  return R"(graph g
input x f32[1,6,8,2]
const w f32[3,3,3,8]{seed=1}
const b f32[3]{seed=2}
e = Slice(x) starts=[0,0,0,0] sizes=[1,3,8,2] steps=[1,2,1,1]
o = Slice(x) starts=[0,1,0,0] sizes=[1,3,8,2] steps=[1,2,1,1]
ee = Slice(e) starts=[0,0,0,0] sizes=[1,3,4,2] steps=[1,1,2,1]
oe = Slice(o) starts=[0,0,0,0] sizes=[1,3,4,2] steps=[1,1,2,1]
eo = Slice(e) starts=[0,0,1,0] sizes=[1,3,4,2] steps=[1,1,2,1]
oo = Slice(o) starts=[0,0,1,0] sizes=[1,3,4,2] steps=[1,1,2,1]
c = Concat(ee, oe, eo, oo) axis=3
)" + std::string(conv) +
         "\noutput y\n";
}

Graph Folded(const std::string& text, bool expected) {
  const Graph before = ParsedGraph(text);
  Graph graph = before;
  const Result<bool> changed = FoldSpaceToDepth(graph);
  EXPECT_TRUE(changed.ok()) << changed.status().message();
  EXPECT_EQ(*changed, expected);
  const Status verified = Verify(graph);
  EXPECT_TRUE(verified.ok()) << verified.message();
  ExpectSameResults(before, graph);
  return graph;
}

struct Window {
  const char* conv;
  std::array<int64_t, 4> kernel_and_strides;
  std::array<int64_t, 4> pads;
};

TEST(FoldSpaceToDepth, ReadsTheImageItself) {
  const Window windows[] = {
      {"y = Conv(c, w, b) pads=[1,1,1,1]", {6, 6, 2, 2}, {2, 2, 2, 2}},
      {"y = Conv(c, w, b)", {6, 6, 2, 2}, {0, 0, 0, 0}},
      {"y = Conv(c, w, _) strides=[2,1] pads=[0,1,2,0]",
       {6, 6, 4, 2},
       {0, 2, 4, 0}},
      {"y = Conv(c, w, b) strides=[2,3] pads=[2,2,2,2]",
       {6, 6, 4, 6},
       {4, 4, 4, 4}}};
  for (const Window& window : windows) {
    const Graph graph = Folded(Focus(window.conv), true);
    ASSERT_EQ(graph.nodes.size(), 1u) << window.conv;
    const Node& node = graph.nodes[0];
    const Conv& conv = std::get<Conv>(node.op);
    const Shape& w = graph.values[size_t(node.inputs[1])].shape;
    EXPECT_EQ(w, (Shape{3, window.kernel_and_strides[0],
                        window.kernel_and_strides[1], 2}));
    EXPECT_EQ(conv.strides[0], window.kernel_and_strides[2]);
    EXPECT_EQ(conv.strides[1], window.kernel_and_strides[3]);
    EXPECT_EQ(conv.pads, window.pads);
    EXPECT_EQ(node.origins.size(), 8u) << "seven nodes became part of it";
  }
}

TEST(FoldSpaceToDepth, KeepsWhatOthersReadOfTheStack) {
  const Graph graph = Folded(
      Focus("y = Conv(c, w, b) pads=[1,1,1,1]\nz = Unary(c) function=relu\n"
            "output z"),
      true);
  EXPECT_EQ(graph.nodes.size(), 9u);
}

// What is changed in the graph above, so that it is no stack of blocks.
struct Change {
  const char *from, *to;
};

TEST(FoldSpaceToDepth, LeavesWhatIsNoStackOfBlocks) {
  const Change changes[] = {
      {"Concat(ee, oe, eo, oo)", "Concat(ee, oe, eo, eo)"},
      {"w, b) pads=[1,1,1,1]", "w, b) dilations=[2,2] pads=[2,2,2,2]"},
      {"oo = Slice(o) starts=[0,0,1,0]", "oo = Slice(o) starts=[0,0,0,0]"},
      {"eo = Slice(e)", "eo = Slice(o)"}};
  for (const Change& change : changes) {
    std::string text = Focus("y = Conv(c, w, b) pads=[1,1,1,1]");
    const size_t at = text.find(change.from);
    ASSERT_NE(at, std::string::npos) << change.from;
    Folded(text.replace(at, std::string(change.from).size(), change.to), false);
  }
}

TEST(FoldSpaceToDepth, LeavesRowsThatBlocksDoNotCover) {
  Folded(R"(graph g
input x f32[1,7,8,1]
const w f32[1,1,1,4]{1,2,3,4}
a = Slice(x) starts=[0,0,0,0] sizes=[1,3,4,1] steps=[1,2,2,1]
b = Slice(x) starts=[0,0,1,0] sizes=[1,3,4,1] steps=[1,2,2,1]
c = Slice(x) starts=[0,1,0,0] sizes=[1,3,4,1] steps=[1,2,2,1]
d = Slice(x) starts=[0,1,1,0] sizes=[1,3,4,1] steps=[1,2,2,1]
s = Concat(a, b, c, d) axis=3
y = Conv(s, w, _)
output y
)",
         false);
}

}  // namespace
}  // namespace octet::compile
