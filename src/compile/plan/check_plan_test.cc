#include "compile/plan/check_plan.h"

#include <gmock/gmock.h>

#include "compile/plan/align_forms.h"
#include "compile/plan/testing/plans.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

Form U8(std::vector<float> scale, std::vector<int32_t> zero) {
  Form form = Form::U8(Granularity::kPerTensor);
  form.quant = {std::move(scale), std::move(zero)};
  return form;
}

// What somebody's editor may do to a plan, and what the message has to name.
struct Fault {
  const char* what;
  void (*make)(Plan&);
  Code code;
  std::vector<std::string> named;
};

void ExpectRefused(const Fault& fault, const Status& status) {
  EXPECT_EQ(status.code(), fault.code) << status.message();
  EXPECT_THAT(status.message(), HasSubstr("my.plan.json"));
  for (const std::string& word : fault.named) {
    EXPECT_THAT(status.message(), HasSubstr(word));
  }
}

const Fault kUnfit[] = {
    {"a node is missing",
     [](Plan& p) { p.nodes.erase("dw"); },
     Code::kBadInput,
     {"node 'dw'", "missing", "--plan-out"}},
    {"a value is missing",
     [](Plan& p) { p.values.erase("b"); },
     Code::kBadInput,
     {"value 'b'", "missing", "--plan-out"}},
    {"an input is missing",
     [](Plan& p) { p.values.erase("x"); },
     Code::kBadInput,
     {"value 'x'"}},
    {"a value has no form",
     [](Plan& p) { p.values.at("b").forms.clear(); },
     Code::kBadInput,
     {"value 'b'"}},
    {"too few input forms",
     [](Plan& p) { p.nodes.at("sum").input_forms.pop_back(); },
     Code::kBadInput,
     {"node 'sum'", "1 input_forms for 2 inputs"}},
    {"too many input forms",
     [](Plan& p) { p.nodes.at("sum").input_forms.push_back(0); },
     Code::kBadInput,
     {"node 'sum'", "3 input_forms"}},
    {"a form that is not there",
     [](Plan& p) { p.nodes.at("sum").input_forms[1] = 9; },
     Code::kBadInput,
     {"node 'sum'", "form 9", "'a'"}},
    {"a negative form of a value",
     [](Plan& p) { p.nodes.at("sum").input_forms[0] = -1; },
     Code::kBadInput,
     {"node 'sum'", "form -1", "'b'"}},
    {"a form of a constant",
     [](Plan& p) { p.nodes.at("conv1").input_forms[1] = 0; },
     Code::kBadInput,
     {"node 'conv1'", "constant 'w'", "expected -1"}},
    {"scales of a wrong number",
     [](Plan& p) {
       p.values.at("b").forms[0] =
           U8(std::vector<float>(5, 1), std::vector<int32_t>(5, 0));
     },
     Code::kBadInput,
     {"value 'b'", "[1, 8, 8, 16]", "5 scales"}},
    {"zero points of another number",
     [](Plan& p) {
       p.values.at("b").forms[0] = U8({1.0f}, {1, 2});
     },
     Code::kBadInput,
     {"value 'b'"}},
    {"u8 indices",
     [](Plan& p) { p.values.at("i").forms = {U8({1.0f}, {0})}; },
     Code::kBadInput,
     {"value 'i'", "s64"}},
    {"weight scales of a wrong number",
     [](Plan& p) {
       p.nodes.at("conv1").weight_scale = {1, 2, 3};
     },
     Code::kBadInput,
     {"node 'conv1'", "3 entries of weight_scale"}},
    {"one integer bias for many channels",
     [](Plan& p) { p.nodes.at("conv1").integer_bias = {1}; },
     Code::kBadInput,
     {"node 'conv1'", "1 entries of integer_bias", "one per output channel"}},
    {"no output form",
     [](Plan& p) { p.output_forms.pop_back(); },
     Code::kBadInput,
     {"1 output_forms for 2 outputs"}},
    {"an output form that is not there",
     [](Plan& p) { p.output_forms[0] = 3; },
     Code::kBadInput,
     {"output", "form 3", "'y'"}},
};

TEST(CheckPlan, RefusesWhatDoesNotFitTheGraph) {
  const Graph graph = MustParse(kEveryRole);
  for (const Fault& fault : kUnfit) {
    SCOPED_TRACE(fault.what);
    Plan plan = MustPropose(graph);
    fault.make(plan);
    ExpectRefused(fault, CheckPlan(graph, plan, "my.plan.json"));
  }
}

const Fault kUnlike[] = {
    {"an fp32 node that writes codes",
     [](Plan& p) { p.nodes.at("dw").precision = Precision::kF32; },
     Code::kBadInput,
     {"node 'dw'", "fp32", "'b'", "int8"}},
    {"an int8 product that reads floats",
     [](Plan& p) { p.nodes.at("conv1").input_forms[0] = 0; },
     Code::kBadInput,
     {"node 'conv1'", "'x'", "f32", "set its precision to fp32"}},
    {"an int8 sum that reads floats",
     [](Plan& p) {
       p.values.at("b").forms.push_back(Form::F32());
       p.nodes.at("sum").input_forms[0] = 1;
     },
     Code::kBadInput,
     {"node 'sum'", "'b'", "form 1"}},
    {"an int8 table that writes floats",
     [](Plan& p) { p.values.at("e").forms = {Form::F32()}; },
     Code::kBadInput,
     {"node 'act'", "'e'", "set the node to fp32"}},
    {"an int8 softmax",
     [](Plan& p) { p.nodes.at("soft").precision = Precision::kInt8; },
     Code::kUnsupported,
     {"node 'soft'", "Softmax", "fp32"}},
    {"an input given as codes",
     [](Plan& p) {
       auto& forms = p.values.at("x").forms;
       std::swap(forms[0], forms[1]);
     },
     Code::kBadInput,
     {"input 'x'", "f32"}},
};

