#include "compile/lower/one_sample.h"

#include "compile/lower/testing/sample_by_sample.h"

namespace octet::compile {
namespace {

// A node by which samples stay apart, among lines that make what it needs.
struct Case {
  const char* name;
  const char* text;
};

class KeepsSamplesApart : public ::testing::TestWithParam<Case> {};
TEST_P(KeepsSamplesApart, AndComputesThemOneByOne) {
  const Graph graph = ParsedGraph(GetParam().text);
  const std::optional<OneSample> one = FindOneSample(graph);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->batch, 3);
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    EXPECT_EQ(one->graph.values[size_t(one->graph.inputs[i])].shape[0], 1);
  }
  ExpectSampleBySample(graph, *one);
}

const Case kApart[] = {
    {"convolution", R"(
graph g
input x f32[3,6,6,4]
const w f32[8,3,3,4]{seed=1}
const b f32[8]{seed=2}
a = Conv(x, w, b) pads=[1,1,1,1]
y = Pool(a) op=max kernel=[2,2] strides=[2,2]
output y
)"},
    {"residual", R"(
graph g
input x f32[3,4,4,8]
const w f32[8,1,1,8]{seed=1}
y = Conv(x, w, _, x) residual=true
output y
)"},
    {"rows of a matrix", R"(
graph g
input x f32[3,5,4]
const w f32[4,6]{seed=1}
const s f32[1,6]{seed=2}
rows = Reshape(x) dims=[15,4]
p = MatMul(rows, w)
q = Binary(p, s) op=mul
y = Reshape(q) dims=[3,5,6]
output y
output p
)"},
    {"attention", R"(
graph g
input a f32[3,2,5,4]
input b f32[3,2,4,5]
input c f32[3,2,5,4]
input m f32[3,1,1,5]
y = Attention(a, b, c, m)
output y
)"},
    {"what is the same for all", R"(
graph g
input x f32[3,4,5]
const k f32[1,4,5]{seed=1}
const r f32[5]{seed=2}
a = Binary(k, x) op=sub
b = Binary(a, r) op=mul
z = Transpose(b) perm=[0,2,1]
y = MatMul(k, z)
output y
)"},
    {"inner axes", R"(
graph g
input x f32[3,4,6]
a = Softmax(x) axis=1
b = Slice(a) starts=[0,1,0] sizes=[3,3,3] steps=[1,1,2]
c = Concat(b, b) axis=2
d = Transpose(c) perm=[0,2,1]
e = Reduce(d) axes=[2] keep_dims=false
y = Pad(e) before=[0,1] after=[0,2]
output y
)"},
    {"embedding", R"(
graph g
input x f32[3,4]
const table f32[7,5]{seed=1}
i = Cast(x) to=s64
y = Gather(table, i) axis=0
output y
)"},
    {"repeated rows", R"(
graph g
input x f32[3,1,4]
a = Expand(x) dims=[3,5,4]
y = Tile(a) repeats=[1,2,1]
output y
)"},
};

INSTANTIATE_TEST_SUITE_P(OneSample, KeepsSamplesApart,
                         ::testing::ValuesIn(kApart), [](const auto& info) {
                           std::string name = info.param.name;
                           std::ranges::replace(name, ' ', '_');
                           return name;
                         });

class LetsSamplesMeet : public ::testing::TestWithParam<Case> {};
TEST_P(LetsSamplesMeet, AndIsLeft) {
  EXPECT_FALSE(FindOneSample(ParsedGraph(GetParam().text)).has_value());
}

const Case kTogether[] = {
    {"a batch of one", R"(
graph g
input x f32[1,4]
y = Unary(x) function=relu
output y
)"},
    {"inputs of unlike batches", R"(
graph g
input x f32[3,4]
input k f32[1,4]
y = Binary(x, k) op=add
output y
)"},
    {"a mean over samples", R"(
graph g
input x f32[3,4]
m = Reduce(x) axes=[0] keep_dims=true
y = Binary(x, m) op=sub
output y
)"},
    {"a constant by sample", R"(
graph g
input x f32[3,4]
const k f32[3,1]{seed=1}
y = Binary(x, k) op=add
output y
)"},
    {"a residual by sample", R"(
graph g
input x f32[3,4,4,8]
const w f32[8,1,1,8]{seed=1}
const r f32[3,4,4,8]{seed=2}
y = Conv(x, w, _, r) residual=true
output y
)"},
    {"weights that are a residual by sample too", R"(
graph g
input x f32[3,3]
const w f32[3,4]{seed=1}
y = MatMul(x, w, _, w) residual=true
output y
)"},
    {"a sum over samples", R"(
graph g
input x f32[3,4]
const k f32[6,3]{seed=1}
y = MatMul(k, x)
output y
)"},
    {"samples by samples", R"(
graph g
input x f32[3,4]
t = Transpose(x) perm=[1,0]
y = MatMul(x, t)
output y
)"},
    {"an axis in front", R"(
graph g
input x f32[3,4]
const k f32[6,1,4]{seed=1}
y = Binary(x, k) op=add
output y
)"},
    {"a softmax over samples", R"(
graph g
input x f32[3,4]
y = Softmax(x) axis=0
output y
)"},
    {"a concatenation of samples", R"(
graph g
input x f32[3,4]
y = Concat(x, x) axis=0
output y
)"},
    {"some of the samples", R"(
graph g
input x f32[3,4]
y = Slice(x) starts=[2,0] sizes=[3,4] steps=[-1,1]
output y
)"},
    {"samples picked", R"(
graph g
input x f32[3,4]
const k s64[3]{2,1,0}
y = Gather(x, k) axis=0
output y
)"},
    {"rows across samples", R"(
graph g
input x f32[3,4]
y = Reshape(x) dims=[2,6]
output y
)"},
    {"an output of no sample", R"(
graph g
input x f32[3,4]
const k f32[3,4]{seed=1}
y = Unary(x) function=relu
z = Unary(k) function=relu
output y
output z
)"},
};

INSTANTIATE_TEST_SUITE_P(OneSample, LetsSamplesMeet,
                         ::testing::ValuesIn(kTogether), [](const auto& info) {
                           std::string name = info.param.name;
                           std::ranges::replace(name, ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace octet::compile
