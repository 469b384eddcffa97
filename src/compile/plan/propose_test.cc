#include "compile/plan/propose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compile/plan/testing/plans.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

constexpr std::string_view kChain = R"(graph "chain"
input x f32[1,8,8,16]
const w f32[16,1,1,16]{seed=1}
const d f32[16,3,3,1]{seed=2}
a f32[1,8,8,16] = Conv(x, w, _) after=relu name=conv1
b f32[1,8,8,16] = Conv(a, d, _) pads=[1,1,1,1] group=16 name=dw
c f32[1,8,8,16] = Conv(b, w, _) name=conv2
y f32[1,8,8,16] = Softmax(c) axis=3 name=soft
output y
)";

TEST(Propose, RunsConvolutionsInInt8AndLeavesTheTailInFloat) {
  const Plan plan = MustPropose(MustParse(kChain));
  EXPECT_EQ(plan.nodes.at("conv1").precision, Precision::kInt8);
  EXPECT_EQ(plan.nodes.at("dw").precision, Precision::kInt8);
  EXPECT_EQ(plan.nodes.at("conv2").precision, Precision::kInt8);
  EXPECT_EQ(plan.nodes.at("soft").precision, Precision::kF32);
  EXPECT_EQ(plan.nodes.at("soft").reason.kind, ReasonKind::kNoInt8Form);
  EXPECT_FALSE(plan.values.at("c").forms[0].is_u8());
}

TEST(Propose, StoresWhatOnlyDepthwiseReadsPerChannel) {
  const Plan plan = MustPropose(MustParse(kChain));
  const auto& forms = plan.values.at("a").forms;
  ASSERT_EQ(forms.size(), 1u);
  EXPECT_EQ(forms[0].granularity, Granularity::kPerChannel);
  EXPECT_EQ(plan.values.at("b").forms[0].granularity, Granularity::kPerTensor);
}

TEST(Propose, CopiesAValueThatDepthwiseAndOthersRead) {
  const Graph graph = MustParse(R"(graph "shared"
input x f32[1,8,8,16]
const w f32[16,1,1,16]{seed=1}
const d f32[16,3,3,1]{seed=2}
a f32[1,8,8,16] = Conv(x, w, _) name=conv1
b f32[1,8,8,16] = Conv(a, d, _) pads=[1,1,1,1] group=16 name=dw
c f32[1,8,8,16] = Conv(a, w, _) name=conv2
output b
output c
)");
  const Plan plan = MustPropose(graph);
  const auto& forms = plan.values.at("a").forms;
  ASSERT_EQ(forms.size(), 2u);
  EXPECT_EQ(forms[0].granularity, Granularity::kPerChannel);
  EXPECT_EQ(forms[1].granularity, Granularity::kPerTensor);
  EXPECT_EQ(plan.nodes.at("dw").input_forms[0], 0);
  EXPECT_EQ(plan.nodes.at("conv2").input_forms[0], 1);
}

TEST(Propose, CarriesScalesPerChannelThroughAChannelShuffle) {
  const Graph graph = MustParse(R"(graph "shuffle"
input x f32[1,8,8,16]
const w f32[16,1,1,16]{seed=1}
const d f32[16,3,3,1]{seed=2}
a f32[1,8,8,16] = Conv(x, w, _) name=conv1
s f32[1,8,8,2,8] = Reshape(a) dims=[1,8,8,2,8] name=split
t f32[1,8,8,8,2] = Transpose(s) perm=[0,1,2,4,3] name=turn
u f32[1,8,8,16] = Reshape(t) dims=[1,8,8,16] name=join
b f32[1,8,8,16] = Conv(u, d, _) pads=[1,1,1,1] group=16 name=dw
output b
)");
  const Plan plan = MustPropose(graph);
  for (const char* name : {"a", "s", "t", "u"}) {
    EXPECT_EQ(plan.values.at(name).forms[0].granularity,
              Granularity::kPerChannel)
        << name;
  }
}

TEST(Propose, KeepsWhatItIsAskedToKeep) {
  ProposeOptions options;
  options.requests = {{"conv2", Precision::kF32, false}};
  const Plan plan = MustPropose(MustParse(kChain), options);
  EXPECT_EQ(plan.nodes.at("conv2").precision, Precision::kF32);
  EXPECT_EQ(plan.nodes.at("conv2").reason.kind, ReasonKind::kAsked);
  EXPECT_THAT(Describe(plan.nodes.at("conv2").reason), HasSubstr("conv2"));
}

