#include "compile/plan/absorb_qdq.h"

#include <gmock/gmock.h>

#include "compile/ir/verify.h"
#include "compile/plan/check_plan.h"
#include "compile/plan/testing/plans.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Scales, zero points and constants that the graphs below share.
constexpr std::string_view kConstants = R"(
const sx f32[]{0.5}
const zx u8[]{10}
const sy f32[]{0.25}
const zy u8[]{20}
const zs s8[]{-3}
const zw s8[]{0}
const sw f32[2]{0.125, 0.0625}
const zw2 s8[2]{0, 0}
const sb f32[2]{0.0625, 0.03125}
const zb s32[2]{0, 0}
const qw s8[2,1,1,3]{-128, 0, 127, 1, 2, 3}
const qb s32[2]{16777217, -5}
const fw f32[2,1,1,3]{1, 2, 3, 4, 5, 6}
)";

struct Absorbed {
  Graph graph;
  Result<Plan> plan = Status(Code::kFailed, "");
};

Absorbed Absorb(const std::string& body) {
  Absorbed absorbed;
  absorbed.graph = MustParse("graph \"qdq\"" + std::string(kConstants) + body);
  absorbed.plan = AbsorbQdq(absorbed.graph);
  if (!absorbed.plan.ok()) return absorbed;
  const Status verified = Verify(absorbed.graph);
  EXPECT_TRUE(verified.ok()) << verified.message();
  const Status fits = CheckPlan(absorbed.graph, *absorbed.plan);
  EXPECT_TRUE(fits.ok()) << fits.message();
  const Status forms = CheckForms(absorbed.graph, *absorbed.plan);
  EXPECT_TRUE(forms.ok()) << forms.message();
  return absorbed;
}

constexpr const char* kQuantizedConv = R"(input x f32[1,4,4,3]
q u8[1,4,4,3] = Quantize(x, sx, zx) axis=3
d f32[1,4,4,3] = Dequantize(q, sx, zx) axis=3
w f32[2,1,1,3] = Dequantize(qw, sw, zw2) axis=0
b f32[2] = Dequantize(qb, sb, zb) axis=0
c f32[1,4,4,2] = Conv(d, w, b) name=conv
e u8[1,4,4,2] = Quantize(c, sy, zy) axis=3
y f32[1,4,4,2] = Dequantize(e, sy, zy) axis=3
output y
)";

TEST(AbsorbQdq, RunsAConvolutionBetweenPairsInInt8) {
  const Absorbed absorbed = Absorb(kQuantizedConv);
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  ASSERT_EQ(absorbed.graph.nodes.size(), 1u);
  const NodePlan& conv = absorbed.plan->nodes.at("conv");
  EXPECT_EQ(conv.precision, Precision::kInt8);
  EXPECT_EQ(conv.reason.kind, ReasonKind::kImported);
  EXPECT_THAT(conv.weight_scale, ElementsAre(0.125f, 0.0625f));
  const auto& x = absorbed.plan->values.at("x").forms;
  ASSERT_EQ(x.size(), 2u);
  EXPECT_FALSE(x[0].is_u8());  // that is how callers give it
  EXPECT_EQ(x[1].quant, (QuantParams{{0.5f}, {10}}));
  EXPECT_EQ(x[1].rule, "imported");
  EXPECT_EQ(conv.input_forms[0], 1);
}

TEST(AbsorbQdq, GivesTheOutputItsNameAndItsCodes) {
  const Absorbed absorbed = Absorb(kQuantizedConv);
  ASSERT_TRUE(absorbed.plan.ok());
  const Graph& graph = absorbed.graph;
  EXPECT_EQ(graph.values[graph.outputs[0]].name, "y");
  const auto& y = absorbed.plan->values.at("y").forms;
  ASSERT_EQ(y.size(), 1u);
  EXPECT_EQ(y[0].quant, (QuantParams{{0.25f}, {20}}));
  EXPECT_THAT(absorbed.plan->output_forms, ElementsAre(0));
}

TEST(AbsorbQdq, MakesWeightsRealSoThatTheirScaleGivesTheCodesBack) {
  const Absorbed absorbed = Absorb(kQuantizedConv);
  ASSERT_TRUE(absorbed.plan.ok());
  const Graph& graph = absorbed.graph;
  const auto w = graph.values[graph.nodes[0].inputs[1]].data->as<float>();
  EXPECT_THAT(std::vector<float>(w.begin(), w.end()),
              ElementsAre(-16, 0, 15.875f, 0.0625f, 0.125f, 0.1875f));
}

