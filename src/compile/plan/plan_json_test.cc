#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

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
  node.integer_bias = {-2147483647, 16777217};
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
  EXPECT_EQ(plan->nodes.at("conv").integer_bias,
            (std::vector<int32_t>{-2147483647, 16777217}));
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

// One field of one place that is wrong, and where the message says it is.
struct Malformed {
  const char* place;
  const char* json;
};
const Malformed kMalformed[] = {
    {"version", R"({})"},
    {"version", R"({"version": "1"})"},
    {"version", R"({"version": 1.5})"},
    {"version", R"({"version": 18446744073709551617})"},
    {"origin", R"({"version": 1, "origin": 3})"},
    {"output_forms", R"({"version": 1, "output_forms": 0})"},
    {"output_forms", R"({"version": 1, "output_forms": {"0": 0}})"},
    {"output_forms", R"({"version": 1, "output_forms": [0, "1"]})"},
    {"output_forms", R"({"version": 1, "output_forms": [0.5]})"},
    {"output_forms", R"({"version": 1, "output_forms": [true]})"},
    {"output_forms", R"({"version": 1, "output_forms": [2147483648]})"},
    {"output_forms", R"({"version": 1, "output_forms": [-2147483649]})"},
    // -1 in two's complement.
    {"output_forms",
     R"({"version": 1, "output_forms": [18446744073709551615]})"},
    {"nodes", R"({"version": 1, "nodes": []})"},
    {"nodes", R"({"version": 1, "nodes": "conv"})"},
    {"nodes", R"({"version": 1, "nodes": null})"},
    {"nodes.c.precision", R"({"version": 1, "nodes": {"c": {}}})"},
    {"nodes.c.precision", R"({"version": 1, "nodes": {"c": 7}})"},
    {"nodes.c.precision", R"({"version": 1, "nodes": {"c": [1]}})"},
    {"nodes.c.precision",
     R"({"version": 1, "nodes": {"c": {"precision": 8}}})"},
    {"nodes.c.precision",
     R"({"version": 1, "nodes": {"c": {"precision": "INT8"}}})"},
    {"nodes.c.reason",
     R"({"version": 1, "nodes": {"c": {"precision": "int8", "reason": 1}}})"},
    {"nodes.c.reason",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "reason": "because"}}})"},
    {"nodes.c.detail",
     R"({"version": 1, "nodes": {"c": {"precision": "int8", "detail": []}}})"},
    {"nodes.c.input_forms",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "input_forms": [null]}}})"},
    {"nodes.c.weight_scale",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "weight_scale": [0]}}})"},
    {"nodes.c.weight_scale",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "weight_scale": [-1]}}})"},
    {"nodes.c.weight_scale",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "weight_scale": [1e-45]}}})"},
    {"nodes.c.weight_scale",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "weight_scale": [1e39]}}})"},
    {"nodes.c.weight_scale",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "weight_scale": ["1"]}}})"},
    {"nodes.c.weight_clip",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "weight_clip": [0.5, 0]}}})"},
    {"nodes.c.weight_clip",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "weight_clip": [1.001]}}})"},
    {"nodes.c.integer_bias",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "integer_bias": true}}})"},
    {"nodes.c.integer_bias",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "integer_bias": [1.5]}}})"},
    {"nodes.c.integer_bias",
     R"({"version": 1,
         "nodes": {"c": {"precision": "int8", "integer_bias": [3e9]}}})"},
    {"values", R"({"version": 1, "values": [1]})"},
    {"values.x", R"({"version": 1, "values": {"x": []}})"},
    {"values.x", R"({"version": 1, "values": {"x": {"type": "f32"}}})"},
    {"values.x.type", R"({"version": 1, "values": {"x": [{}]}})"},
    {"values.x.type", R"({"version": 1, "values": {"x": ["f32"]}})"},
    {"values.x.type", R"({"version": 1, "values": {"x": [{"type": "f24"}]}})"},
    {"values.x.granularity",
     R"({"version": 1, "values": {"x": [
         {"type": "u8", "granularity": "per_row"}]}})"},
    {"values.x.scale",
     R"({"version": 1, "values": {"x": [{"type": "u8", "scale": 0.5}]}})"},
    {"values.x.zero_point",
     R"({"version": 1, "values": {"x": [
         {"type": "u8", "scale": [1], "zero_point": [0.5]}]}})"},
    {"values.x",
     R"({"version": 1, "values": {"x": [
         {"type": "u8", "scale": [0.0], "zero_point": [3]}]}})"},
    {"values.x",
     R"({"version": 1, "values": {"x": [
         {"type": "u8", "scale": [1e-40], "zero_point": [3]}]}})"},
    {"values.x",
     R"({"version": 1, "values": {"x": [
         {"type": "u8", "scale": [0.5], "zero_point": [256]}]}})"},
    {"values.x",
     R"({"version": 1, "values": {"x": [
         {"type": "u8", "scale": [0.5], "zero_point": [-1]}]}})"},
    {"values.x",
     R"({"version": 1, "values": {"x": [
         {"type": "u8", "scale": [0.5, 0.5], "zero_point": [3]}]}})"},
    {"values.x",
     R"({"version": 1, "values": {"x": [{"type": "u8", "scale": [0.5]}]}})"},
    {"values.x.rule",
     R"({"version": 1, "values": {"x": [{"type": "u8", "rule": 1}]}})"},
    {"values.x.same_as",
     R"({"version": 1, "values": {"x": [{"type": "u8", "same_as": {}}]}})"},
};