TEST(Propose, RefusesToRequireWhatItIsAskedToKeepOut) {
  ProposeOptions options;
  options.requests = {{"conv2", Precision::kF32, false},
                      {"conv*", Precision::kInt8, true}};
  const Result<Plan> plan = Propose(MustParse(kChain), options);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.status().code(), Code::kUsage);
  EXPECT_THAT(plan.status().message(),
              HasSubstr("--keep 'conv2=fp32' and --require 'conv*=int8' both "
                        "match node 'conv2'"));
  options.requests[1].pattern = "conv1";
  EXPECT_TRUE(Propose(MustParse(kChain), options).ok());
}

TEST(Propose, FailsOnARequirementThatNoRuleCanSatisfy) {
  ProposeOptions options;
  options.requests = {{"soft", Precision::kInt8, true}};
  const Result<Plan> plan = Propose(MustParse(kChain), options);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.status().code(), Code::kUnsupported);
  EXPECT_THAT(plan.status().message(), HasSubstr("soft"));
}

TEST(Propose, KeepsConvolutionsBehindASoftmaxInFloat) {
  const Graph graph = MustParse(R"(graph "dfl"
input x f32[1,8,8,16]
const w f32[16,1,1,16]{seed=1}
const v f32[1,1,1,16]{seed=2}
a f32[1,8,8,16] = Conv(x, w, _) name=conv
s f32[1,8,8,16] = Softmax(a) axis=3 name=soft
y f32[1,8,8,1] = Conv(s, v, _) name=dfl
output y
)");
  const Plan plan = MustPropose(graph);
  EXPECT_EQ(plan.nodes.at("dfl").reason.kind, ReasonKind::kStructure);
  EXPECT_EQ(plan.nodes.at("conv").precision, Precision::kInt8);
}

TEST(Propose, RunsTheProjectionsBehindAttentionInInt8) {
  const Graph graph = MustParse(R"(graph "attention"
input x f32[1,8,16]
const w f32[16,16]{seed=1}
q f32[1,8,16] = MatMul(x, w, _) name=query
k f32[1,8,16] = MatMul(x, w, _) name=key
v f32[1,8,16] = MatMul(x, w, _) name=value
t f32[1,16,8] = Transpose(k) perm=[0,2,1] name=turn
s f32[1,8,8] = MatMul(q, t, _) name=scores
p f32[1,8,8] = Softmax(s) axis=2 name=soft
c f32[1,8,16] = MatMul(p, v, _) name=context
y f32[1,8,16] = MatMul(c, w, _) name=out
z f32[1,8,16] = MatMul(y, w, _) name=next
output z
)");
  const Plan plan = MustPropose(graph);
  for (const char* name : {"query", "key", "value", "out", "next"}) {
    EXPECT_EQ(Describe(plan.nodes.at(name).reason), "int8") << name;
  }
  for (const char* name : {"scores", "context"}) {
    EXPECT_EQ(Describe(plan.nodes.at(name).reason),
              "kept: structure (MatMul by computed weights)");
  }
}

TEST(Propose, RunsAttentionInInt8ButForItsMask) {
  const Graph graph = MustParse(R"(graph "attention"
input x f32[1,8,16]
input m f32[1,1,8]
const w f32[16,16]{seed=1}
mask f32[1,1,8] = Unary(m) function=neg name=mask
q f32[1,8,16] = MatMul(x, w, _) name=query
k f32[1,8,16] = MatMul(x, w, _) name=key
t f32[1,16,8] = Transpose(k) perm=[0,2,1] name=turn
c f32[1,8,16] = Attention(q, t, k, mask) name=attention
y f32[1,8,16] = MatMul(c, w, _) name=out
output y
)");
  const Plan plan = MustPropose(graph);
  EXPECT_EQ(Describe(plan.nodes.at("attention").reason), "int8");
  for (const char* name : {"q", "k", "t", "c"}) {
    const auto& forms = plan.values.at(name).forms;
    ASSERT_EQ(forms.size(), 1u) << name;
    EXPECT_TRUE(forms[0].is_u8()) << name;
    EXPECT_EQ(forms[0].granularity, Granularity::kPerTensor) << name;
  }
  EXPECT_EQ(plan.values.at("mask").forms[0].storage, Storage::kF32);
  EXPECT_THAT(plan.nodes.at("attention").input_forms,
              testing::ElementsAre(0, 0, 0, 0));
  // Nobody reads its codes: it would only lose.
  Graph last = graph;
  last.outputs = {last.nodes[4].outputs[0]};
  last.nodes.pop_back();
  EXPECT_EQ(MustPropose(last).nodes.at("attention").reason.kind,
            ReasonKind::kNoReader);
}

