// Products of two computed matrices, and the transposes around them.
#include <gmock/gmock.h>

#include "compile/lower/testing/run_lowered.h"

namespace octet::compile {
namespace {

// Two heads of eight: split, scored, weighed and joined.
constexpr std::string_view kAttention = R"(graph "attention"
input x f32[1,6,16]
input mask f32[1,1,1,6]
const w f32[16,16]{seed=1}
const v f32[16,16]{seed=2}
a f32[1,6,16] = MatMul(x, w, _) name=query
b f32[1,6,16] = MatMul(x, v, _) name=key
ar f32[1,6,2,8] = Reshape(a) dims=[1,6,2,8] name=query_heads
br f32[1,6,2,8] = Reshape(b) dims=[1,6,2,8] name=key_heads
q f32[1,2,6,8] = Transpose(ar) perm=[0,2,1,3] name=split_query
k f32[1,2,8,6] = Transpose(br) perm=[0,2,3,1] name=split_key
u f32[1,2,6,8] = Transpose(br) perm=[0,2,1,3] name=split_value
c f32[1,2,6,8] = Attention(q, k, u, mask) name=attention
t f32[1,6,2,8] = Transpose(c) perm=[0,2,1,3] name=join
j f32[1,6,16] = Reshape(t) dims=[1,6,16] name=joined
y f32[1,6,16] = MatMul(j, w, _) name=out
output y
)";

template <typename Step>
int64_t CountSteps(const Lowered& lowered) {
  return std::ranges::count_if(
      lowered.program.profiles[0]->steps, [](const auto& step) {
        return engine::VisitParams(*step, false, [](const auto& params) {
          return std::is_same_v<std::decay_t<decltype(params)>, Step>;
        });
      });
}

TEST(LowerAttention, CopiesNoHeads) {
  ExpectFloatAsReference(kAttention);
  const Graph graph = MustParse(kAttention);
  const auto lowered = Lower(graph, FloatPlan(graph));
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  EXPECT_EQ(CountSteps<engine::StridedCopyT>(*lowered), 0);
  const auto whole = Lower(graph, FloatPlan(graph), {.in_place = false});
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(CountSteps<engine::StridedCopyT>(*whole), 4);
}

// The step that an attention becomes, and that it copies nothing.
template <typename Step>
void ExpectOneStep(const Graph& graph, const Plan& plan) {
  const auto lowered = Lower(graph, plan);
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  EXPECT_EQ(CountSteps<Step>(*lowered), 1);
  EXPECT_EQ(CountSteps<engine::StridedCopyT>(*lowered), 0);
  const auto in_place = RunLowered(graph, plan);
  const auto whole = RunLowered(graph, plan, {.in_place = false});
  ASSERT_EQ(in_place.size(), 1u);
  for (size_t i = 0; i < in_place[0].as<float>().size(); ++i) {
    ASSERT_EQ(in_place[0].as<float>()[i], whole[0].as<float>()[i]) << i;
  }
}

TEST(LowerAttention, GivesTheSameBitsWithAndWithoutCopies) {
  const Graph graph = MustParse(kAttention);
  const Plan plan = PlanWithRanges(graph);
  ASSERT_EQ(plan.nodes.at("attention").precision, Precision::kInt8);
  ExpectOneStep<engine::AttentionU8T>(graph, plan);
  ProposeOptions options;
  options.requests = {*ParseRequest("attention=fp32", /*required=*/false)};
  const Plan kept = PlanWithRanges(graph, options);
  ASSERT_EQ(kept.nodes.at("attention").precision, Precision::kF32);
  ASSERT_TRUE(kept.values.at("t").forms[0].is_u8());
  ExpectOneStep<engine::AttentionF32T>(graph, kept);
}

TEST(LowerAttention, RunsOnHalves) {
  const Graph graph = MustParse(kAttention);
  for (Precision half : {Precision::kF16, Precision::kBf16}) {
    ProposeOptions options;
    options.precision = half;
    const Plan plan = PlanWithRanges(graph, options);
    ASSERT_EQ(plan.nodes.at("attention").precision, half);
    ExpectOneStep<engine::AttentionHalfT>(graph, plan);
    ExpectNear(RunLowered(graph, plan), *Evaluate(graph, InputsOf(graph)),
               half == Precision::kF16 ? 4e-3f : 3e-2f);
  }
}

TEST(LowerAttention, ComesNearTheFloatOneInInt8) {
  const Graph graph = MustParse(kAttention);
  const auto want = Evaluate(graph, InputsOf(graph));
  ASSERT_TRUE(want.ok()) << want.status().message();
  ExpectNear(RunLowered(graph, PlanWithRanges(graph)), *want, 0.05f);
}

TEST(LowerAttention, RefusesScalesPerChannel) {
  const Graph graph = MustParse(kAttention);
  Plan plan = PlanWithRanges(graph);
  QuantParams& quant = plan.values.at("q").forms[0].quant;
  quant.scale.resize(8, quant.scale[0]);
  quant.zero_point.resize(8, quant.zero_point[0]);
  const auto lowered = Lower(graph, plan);
  ASSERT_FALSE(lowered.ok());
  EXPECT_THAT(lowered.status().message(),
              testing::HasSubstr("node 'attention' is int8, and 'q' has scales "
                                 "per channel (form 0)"));
}

// Each would need a copy, or be wrong without one.
TEST(LowerDynamicMatMul, CopiesWhereAProductCannotStep) {
  const struct {
    const char *nodes, *why;
    int64_t copies;
  } kCases[] = {
      {"t = Transpose(x) perm=[0,2,1]\ny = MatMul(t, x)\n",
       "rows of a have gaps between their elements", 1},
      {"t = Transpose(x) perm=[0,2,1]\ny = MatMul(x, t)\n",
       "a transposed b is packed", 0},
      {"t = Transpose(x) perm=[2,1,0]\nz = Transpose(x) perm=[2,0,1]\n"
       "y = MatMul(z, t)\n",
       "the innermost axis of memory is a batch", 2},
      {"t = Transpose(x) perm=[0,2,1]\nz = MatMul(x, t)\n"
       "y = Binary(z, t) op=add\n",
       "a sum reads it too", 1},
      {"z = MatMul(x, x)\ny = Transpose(z) perm=[0,2,1]\n",
       "rows of y have gaps between their elements", 1},
      {"z = MatMul(x, x)\ny = Transpose(z) perm=[1,0,2]\n",
       "y is written in its order", 0},
      {"z = MatMul(x, x)\nt = Transpose(z) perm=[0,2,1]\ny = MatMul(t, z)\n",
       "two read it", 1},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const std::string text = "graph \"g\"\ninput x f32[2,4,4]\n" +
                             std::string(c.nodes) + "output y\n";
    ExpectFloatAsReference(text);
    const Graph graph = MustParse(text);
    const auto lowered = Lower(graph, FloatPlan(graph));
    ASSERT_TRUE(lowered.ok()) << lowered.status().message();
    EXPECT_EQ(CountSteps<engine::StridedCopyT>(*lowered), c.copies);
  }
}

TEST(LowerDynamicMatMul, MultipliesCodesWhereTheyLie) {
  const Graph graph = MustParse(R"(graph "scores"
input x f32[1,6,16]
const w f32[16,16]{seed=1}
const v f32[16,16]{seed=2}
const u f32[12,16]{seed=3}
a f32[1,6,16] = MatMul(x, w, _) name=query
b f32[1,6,16] = MatMul(x, v, _) name=key
ar f32[1,6,2,8] = Reshape(a) dims=[1,6,2,8] name=query_heads
br f32[1,6,2,8] = Reshape(b) dims=[1,6,2,8] name=key_heads
q f32[1,2,6,8] = Transpose(ar) perm=[0,2,1,3] name=split_query
k f32[1,2,8,6] = Transpose(br) perm=[0,2,3,1] name=split_key
s f32[1,2,6,6] = MatMul(q, k, _) name=scores
t f32[1,6,2,6] = Transpose(s) perm=[0,2,1,3] name=join
j f32[1,6,12] = Reshape(t) dims=[1,6,12] name=joined
y f32[1,6,16] = MatMul(j, u, _) name=out
output y
)");
  ProposeOptions options;
  options.requests = {*ParseRequest("scores=int8", /*required=*/true)};
  const Plan plan = PlanWithRanges(graph, options);
  ASSERT_EQ(plan.nodes.at("scores").precision, Precision::kInt8);
  ExpectOneStep<engine::MatMulU8T>(graph, plan);
  ExpectNear(RunLowered(graph, plan), *Evaluate(graph, InputsOf(graph)), 0.05f);
  // Unless it is asked for, a computed product keeps its floats.
  EXPECT_EQ(Describe(PlanWithRanges(graph).nodes.at("scores").reason),
            "kept: structure (MatMul by computed weights)");
}

TEST(LowerDynamicMatMul, KeepsATransposeThatTheGraphDelivers) {
  ExpectFloatAsReference(R"(graph "g"
input x f32[2,4,4]
t f32[2,4,4] = Transpose(x) perm=[0,2,1] name=turn
y f32[2,4,4] = MatMul(x, t, _) name=product
z f32[4,2,4] = Transpose(y) perm=[1,0,2] name=turn_back
output t
output y
output z
)");
}

TEST(LowerDynamicMatMul, AddsResidualsBetweenFunctions) {
  ExpectFloatAsReference(R"(graph "g"
input x f32[2,4,4]
input r f32[2,1,4]
const c f32[4]{seed=3}
z f32[2,4,4] = MatMul(x, x, _, r) before=relu residual=true after=tanh name=a
y f32[2,4,4] = MatMul(z, x, c, z) residual=true after=relu name=b
output y
)");
}

}  // namespace
}  // namespace octet::compile