TEST(CheckForms, RefusesFormsThatPrecisionsCannotUse) {
  const Graph graph = MustParse(kEveryRole);
  for (const Fault& fault : kUnlike) {
    SCOPED_TRACE(fault.what);
    Plan plan = MustPropose(graph);
    fault.make(plan);
    ASSERT_TRUE(CheckPlan(graph, plan).ok()) << "it does fit the graph";
    ExpectRefused(fault, CheckForms(graph, plan, "my.plan.json"));
  }
}

TEST(CheckForms, RefusesAnAverageWhoseSumMayOverflow) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,4096,2049,1]
const w f32[1,1,1,1]{seed=1}
a = Pool(x) op=average kernel=[4096,2049] name=mean
y = Conv(a, w, _) name=conv
output y
)");
  Plan plan = MustPropose(graph);
  EXPECT_EQ(plan.nodes.at("mean").precision, Precision::kF32);
  EXPECT_EQ(plan.nodes.at("mean").reason.kind, ReasonKind::kOverflow);
  EXPECT_TRUE(CheckForms(graph, plan).ok());
  plan.nodes.at("mean").precision = Precision::kInt8;
  const Status status = CheckForms(graph, plan, "my.plan.json");
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_THAT(status.message(), HasSubstr("my.plan.json: node 'mean'"));
  EXPECT_THAT(status.message(), HasSubstr("more than 8388608 elements"));
}

// An attention, its mask computed, in front of a product.
constexpr const char* kAttention = R"(graph "attention"
input x f32[1,8,16]
input m f32[1,1,8]
const w f32[16,16]{seed=1}
mask f32[1,1,8] = Unary(m) function=neg name=mask
q f32[1,8,16] = MatMul(x, w, _) name=query
t f32[1,16,8] = Transpose(q) perm=[0,2,1] name=turn
c f32[1,8,16] = Attention(q, t, q, mask) name=attention
y f32[1,8,16] = MatMul(c, w, _) name=out
output y
)";

TEST(CheckForms, WantsCodesOfOneScaleAndAMaskOfFloatsInAttention) {
  const Graph graph = MustParse(kAttention);
  const Fault faults[] = {
      {"a mask of codes",
       [](Plan& p) {
         p.values.at("mask").forms.push_back(U8({0.5f}, {3}));
         p.nodes.at("attention").input_forms[3] = 1;
       },
       Code::kBadInput,
       {"node 'attention'", "'mask' as u8", "a f32 form"}},
      {"queries with scales per channel",
       [](Plan& p) {
         p.values.at("q").forms[0].granularity = Granularity::kPerChannel;
       },
       Code::kBadInput,
       {"node 'attention'", "'q' has scales per channel"}},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.what);
    Plan plan = MustPropose(graph);
    ASSERT_TRUE(CheckForms(graph, plan).ok());
    fault.make(plan);
    ExpectRefused(fault, CheckForms(graph, plan, "my.plan.json"));
  }
}

TEST(CheckForms, TakesAttentionThatSomebodyMadeInt8) {
  const Graph graph = MustParse(kAttention);
  Plan plan = MustPropose(graph, FloatOnly());
  plan.nodes.at("attention").precision = Precision::kInt8;
  AlignForms(graph, plan);
  const Status status = CheckForms(graph, plan);
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(plan.values.at("mask").forms.size(), 1u);
}

TEST(CheckPlan, TakesWhatTheRulesOfStructurePropose) {
  const Graph graph = MustParse(kEveryRole);
  for (bool int8 : {false, true}) {
    ProposeOptions options;
    options.precision = int8 ? Precision::kInt8 : Precision::kF32;
    const Plan plan = MustPropose(graph, options);
    EXPECT_TRUE(CheckPlan(graph, plan).ok())
        << CheckPlan(graph, plan).message();
    EXPECT_TRUE(CheckForms(graph, plan).ok())
        << CheckForms(graph, plan).message();
  }
}

TEST(CheckPlan, TakesScalesAlongSeveralAxesOfChannels) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,4,6]
y f32[1,4,6] = Unary(x) function=relu name=act
output y
)");
  for (const auto& [count, fits] :
       {std::pair<size_t, bool>{1, true}, {6, true}, {24, true}, {4, false}}) {
    Plan plan = MustPropose(graph, FloatOnly());
    plan.values.at("y").forms.push_back(
        U8(std::vector<float>(count, 1), std::vector<int32_t>(count, 0)));
    EXPECT_EQ(CheckPlan(graph, plan).ok(), fits) << count;
  }
}

TEST(CheckPlan, NeverAsksHowAConstantOutputIsRead) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[2]
const c f32[2]{1, 2}
y f32[2] = Unary(x) function=relu name=act
output y
output c
)");
  Plan plan = MustPropose(graph, FloatOnly());
  plan.output_forms = {0, 77};
  EXPECT_TRUE(CheckPlan(graph, plan).ok());
}

}  // namespace
}  // namespace octet::compile