TEST(Propose, WritesTheOnlyPartOfAConcatenationWithItsScale) {
  const Graph graph = MustParse(R"(graph "concat"
input x f32[1,8,8,16]
const w f32[16,1,1,16]{seed=1}
const v f32[16,1,1,32]{seed=2}
a f32[1,8,8,16] = Conv(x, w, _) name=conv1
b f32[1,8,8,16] = Conv(a, w, _) name=conv2
c f32[1,8,8,32] = Concat(a, b) axis=3 name=cat
y f32[1,8,8,16] = Conv(c, v, _) name=conv3
output y
)");
  const Plan plan = MustPropose(graph);
  EXPECT_EQ(plan.values.at("b").forms[0].same_as, "c");
  // a is also read by conv2: it keeps a scale of its own.
  EXPECT_EQ(plan.values.at("a").forms[0].same_as, "");
}

TEST(Propose, FusedResidualIsReadInTheFormThatThereIs) {
  const Graph graph = MustParse(R"(graph "residual"
input x f32[1,8,8,16]
const w f32[16,1,1,16]{seed=1}
a f32[1,8,8,16] = Conv(x, w, _) name=conv1
b f32[1,8,8,16] = Conv(a, w, _, a) residual=true name=conv2
c f32[1,8,8,16] = Conv(b, w, _) name=conv3
output c
)");
  const Plan plan = MustPropose(graph);
  EXPECT_EQ(plan.values.at("a").forms.size(), 1u);
  EXPECT_EQ(plan.nodes.at("conv2").input_forms.back(), 0);
}

// Behind normalization or before it: the stream of an encoder is no u8.
TEST(Propose, AddsResidualsUnroundedWhereFloatsAreThere) {
  const Graph graph = MustParse(R"(graph "residual"
input x f32[1,8,16]
const w f32[16,16]{seed=1}
const g f32[16]{seed=2}
n f32[1,8,16] = LayerNorm(x, g) name=norm1
a f32[1,8,16] = MatMul(n, w, _, n) residual=true name=post
b f32[1,8,16] = LayerNorm(a, g) name=norm2
c f32[1,8,16] = MatMul(b, w, _) name=up
d f32[1,8,16] = MatMul(c, w, _, a) residual=true name=pre
y f32[1,8,16] = LayerNorm(d, g) name=norm3
output y
)");
  const Plan plan = MustPropose(graph);
  for (const char* name : {"post", "pre"}) {
    EXPECT_EQ(plan.nodes.at(name).precision, Precision::kInt8) << name;
    EXPECT_EQ(plan.nodes.at(name).input_forms.back(), 0) << name;
  }
  EXPECT_EQ(plan.values.at("n").forms[0].storage, Storage::kF32);
  ASSERT_EQ(plan.values.at("a").forms.size(), 1u);
  EXPECT_EQ(plan.values.at("a").forms[0].storage, Storage::kF32);
}

TEST(ParseRequest, OffersTheNearestPrecision) {
  const Result<Request> request = ParseRequest("conv*=fp23", false);
  ASSERT_FALSE(request.ok());
  EXPECT_THAT(request.status().message(), HasSubstr("did you mean 'fp32'"));
}

TEST(ParseRequest, WantsAPatternAndAPrecision) {
  EXPECT_FALSE(ParseRequest("conv1", false).ok());
  EXPECT_FALSE(ParseRequest("=fp32", false).ok());
  const Result<Request> request = ParseRequest("a=b=int8", true);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->pattern, "a=b");
  EXPECT_TRUE(request->required);
}

}  // namespace
}  // namespace octet::compile
