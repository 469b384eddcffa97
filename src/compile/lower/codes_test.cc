// Nodes that compute in floats between values that are stored as codes.
#include <gmock/gmock.h>

#include "compile/lower/testing/run_lowered.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;

const QuantParams kA{{0.0123f}, {117}};
const QuantParams kY{{0.0151f}, {101}};
QuantParams EachOf(size_t channels) {
  QuantParams quant;
  for (size_t c = 0; c < channels; ++c) {
    quant.scale.push_back(0.01f + 0.0005f * float(c));
    quant.zero_point.push_back(int32_t(100 + c));
  }
  return quant;
}

// a as codes, what `node` makes of it as codes, and that as the output. Given
// f32 too, both forms of y are read.
struct Coded {
  Coded(const std::string& node, const QuantParams& y, bool reads_f32 = false,
        const std::string& shape = "4,40")
      : graph(MustParse(
            "graph \"g\"\ninput a f32[" + shape +
            "]\nconst b f32[40]{seed=1}\nconst s f32[40]{seed=2}\n" + node +
            " name=node\noutput y\n" + (reads_f32 ? "output y\n" : ""))),
        plan(FloatPlan(graph)) {
    plan.values.at("a").forms.push_back(U8(kA));
    for (int& form : plan.nodes.at("node").input_forms) {
      if (form == 0) form = 1;
    }
    plan.values.at("y").forms.push_back(U8(y));
    plan.output_forms[0] = 1;
  }
  // Kinds of the steps.
  std::vector<std::string> Steps() const {
    const Result<Lowered> lowered = Lower(graph, plan);
    EXPECT_TRUE(lowered.ok()) << lowered.status().message();
    std::vector<std::string> kinds;
    for (const auto& step : lowered->program.profiles[0]->steps) {
      kinds.push_back(engine::EnumNameParams(step->params.type));
    }
    return kinds;
  }
  // What steps of their own would make of it.
  Tensor Expected(const QuantParams& y) const {
    std::vector<Tensor> inputs;
    inputs.push_back(Rounded(InputsOf(graph)[0], kA));
    return Rounded((*Evaluate(graph, inputs))[0], y);
  }

  Graph graph;
  Plan plan;
};

// Codes next to each other are alike where the float is next to a tie.
void ExpectWithinACode(const Tensor& got, const Tensor& want, float scale) {
  const auto x = got.as<float>(), y = want.as<float>();
  ASSERT_EQ(x.size(), y.size());
  size_t equal = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    ASSERT_NEAR(x[i], y[i], 1.001f * scale) << i;
    equal += x[i] == y[i] ? 1 : 0;
  }
  EXPECT_GE(equal + 2, y.size());
}

TEST(LowerFloatOfCodes, ReadsAndWritesThemWithoutStepsBetween) {
  for (const char* node :
       {"y = Binary(a, b) op=add after=gelu", "y = Binary(b, a) op=sub"}) {
    SCOPED_TRACE(node);
    const Coded c(node, kY);
    EXPECT_THAT(c.Steps(), ElementsAre("Quantize", "BinaryF32", "Dequantize"));
    ExpectWithinACode(RunLowered(c.graph, c.plan)[0], c.Expected(kY),
                      kY.scale[0]);
  }
}

TEST(LowerFloatOfCodes, WritesWhatASoftmaxAndANormalizationMake) {
  const QuantParams share{{1.0f / 255}, {0}};
  const Coded softmax("y = Softmax(a) axis=1", share);
  EXPECT_THAT(softmax.Steps(),
              ElementsAre("Quantize", "Dequantize", "Softmax", "Dequantize"));
  ExpectWithinACode(RunLowered(softmax.graph, softmax.plan)[0],
                    softmax.Expected(share), share.scale[0]);
  for (const QuantParams& quant : {kY, EachOf(40)}) {
    const Coded norm("y = LayerNorm(a, s, b) axis=1 epsilon=1e-05", quant);
    EXPECT_THAT(norm.Steps(), ElementsAre("Quantize", "Dequantize", "LayerNorm",
                                          "Dequantize"));
    ExpectWithinACode(RunLowered(norm.graph, norm.plan)[0],
                      norm.Expected(quant), quant.scale.back());
  }
}

TEST(LowerFloatOfCodes, WritesFloatsWhereSomebodyReadsThem) {
  const Coded c("y = Binary(a, b) op=add", kY, /*reads_f32=*/true);
  EXPECT_THAT(c.Steps(),
              ElementsAre("Quantize", "BinaryF32", "Quantize", "Dequantize"));
  const auto got = RunLowered(c.graph, c.plan);
  ASSERT_EQ(got.size(), 2u);
  ExpectWithinACode(got[0], c.Expected(kY), kY.scale[0]);
  EXPECT_EQ(Rounded(got[1], kY).as<float>()[7], got[0].as<float>()[7]);
}

// The kernel knows no scales per channel, and of short rows it would make many
// calls.
TEST(LowerFloatOfCodes, LeavesOtherCodesToStepsOfTheirOwn) {
  const Coded each("y = Binary(a, b) op=add", EachOf(40));
  EXPECT_THAT(each.Steps(),
              ElementsAre("Quantize", "BinaryF32", "Quantize", "Dequantize"));
  const Coded short_rows("y = Binary(a, a) op=add", kY, false, "160,1");
  EXPECT_THAT(short_rows.Steps(),
              ElementsAre("Quantize", "Dequantize", "BinaryF32", "Quantize",
                          "Dequantize"));
  const Coded columns("y = Softmax(a) axis=0", kY);
  EXPECT_THAT(columns.Steps(), ElementsAre("Quantize", "Dequantize", "Softmax",
                                           "Quantize", "Dequantize"));
}

}  // namespace
}  // namespace octet::compile
