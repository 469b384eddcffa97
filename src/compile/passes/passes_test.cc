#include "compile/passes/passes.h"

#include <gmock/gmock.h>

#include <set>

#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// An image network as the importer leaves it: everything at once.
constexpr std::string_view kNetwork = R"(graph network
input image f32[1,2,6,6]
const w1 f32[4,3,3,2]{seed=1}
const w2 f32[4,1,1,4]{seed=2}
const w3 f32[36,3]{seed=3}
const scale f32[4,1,1]{1, 2, 0.5, -1}
const shift f32[4,1,1]{1, 0, 2, 3}
const bias f32[3]{1, 2, 3}
nhwc = Transpose(image) perm=[0,2,3,1]
conv = Conv(nhwc, w1) strides=[2,2] pads=[1,1,1,1]
nchw = Transpose(conv) perm=[0,3,1,2]
norm = Binary(nchw, scale) op=mul
norm2 = Binary(norm, shift)
sigmoid = Unary(norm2) function=sigmoid
silu = Binary(norm2, sigmoid) op=mul
nhwc2 = Transpose(silu) perm=[0,2,3,1]
conv2 = Conv(nhwc2, w2)
nchw2 = Transpose(conv2) perm=[0,3,1,2]
sum = Binary(nchw2, silu)
relu = Unary(sum) function=relu
flat = Reshape(relu) dims=[1,-1]
product = MatMul(flat, w3)
logits = Binary(product, bias)
output logits
)";

TEST(RunPasses, LeavesAnImageNetworkCanonical) {
  const Graph before = ParsedGraph(kNetwork);
  Graph graph = before;
  const Status status = RunPasses(graph);
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_EQ(graph.nodes.size(), 5u) << Print(graph);
  EXPECT_THAT(
      Print(graph),
      HasSubstr("relu f32[1,3,3,4] = Conv(silu, w2, _, silu) residual=true "
                "after=relu name=conv2 origins=[conv2,sum,relu]"));
  EXPECT_THAT(Print(graph), HasSubstr("before=silu name=conv "));
  ExpectSameResults(before, graph);
}

// As exporters write it: biases apart, the scores divided, a mask added.
TEST(RunPasses, LeavesNothingButProductsAndMovesOfAttention) {
  const Graph before = ParsedGraph(R"(graph attention
input x f32[1,6,16]
input mask f32[1,1,1,6]
const w f32[16,16]{seed=1}
const v f32[16,16]{seed=2}
const b f32[16]{seed=3}
const root f32[]{3}
q0 = MatMul(x, w)
q1 = Binary(b, q0)
q2 = Reshape(q1) dims=[1,6,2,8]
q = Transpose(q2) perm=[0,2,1,3]
k0 = MatMul(x, v)
k1 = Binary(b, k0)
k2 = Reshape(k1) dims=[1,6,2,8]
k = Transpose(k2) perm=[0,2,3,1]
s0 = MatMul(q, k)
s1 = Binary(s0, root) op=div
s2 = Binary(s1, mask)
p = Softmax(s2) axis=-1
output p
)");
  Graph graph = before;
  const Status status = RunPasses(graph);
  ASSERT_TRUE(status.ok()) << status.message();
  ExpectSameResults(before, graph);
  for (const Node& node : graph.nodes) {
    EXPECT_FALSE(std::holds_alternative<Binary>(node.op)) << Print(graph);
  }
}

TEST(RunPasses, ChangesNothingTheSecondTime) {
  Graph graph = ParsedGraph(kNetwork);
  ASSERT_TRUE(RunPasses(graph).ok());
  const std::string once = Print(graph);
  ASSERT_TRUE(RunPasses(graph).ok());
  EXPECT_EQ(Print(graph), once);
}

TEST(RunPasses, KeepsTheResultsWithoutAnyOneOfThePasses) {
  const Graph before = ParsedGraph(kNetwork);
  for (const Pass& pass : Passes()) {
    Graph graph = before;
    const Status status =
        RunPasses(graph, {.disabled = {std::string(pass.name)}});
    ASSERT_TRUE(status.ok()) << pass.name << ": " << status.message();
    ExpectSameResults(before, graph);
  }
}

TEST(RunPasses, RefusesAPassThatDoesNotExist) {
  Graph graph = ParsedGraph(kNetwork);
  const Status status = RunPasses(graph, {.disabled = {"fold"}});
  EXPECT_EQ(status.code(), Code::kUsage);
  EXPECT_THAT(status.message(), HasSubstr("'fold'"));
}

TEST(RunPasses, KeepsABatchThatHasNoSizeYet) {
  const std::string text = R"(graph g
input x f32[N,2,4,4]
const w f32[2,1,1,2]{1, 2, 3, 4}
a = Transpose(x) perm=[0,2,3,1]
b = Conv(a, w)
c = Transpose(b) perm=[0,3,1,2]
d = Unary(c) function=relu
e = Transpose(d) perm=[0,2,3,1]
f = Conv(e, w)
y = Reduce(f) axes=[1,2] keep_dims=false
output y
)";
  Graph graph = ParsedGraph(text);
  const Status status = RunPasses(graph);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_THAT(Print(graph), HasSubstr("before=relu"));
  EXPECT_THAT(Print(graph), HasSubstr("y f32[N,2]"));
}

TEST(Passes, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Pass& pass : Passes()) {
    EXPECT_TRUE(names.insert(pass.name).second) << pass.name;
    EXPECT_FALSE(pass.description.empty());
  }
}

TEST(FreezeAttributes, ListsEveryNodeThatDependsOnData) {
  Graph graph = ParsedGraph(R"(graph g
input x f32[2,3]
input shape s64[2]
input axes s64[1]
const fixed s64[2]{3, 2}
a = Reshape(x, shape) name=first
b = Reshape(x, fixed) name=second
c = Reduce(b, axes) name=third
output a
output c
)");
  const auto frozen = FreezeAttributes(graph);
  EXPECT_EQ(frozen.status().code(), Code::kUnsupported);
  EXPECT_THAT(frozen.status().message(), HasSubstr("'first' (Reshape)"));
  EXPECT_THAT(frozen.status().message(), HasSubstr("'third' (Reduce)"));
  EXPECT_THAT(frozen.status().message(), Not(HasSubstr("second")));
}

TEST(FreezeAttributes, MovesConstantInputsIntoAttributes) {
  ExpectRewrite(FreezeAttributes, R"(graph g
input x f32[2,3]
const starts s64[1]{1}
const ends s64[1]{9223372036854775807}
const axes s64[1]{-1}
y = Slice(x, starts, ends, axes)
output y
)",
                R"(graph g
input x f32[2,3]
y = Slice(x) starts=[0,1] sizes=[2,2] steps=[1,1]
output y
)");
}

}  // namespace
}  // namespace octet::compile