// f32 has no 16777217: the codes go beside it.
TEST(AbsorbQdq, KeepsEveryBitOfAnIntegerBias) {
  const Absorbed absorbed = Absorb(kQuantizedConv);
  ASSERT_TRUE(absorbed.plan.ok());
  EXPECT_THAT(absorbed.plan->nodes.at("conv").integer_bias,
              ElementsAre(16777217, -5));
}

std::string Replaced(std::string text, std::string_view from,
                     std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(AbsorbQdq, TurnsABiasOfAnotherScaleIntoStepsOfTheSums) {
  // Steps of 0.5 * 0.125 and 0.5 * 0.0625 are half as large as these.
  const std::string body =
      Replaced(kQuantizedConv, "b f32[2] = Dequantize(qb, sb, zb)",
               "const s2 f32[2]{0.125, 0.0625}\nconst q2 s32[2]{100, -7}\n"
               "b f32[2] = Dequantize(q2, s2, zb)");
  const Absorbed absorbed = Absorb(body);
  ASSERT_TRUE(absorbed.plan.ok());
  EXPECT_THAT(absorbed.plan->nodes.at("conv").integer_bias,
              ElementsAre(200, -14));
}

TEST(AbsorbQdq, LeavesABiasRealThatCouldNotJoinTheSums) {
  const std::string body = Replaced(
      kQuantizedConv, "b f32[2] = Dequantize(qb, sb, zb)",
      "const q2 s32[2]{2147483647, 0}\nb f32[2] = Dequantize(q2, sb, zb)");
  const Absorbed absorbed = Absorb(body);
  ASSERT_TRUE(absorbed.plan.ok());
  EXPECT_EQ(absorbed.plan->nodes.at("conv").precision, Precision::kInt8);
  EXPECT_TRUE(absorbed.plan->nodes.at("conv").integer_bias.empty());
}

TEST(AbsorbQdq, LeavesABiasRealThatWasNeverQuantized) {
  const std::string body =
      Replaced(kQuantizedConv, "b f32[2] = Dequantize(qb, sb, zb) axis=0",
               "const b f32[2]{1, 2}");
  const Absorbed absorbed = Absorb(body);
  ASSERT_TRUE(absorbed.plan.ok());
  EXPECT_EQ(absorbed.plan->nodes.at("conv").precision, Precision::kInt8);
  EXPECT_TRUE(absorbed.plan->nodes.at("conv").integer_bias.empty());
}

TEST(AbsorbQdq, MovesTheZeroPointOfSignedActivations) {
  std::string body(kQuantizedConv);
  for (int i = 0; i < 2; ++i) body = Replaced(body, "sx, zx", "sx, zs");
  body = Replaced(body, "q u8", "q s8");
  const Absorbed absorbed = Absorb(body);
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  EXPECT_THAT(absorbed.plan->values.at("x").forms[1].quant.zero_point,
              ElementsAre(125));
}

// Each leaves the convolution in float, for a reason of its own.
TEST(AbsorbQdq, RunsInFloatWhatIsNotQuantizedAllAround) {
  const struct {
    const char* what;
    const char* from;
    const char* to;
  } kBroken[] = {
      {"float weights", "Conv(d, w, b)", "Conv(d, fw, b)"},
      {"float input", "Conv(d, w, b)", "Conv(x, w, b)"},
      {"scales along another axis than the outputs",
       "w f32[2,1,1,3] = Dequantize(qw, sw, zw2) axis=0",
       "const s3 f32[3]{1, 2, 3}\nconst z3 s8[3]{0, 0, 0}\n"
       "w f32[2,1,1,3] = Dequantize(qw, s3, z3) axis=3"},
  };
  for (const auto& broken : kBroken) {
    SCOPED_TRACE(broken.what);
    const Absorbed absorbed =
        Absorb(Replaced(kQuantizedConv, broken.from, broken.to));
    ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
    EXPECT_EQ(absorbed.plan->nodes.at("conv").precision, Precision::kF32);
    EXPECT_EQ(absorbed.plan->nodes.at("conv").reason.kind,
              ReasonKind::kImported);
  }
}

// As a picture's planes are made to pixels: a quarter of the bytes to move.
TEST(AbsorbQdq, MovesCodesWhereTheyAreQuantizedOnlyBehindTheMovement) {
  const std::string body =
      Replaced(kQuantizedConv, "input x f32[1,4,4,3]",
               "input n f32[1,3,4,4]\n"
               "x f32[1,4,4,3] = Transpose(n) perm=[0,2,3,1] name=layout");
  const Absorbed absorbed = Absorb(body);
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  EXPECT_EQ(absorbed.plan->nodes.at("layout").precision, Precision::kInt8);
  EXPECT_EQ(absorbed.plan->nodes.at("layout").input_forms[0], 1);
  EXPECT_EQ(absorbed.plan->values.at("x").forms.size(), 1u);
  const Absorbed read =
      Absorb(Replaced(body, "output y",
                      "e2 f32[1,4,4,3] = Unary(x) function=exp name=other\n"
                      "output y\noutput e2"));
  ASSERT_TRUE(read.plan.ok()) << read.plan.status().message();
  EXPECT_EQ(read.plan->nodes.at("layout").precision, Precision::kF32);
}

TEST(AbsorbQdq, MovesCodesWhereTheyAreDequantizedOnlyBeforeTheMovement) {
  const Absorbed absorbed = Absorb(R"(input x f32[1,4,6]
q u8[1,4,6] = Quantize(x, sx, zx)
d f32[1,4,6] = Dequantize(q, sx, zx)
t f32[1,6,4] = Transpose(d) perm=[0,2,1] name=turn
r f32[6,4] = Reshape(t) dims=[6,4] name=flat
y f32[6,4] = Softmax(r) axis=1 name=soft
output y
output r
)");
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  for (const char* name : {"turn", "flat"}) {
    EXPECT_EQ(absorbed.plan->nodes.at(name).precision, Precision::kInt8);
  }
  const auto& moved = absorbed.plan->values.at("r").forms;
  ASSERT_EQ(moved.size(), 1u);
  EXPECT_EQ(moved[0].quant, (QuantParams{{0.5f}, {10}}));
  EXPECT_EQ(absorbed.plan->nodes.at("soft").precision, Precision::kF32);
  EXPECT_THAT(absorbed.plan->output_forms, ElementsAre(0, 0));
}

constexpr const char* kScores = R"(input a f32[2,4,6]
input b f32[2,5,6]
q u8[2,4,6] = Quantize(a, sx, zx)
d f32[2,4,6] = Dequantize(q, sx, zx)
r u8[2,5,6] = Quantize(b, sy, zy)
e f32[2,5,6] = Dequantize(r, sy, zy)
t f32[2,6,5] = Transpose(e) perm=[0,2,1] name=turn
m f32[2,4,5] = MatMul(d, t, _) name=scores
)";

