#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(MoveScales, MovesTheScaleOfAttentionScoresToTheQuery) {
  ExpectRewrite(MoveScales, R"(graph g
input x f32[1,3,8]
input k f32[1,2,4,5]
const w f32[8,8]{seed=1}
const root f32[]{2}
a = MatMul(x, w)
b = Reshape(a) dims=[1,3,2,4]
c = Transpose(b) perm=[0,2,1,3]
d = MatMul(c, k)
y = Binary(d, root) op=div name=scale
z = Unary(y) function=tanh
output z
)",
                R"(graph g
input x f32[1,3,8]
input k f32[1,2,4,5]
const w f32[8,8]{seed=1}
const a_scale f32[]{0.5}
a = MatMul(x, w)
a_scaled f32[1,3,8] = Binary(a, a_scale) op=mul name=scale_1 origins=[scale]
b = Reshape(a_scaled) dims=[1,3,2,4]
c = Transpose(b) perm=[0,2,1,3]
d = MatMul(c, k)
z = Unary(d) function=tanh
output z
)");
}

TEST(MoveScales, TakesTheOtherOperandWhereTheFirstCannot) {
  Graph graph = ParsedGraph(R"(graph g
input x f32[3,8]
input q f32[5,8]
const w f32[8,8]{seed=1}
const number f32[1,1]{0.25}
a = MatMul(x, w)
b = Transpose(a) perm=[1,0]
c = MatMul(q, b)
d = Binary(number, c) op=mul
y = Unary(d) function=tanh
output y
)");
  const Graph before = graph;
  ASSERT_TRUE(*MoveScales(graph));
  ASSERT_TRUE(*FoldBatchNorm(graph));
  ExpectSameResults(before, graph);
  for (const Node& node : graph.nodes) {
    EXPECT_FALSE(std::holds_alternative<Binary>(node.op)) << node.name;
  }
}

// As attention is written where both operands are scaled by 1 / sqrt(sqrt(d)).
TEST(MoveScales, MovesTheScaleOfAnOperand) {
  Graph graph = ParsedGraph(R"(graph g
input x f32[3,8]
input k f32[8,5]
const w f32[8,8]{seed=1}
const bias f32[8]{seed=2}
const number f32[]{0.7}
a = MatMul(x, w, bias)
b = Reshape(a) dims=[1,3,8]
c = Binary(b, number) op=mul
d = MatMul(c, k)
output d
)");
  const Graph before = graph;
  ASSERT_TRUE(*MoveScales(graph));
  ASSERT_TRUE(*FoldBatchNorm(graph));
  ExpectSameResults(before, graph);
  EXPECT_EQ(graph.nodes.size(), 3u) << Print(graph);
}

constexpr std::string_view kLeft[] = {
    // No product of computed matrices is near: detectors' decoding.
    "a = MatMul(x, w)\nb = Reshape(a) dims=[8,3]\ny = Binary(b, s) op=mul\n",
    // Somebody else reads what would be scaled.
    "a = MatMul(x, w)\nb = MatMul(a, k)\nc = Binary(b, s) op=mul\n"
    "d = Unary(b) function=relu\ny = Binary(d, c)\n",
    "a = MatMul(x, w)\nb = MatMul(a, k)\nc = Binary(b, s) op=mul\n"
    "y = Binary(c, a)\n",
    // No product with constant weights above.
    "b = MatMul(x, k)\nc = Binary(b, s) op=mul\ny = Unary(c) function=relu\n",
    // Not one number.
    "a = MatMul(x, w)\nb = MatMul(a, k)\nc = Binary(b, v) op=mul\n"
    "y = Unary(c) function=relu\n",
    "a = MatMul(x, w)\nb = MatMul(a, k)\nc = Binary(s, b) op=div\n"
    "y = Unary(c) function=relu\n",
    "a = MatMul(x, w)\nb = MatMul(a, k)\nc = Binary(b, zero) op=div\n"
    "y = Unary(c) function=relu\n",
    // A function in between.
    "a = MatMul(x, w) before=relu\nb = MatMul(a, k)\n"
    "c = Binary(b, s) op=mul\ny = Unary(c) function=relu\n",
};

TEST(MoveScales, LeavesOtherScales) {
  for (std::string_view nodes : kLeft) {
    SCOPED_TRACE(nodes);
    ExpectUnchanged(MoveScales, R"(graph g
input x f32[3,8]
input k f32[8,8]
const w f32[8,8]{seed=1}
const s f32[]{0.5}
const zero f32[]{0}
const v f32[8]{seed=2}
)" + std::string(nodes) + "output y\n");
  }
}

}  // namespace
}  // namespace octet::compile
