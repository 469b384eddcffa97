#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compile/plan/plan.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

Plan MakePlan() {
  Plan plan;
  plan.origin = "rules of structure";
  plan.output_forms = {0};
  NodePlan& node = plan.nodes["conv"];
  node.precision = Precision::kInt8;
  node.input_forms = {1, -1, -1};
  node.weight_scale = {0.1f, 3e-8f};
  node.integer_bias = true;
  plan.nodes["softmax"].reason = {ReasonKind::kNoInt8Form, "Softmax"};
  Form form = Form::U8(Granularity::kPerChannel);
  form.quant = {{0.1f, 1.0f / 3.0f}, {0, 255}};
  form.rule = "minmax";
  plan.values["x"].forms = {Form::F32(), form};
  return plan;
}

Status ParseError(std::string_view text) {
  const Result<Plan> plan = PlanFromJson(text, "my.plan.json");
  return plan.ok() ? Status() : plan.status();
}

TEST(PlanJson, ReadsBackWhatItWrites) {
  const std::string text = ToJson(MakePlan());
  const Result<Plan> plan = PlanFromJson(text, "test");
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  EXPECT_EQ(ToJson(*plan), text);
  EXPECT_EQ(plan->values.at("x").forms, MakePlan().values.at("x").forms);
  EXPECT_EQ(plan->nodes.at("conv").weight_scale,
            (std::vector<float>{0.1f, 3e-8f}));
  EXPECT_TRUE(plan->nodes.at("conv").integer_bias);
  EXPECT_EQ(plan->nodes.at("softmax").reason.kind, ReasonKind::kNoInt8Form);
}

TEST(PlanJson, NamesTheFileAndPlaceOfAWrongPrecision) {
  std::string text = ToJson(MakePlan());
  text.replace(text.find("\"int8\""), 6, "\"int9\"");
  const Status status = ParseError(text);
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_THAT(status.message(), HasSubstr("my.plan.json"));
  EXPECT_THAT(status.message(), HasSubstr("int9"));
}

TEST(PlanJson, RefusesWhatIsNotJson) {
  EXPECT_EQ(ParseError("").code(), Code::kBadInput);
  EXPECT_EQ(ParseError("{").code(), Code::kBadInput);
  EXPECT_EQ(ParseError("[]").code(), Code::kBadInput);
}

TEST(PlanJson, RefusesDeepNestingInsteadOfRecursing) {
  EXPECT_EQ(ParseError(std::string(100000, '[')).code(), Code::kBadInput);
}

TEST(PlanJson, RefusesAnotherVersion) {
  EXPECT_EQ(ParseError(R"({"version": 99})").code(), Code::kBadInput);
}

TEST(PlanJson, RefusesScalesThatAreNotPositive) {
  EXPECT_EQ(ParseError(R"({"version": 1, "values": {"x": [
      {"type": "u8", "scale": [0.0], "zero_point": [3]}]}})")
                .code(),
            Code::kBadInput);
  EXPECT_EQ(ParseError(R"({"version": 1, "values": {"x": [
      {"type": "u8", "scale": [0.5], "zero_point": [300]}]}})")
                .code(),
            Code::kBadInput);
  EXPECT_EQ(ParseError(R"({"version": 1, "values": {"x": [
      {"type": "u8", "scale": [0.5, 0.5], "zero_point": [3]}]}})")
                .code(),
            Code::kBadInput);
}

TEST(PlanJson, RefusesValuesWithoutForms) {
  EXPECT_EQ(ParseError(R"({"version": 1, "values": {"x": []}})").code(),
            Code::kBadInput);
}

}  // namespace
}  // namespace octet::compile