TEST(PlanJson, NamesTheFileAndPlaceOfEveryMalformedField) {
  for (const Malformed& malformed : kMalformed) {
    SCOPED_TRACE(malformed.json);
    const Status status = ParseError(malformed.json);
    EXPECT_EQ(status.code(), Code::kBadInput);
    EXPECT_THAT(status.message(), HasSubstr("my.plan.json: "));
    EXPECT_THAT(status.message(), HasSubstr(malformed.place));
  }
}

// A key that is mistyped would otherwise have no effect.
TEST(PlanJson, RefusesUnknownKeysAndSaysWhatWasMeant) {
  struct Mistyped {
    const char *key, *mistyped, *place, *meant;
  };
  const Mistyped kMistyped[] = {
      {"origin", "orgin", "my.plan.json: plan: ", "did you mean 'origin'?"},
      {"nodes", "node", "plan: ", "did you mean 'nodes'?"},
      {"values", "tensors", "plan: ", "known: version, origin"},
      {"precision", "precison", "nodes.conv: ", "did you mean 'precision'?"},
      {"weight_scale", "weight_scales",
       "nodes.conv: ", "did you mean 'weight_scale'?"},
      {"integer_bias", "Integer_bias",
       "nodes.conv: ", "did you mean 'integer_bias'?"},
      {"detail", "", "nodes.softmax: ", "known: precision, reason"},
      {"granularity", "granularty",
       "values.x: ", "did you mean 'granularity'?"},
      {"scale", "scal", "values.x: ", "did you mean 'scale'?"},
  };
  for (const Mistyped& m : kMistyped) {
    SCOPED_TRACE(m.mistyped);
    std::string text = ToJson(MakePlan());
    const std::string key = "\"" + std::string(m.key) + "\":";
    const size_t at = text.find(key);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, key.size(), "\"" + std::string(m.mistyped) + "\":");
    const Status status = ParseError(text);
    EXPECT_EQ(status.code(), Code::kBadInput);
    EXPECT_THAT(status.message(), HasSubstr(m.place));
    EXPECT_THAT(status.message(),
                HasSubstr("unknown key '" + std::string(m.mistyped) + "'"));
    EXPECT_THAT(status.message(), HasSubstr(m.meant));
  }
}

TEST(PlanJson, TakesAFormThatWasSetToFloatWithWhatItSaidBefore) {
  const Result<Plan> plan = PlanFromJson(
      R"({"version": 1, "values": {"x": [{"type": "f32", "granularity":
          "per_tensor", "scale": [0.5], "zero_point": [3], "rule": "mse"}]}})",
      "test");
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  EXPECT_EQ(plan->values.at("x").forms[0], Form::F32());
}

TEST(PlanJson, TakesNumbersAtTheEndsOfTheirRanges) {
  const Result<Plan> plan = PlanFromJson(R"({"version": 1,
      "output_forms": [2147483647, -2147483648],
      "nodes": {"c": {"precision": "int8", "weight_scale": [1.17549435e-38, 3],
                      "integer_bias": [-2147483648, 2147483647]}},
      "values": {"x": [{"type": "u8", "scale": [3.4e38, 1],
                        "zero_point": [0, 255]}]}})",
                                         "test");
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  EXPECT_EQ(plan->output_forms[1], INT32_MIN);
  EXPECT_EQ(plan->nodes.at("c").integer_bias[0], INT32_MIN);
  EXPECT_EQ(plan->values.at("x").forms[0].quant.zero_point[1], 255);
}

TEST(PlanJson, TakesNodesWithoutAReasonAsAsked) {
  const Result<Plan> plan = PlanFromJson(
      R"({"version": 1, "nodes": {"c": {"precision": "fp32"}}})", "test");
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  EXPECT_EQ(plan->nodes.at("c").reason.kind, ReasonKind::kAsked);
}

TEST(PlanJson, KeepsEveryReasonAndNamesThatAreNotText) {
  Plan plan;
  for (int kind = 0; kind <= int(ReasonKind::kNoGain); ++kind) {
    plan.nodes["node " + std::to_string(kind) + " \"\n\xc3\xa9"].reason = {
        ReasonKind(kind), "d\\" + std::to_string(kind)};
  }
  const Result<Plan> again = PlanFromJson(ToJson(plan), "test");
  ASSERT_TRUE(again.ok()) << again.status().message();
  for (const auto& [name, node] : plan.nodes) {
    EXPECT_EQ(again->nodes.at(name).reason.kind, node.reason.kind);
    EXPECT_EQ(again->nodes.at(name).reason.detail, node.reason.detail);
    EXPECT_NE(Describe(node.reason), "");
  }
  EXPECT_EQ(ToJson(*again), ToJson(plan));
}

TEST(PlanJson, WritesScalesThatReadBackToTheLastBit) {
  Plan plan;
  Form form = Form::U8(Granularity::kPerChannel);
  for (int i = 0; i < 200; ++i) {
    form.quant.scale.push_back(std::ldexp(1.0f + float(i) / 3.0f, i - 100));
    form.quant.zero_point.push_back(i);
  }
  plan.values["x"].forms = {form};
  const Result<Plan> again = PlanFromJson(ToJson(plan), "test");
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->values.at("x").forms[0], form);
}

}  // namespace
}  // namespace octet::compile