TEST(AbsorbQdq, MultipliesCodesOfTwoComputedMatrices) {
  const Absorbed absorbed = Absorb(std::string(kScores) + R"(
n u8[2,4,5] = Quantize(m, sx, zx)
y f32[2,4,5] = Dequantize(n, sx, zx)
output y
)");
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  for (const char* name : {"turn", "scores"}) {
    EXPECT_EQ(absorbed.plan->nodes.at(name).precision, Precision::kInt8);
  }
  // Not where the result leaves in float: there is no kernel for that.
  const Absorbed leaves = Absorb(std::string(kScores) + "output m\n");
  ASSERT_TRUE(leaves.plan.ok()) << leaves.plan.status().message();
  EXPECT_EQ(leaves.plan->nodes.at("scores").precision, Precision::kF32);
}

TEST(AbsorbQdq, MultipliesInFloatWhatHasScalesPerChannel) {
  const Absorbed absorbed = Absorb(R"(input a f32[2,4,2]
const zc u8[2]{3, 4}
q u8[2,4,2] = Quantize(a, sw, zc) axis=2
d f32[2,4,2] = Dequantize(q, sw, zc) axis=2
r u8[2,4,2] = Quantize(a, sx, zx)
e f32[2,4,2] = Dequantize(r, sx, zx)
t f32[2,2,4] = Transpose(e) perm=[0,2,1]
m f32[2,4,4] = MatMul(d, t, _) name=scores
n u8[2,4,4] = Quantize(m, sx, zx)
y f32[2,4,4] = Dequantize(n, sx, zx)
output y
)");
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  EXPECT_EQ(absorbed.plan->nodes.at("scores").precision, Precision::kF32);
}

TEST(AbsorbQdq, ComputesAFunctionOfScalesPerChannelInFloat) {
  const std::string body = R"(input x f32[4,2]
const zc u8[2]{3, 4}
q u8[4,2] = Quantize(x, sw, zc) axis=1
d f32[4,2] = Dequantize(q, sw, zc) axis=1
t f32[4,2] = Unary(d) function=tanh name=function
p u8[4,2] = Quantize(t, sx, zx)
y f32[4,2] = Dequantize(p, sx, zx)
output y
)";
  const Absorbed each = Absorb(body);
  ASSERT_TRUE(each.plan.ok()) << each.plan.status().message();
  EXPECT_EQ(each.plan->nodes.at("function").precision, Precision::kF32);
  const Absorbed one = Absorb(Replaced(
      Replaced(body, "Quantize(x, sw, zc) axis=1", "Quantize(x, sy, zy)"),
      "Dequantize(q, sw, zc) axis=1", "Dequantize(q, sy, zy)"));
  ASSERT_TRUE(one.plan.ok()) << one.plan.status().message();
  EXPECT_EQ(one.plan->nodes.at("function").precision, Precision::kInt8);
}

