#include "compile/plan/align_forms.h"

#include <gmock/gmock.h>

#include "compile/plan/check_plan.h"
#include "compile/plan/classify.h"
#include "compile/plan/testing/plans.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(AlignForms, LeavesWhatOctetWroteAsItIs) {
  const Graph graph = MustParse(kEveryRole);
  for (const char* keep : {"", "conv1", "dw", "sum", "cat", "type:Conv", "*"}) {
    ProposeOptions options;
    if (*keep != '\0') options.requests = {{keep, Precision::kF32, false}};
    Plan plan = MustPropose(graph, options);
    const std::string before = ToJson(plan);
    AlignForms(graph, plan);
    EXPECT_EQ(ToJson(plan), before) << keep;
  }
}

// Whatever single precision is changed, the plan can be lowered after it, or
// the node has no int8 form.
TEST(AlignForms, ObeysEverySingleEdit) {
  const Graph graph = MustParse(kEveryRole);
  for (bool int8 : {false, true}) {
    ProposeOptions options;
    options.precision = int8 ? Precision::kInt8 : Precision::kF32;
    const Plan proposed = MustPropose(graph, options);
    for (const Node& node : graph.nodes) {
      SCOPED_TRACE(node.name + (int8 ? " of int8" : " of fp32"));
      Plan plan = proposed;
      Precision& precision = plan.nodes.at(node.name).precision;
      precision =
          precision == Precision::kInt8 ? Precision::kF32 : Precision::kInt8;
      const Precision edited = precision;
      AlignForms(graph, plan);
      EXPECT_EQ(plan.nodes.at(node.name).precision, edited);
      EXPECT_TRUE(CheckPlan(graph, plan).ok());
      const Status forms = CheckForms(graph, plan);
      const bool possible =
          edited == Precision::kF32 || Classify(graph, node) != Role::kFloat;
      EXPECT_EQ(forms.ok(), possible) << forms.message();
      if (possible) continue;
      EXPECT_THAT(forms.message(), HasSubstr("'" + node.name + "'"));
    }
  }
}

TEST(AlignForms, ObeysAnyTwoEdits) {
  const Graph graph = MustParse(kEveryRole);
  const Plan proposed = MustPropose(graph);
  for (const Node& first : graph.nodes) {
    for (const Node& second : graph.nodes) {
      SCOPED_TRACE(first.name + " and " + second.name);
      Plan plan = proposed;
      plan.nodes.at(first.name).precision = Precision::kF32;
      plan.nodes.at(second.name).precision = Precision::kF32;
      AlignForms(graph, plan);
      EXPECT_TRUE(CheckForms(graph, plan).ok())
          << CheckForms(graph, plan).message();
      const std::string once = ToJson(plan);
      AlignForms(graph, plan);
      EXPECT_EQ(ToJson(plan), once) << "not a fixed point";
    }
  }
}

TEST(AlignForms, LetsReadersFollowTheFormsTheyRead) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,8,8,16]
const w f32[16,1,1,16]{seed=1}
const d f32[16,3,3,1]{seed=2}
a f32[1,8,8,16] = Conv(x, w, _) name=conv1
b f32[1,8,8,16] = Conv(a, d, _) pads=[1,1,1,1] group=16 name=dw
c f32[1,8,8,16] = Conv(a, w, _) name=conv2
output b
output c
output a
)");
  Plan plan = MustPropose(graph);
  ASSERT_EQ(plan.values.at("a").forms.size(), 3u);  // u8 twice, f32
  plan.nodes.at("conv1").precision = Precision::kF32;
  AlignForms(graph, plan);
  const auto& forms = plan.values.at("a").forms;
  ASSERT_EQ(forms.size(), 3u);
  EXPECT_FALSE(forms[0].is_u8());
  EXPECT_EQ(forms[1].granularity, Granularity::kPerChannel);
  EXPECT_EQ(forms[2].granularity, Granularity::kPerTensor);
  EXPECT_EQ(plan.nodes.at("dw").input_forms[0], 1);
  EXPECT_EQ(plan.nodes.at("conv2").input_forms[0], 2);
  EXPECT_EQ(plan.output_forms[2], 0);
  EXPECT_EQ(Describe(plan.nodes.at("conv1").reason),
            "kept: asked (edited plan)");
  // conv1 reads the input itself and not its codes.
  EXPECT_EQ(plan.nodes.at("conv1").input_forms[0], 0);
}

TEST(AlignForms, KeepsTheParametersOfFormsThatItMoves) {
  const Graph graph = MustParse(kEveryRole);
  Plan plan = MustPropose(graph);
  Form& form = plan.values.at("e").forms[0];
  form.quant = {{0.25f}, {7}};
  form.rule = "mse";
  plan.nodes.at("act").precision = Precision::kF32;
  AlignForms(graph, plan);
  const auto& forms = plan.values.at("e").forms;
  ASSERT_EQ(forms.size(), 2u);
  EXPECT_EQ(forms[1].quant, (QuantParams{{0.25f}, {7}}));
  EXPECT_EQ(forms[1].rule, "mse");
}

TEST(AlignForms, LetsANodeOfAQdqModelReadWhatTheCodesStandFor) {
  const Graph graph = MustParse(kEveryRole);
  Plan plan = MustPropose(graph);
  NodePlan& node = plan.nodes.at("conv1");
  node.reason = {ReasonKind::kImported, ""};
  node.precision = Precision::kF32;
  const int read = node.input_forms[0];
  ASSERT_TRUE(plan.values.at("x").forms[size_t(read)].is_u8());
  AlignForms(graph, plan);
  EXPECT_EQ(plan.nodes.at("conv1").input_forms[0], read);
  EXPECT_EQ(Describe(plan.nodes.at("conv1").reason),
            "imported (fp32 by an edited plan)");
  const std::string once = ToJson(plan);
  AlignForms(graph, plan);
  EXPECT_EQ(ToJson(plan), once) << "not a fixed point";
  // What the model itself leaves in float was not edited.
  Plan as_it_is = MustPropose(graph, FloatOnly());
  as_it_is.nodes.at("conv1").reason = {ReasonKind::kImported, ""};
  AlignForms(graph, as_it_is);
  EXPECT_EQ(Describe(as_it_is.nodes.at("conv1").reason), "imported");
}

TEST(AlignForms, AddsFormsWithoutParametersForNewInt8Nodes) {
  const Graph graph = MustParse(kEveryRole);
  Plan plan = MustPropose(graph, FloatOnly());
  plan.nodes.at("sum").precision = Precision::kInt8;
  AlignForms(graph, plan);
  for (const char* name : {"a", "b"}) {
    const auto& forms = plan.values.at(name).forms;
    ASSERT_EQ(forms.size(), 2u) << name;
    EXPECT_TRUE(!forms[0].is_u8() && forms[1].is_u8()) << name;
    EXPECT_TRUE(forms[1].quant.scale.empty()) << name;
  }
  EXPECT_THAT(plan.nodes.at("sum").input_forms, ElementsAre(1, 1));
  const auto& made = plan.values.at("c").forms;
  ASSERT_EQ(made.size(), 2u);
  EXPECT_TRUE(made[0].is_u8() && !made[1].is_u8());
  // Its reader goes on in float.
  EXPECT_THAT(plan.nodes.at("act").input_forms, ElementsAre(1));
}

}  // namespace
}  // namespace octet::compile