TEST(AbsorbQdq, LetsAProductLeaveInFloat) {
  const std::string body =
      Replaced(kQuantizedConv,
               "e u8[1,4,4,2] = Quantize(c, sy, zy) axis=3\n"
               "y f32[1,4,4,2] = Dequantize(e, sy, zy) axis=3",
               "y f32[1,4,4,2] = Softmax(c) axis=3 name=soft");
  const Absorbed absorbed = Absorb(body);
  ASSERT_TRUE(absorbed.plan.ok());
  EXPECT_EQ(absorbed.plan->nodes.at("conv").precision, Precision::kInt8);
  EXPECT_EQ(absorbed.plan->nodes.at("soft").precision, Precision::kF32);
  EXPECT_FALSE(absorbed.plan->values.at("c").forms[0].is_u8());
}

TEST(AbsorbQdq, MovesCodesBetweenAPair) {
  const Absorbed absorbed = Absorb(R"(input x f32[1,2,3]
q u8[1,2,3] = Quantize(x, sx, zx) axis=2
t u8[1,3,2] = Transpose(q) perm=[0,2,1] name=turn
y f32[1,3,2] = Dequantize(t, sx, zx) axis=2
output y
)");
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  const NodePlan& turn = absorbed.plan->nodes.at("turn");
  EXPECT_EQ(turn.precision, Precision::kInt8);
  const Graph& graph = absorbed.graph;
  EXPECT_EQ(graph.values[graph.outputs[0]].dtype, DType::kF32);
}

TEST(AbsorbQdq, RoundsToCodesOfCodesTwice) {
  const Absorbed absorbed = Absorb(R"(input x f32[2,4]
q u8[2,4] = Quantize(x, sx, zx)
d f32[2,4] = Dequantize(q, sx, zx)
p u8[2,4] = Quantize(d, sy, zy) name=again
y f32[2,4] = Dequantize(p, sy, zy)
output y
)");
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  const auto& values = absorbed.plan->values;
  ASSERT_EQ(values.at("x").forms.size(), 2u);
  EXPECT_EQ(values.at("x").forms[1].quant, (QuantParams{{0.5f}, {10}}));
  ASSERT_EQ(values.at("y").forms.size(), 1u);
  EXPECT_EQ(values.at("y").forms[0].quant, (QuantParams{{0.25f}, {20}}));
  EXPECT_EQ(absorbed.plan->nodes.at("again").precision, Precision::kInt8);
}

TEST(AbsorbQdq, ComputesScalesPerChannelThatDoNotComeWithTheCodes) {
  const Absorbed absorbed = Absorb(R"(input x f32[4,2]
const zc u8[2]{3, 4}
q u8[4,2] = Quantize(x, sx, zx)
d f32[4,2] = Dequantize(q, sx, zx)
p u8[4,2] = Quantize(d, sw, zc) axis=1 name=again
y f32[4,2] = Dequantize(p, sw, zc) axis=1
output y
)");
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  EXPECT_EQ(absorbed.plan->nodes.at("again").precision, Precision::kF32);
}

TEST(AbsorbQdq, LeavesInputsAndOutputsTheirNames) {
  const Absorbed absorbed = Absorb(R"(input x f32[2,4]
q u8[2,4] = Quantize(x, sx, zx)
y f32[2,4] = Dequantize(q, sx, zx)
r f32[2,4] = Softmax(x) axis=1
p u8[2,4] = Quantize(r, sy, zy)
s f32[2,4] = Dequantize(p, sy, zy)
output y
output r
output s
)");
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  const Graph& graph = absorbed.graph;
  const auto name = [&](ValueId v) { return graph.values[v].name; };
  EXPECT_EQ(name(graph.inputs[0]), "x");
  ASSERT_EQ(graph.outputs.size(), 3u);
  EXPECT_EQ(name(graph.outputs[0]), "y");
  EXPECT_EQ(name(graph.outputs[1]), "r");
  EXPECT_EQ(name(graph.outputs[2]), "s");
}

TEST(AbsorbQdq, StoresAValueOnceForReadersOfTheSamePair) {
  const Absorbed absorbed = Absorb(R"(input x f32[1,4]
q u8[1,4] = Quantize(x, sx, zx) axis=1
d f32[1,4] = Dequantize(q, sx, zx) axis=1
p u8[1,4] = Quantize(x, sy, zy) axis=1
e f32[1,4] = Dequantize(p, sy, zy) axis=1
r u8[1,4] = Quantize(x, sx, zx) axis=1
f f32[1,4] = Dequantize(r, sx, zx) axis=1
a f32[1,4] = Binary(d, e) op=add name=first
y f32[1,4] = Binary(a, f) op=add name=second
output y
)");
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  EXPECT_EQ(absorbed.plan->values.at("x").forms.size(), 3u);
  EXPECT_THAT(absorbed.plan->nodes.at("first").input_forms, ElementsAre(1, 2));
  EXPECT_EQ(absorbed.plan->nodes.at("second").input_forms[1], 1);
}

struct Refusal {
  const char* what;
  const char* body;
  Code code;
  const char* said;
};
const Refusal kRefusals[] = {
    {"an output in codes",
     "input x f32[1,4]\ny u8[1,4] = Quantize(x, sx, zx) axis=1\noutput y\n",
     Code::kUnsupported, "end the model with DequantizeLinear"},
    {"a pair of two scales",
     "input x f32[1,4]\nq u8[1,4] = Quantize(x, sx, zx) axis=1\n"
     "y f32[1,4] = Dequantize(q, sy, zx) axis=1 name=back\noutput y\n",
     Code::kUnsupported, "node 'back'"},
    {"codes that an input gives",
     "input q u8[1,4]\ny f32[1,4] = Dequantize(q, sx, zx) axis=1 name=back\n"
     "output y\n",
     Code::kUnsupported, "feed it from QuantizeLinear"},
    {"a computed scale",
     "input x f32[1,4]\ninput s f32[]\n"
     "q u8[1,4] = Quantize(x, s, zx) axis=1 name=codes\n"
     "y f32[1,4] = Dequantize(q, s, zx) axis=1\noutput y\n",
     Code::kUnsupported, "node 'codes'"},
    {"a computed scale of weights",
     "input x f32[1,4,4,3]\ninput s f32[]\n"
     "w f32[2,1,1,3] = Dequantize(qw, s, zw) axis=0 name=weights\n"
     "c f32[1,4,4,2] = Conv(x, w, _)\n"
     "q u8[1,4,4,2] = Quantize(c, sx, zx) axis=3\n"
     "y f32[1,4,4,2] = Dequantize(q, sx, zx) axis=3\noutput y\n",
     Code::kUnsupported, "node 'weights'"},
    {"scales along rows",
     "input x f32[2,4]\n"
     "const z2 u8[2]{0, 0}\n"
     "q u8[2,4] = Quantize(x, sw, z2) axis=0 name=codes\n"
     "y f32[2,4] = Dequantize(q, sw, z2) axis=0\noutput y\n",
     Code::kUnsupported, "along axis 0"},
};

TEST(AbsorbQdq, RefusesWhatItCannotKeepAndNamesIt) {
  for (const Refusal& refusal : kRefusals) {
    SCOPED_TRACE(refusal.what);
    const Absorbed absorbed = Absorb(refusal.body);
    ASSERT_EQ(absorbed.plan.status().code(), refusal.code)
        << absorbed.plan.status().message();
    EXPECT_THAT(absorbed.plan.status().message(), HasSubstr(refusal.said));
  }
}

TEST(HasQdq, IsTrueForEitherHalfOfAPair) {
  EXPECT_TRUE(HasQdq(
      MustParse("graph \"g\"" + std::string(kConstants) + kQuantizedConv)));
  EXPECT_FALSE(HasQdq(MustParse(kEveryRole)));
}

TEST(AbsorbQdq, LeavesAttentionInFloats) {
  const Absorbed absorbed = Absorb(R"(input x f32[1,4,4]
q u8[1,4,4] = Quantize(x, sx, zx)
d f32[1,4,4] = Dequantize(q, sx, zx)
c f32[1,4,4] = Attention(d, d, d) name=attention
e u8[1,4,4] = Quantize(c, sy, zy)
y f32[1,4,4] = Dequantize(e, sy, zy)
output y
)");
  ASSERT_TRUE(absorbed.plan.ok()) << absorbed.plan.status().message();
  // Nobody asked for shares of eight bits.
  EXPECT_EQ(absorbed.plan->nodes.at("attention").precision, Precision::kF32);
}

}  // namespace
}  // namespace octet::compile
