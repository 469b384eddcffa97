// Functions, sums, products, pools and concatenations of codes against
// numerics, "Other int8 operators", and in float against the evaluator.
#include <gmock/gmock.h>

#include "compile/lower/testing/run_lowered.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

const QuantParams kA{{0.0123f}, {117}};
const QuantParams kB{{0.0071f}, {140}};
const QuantParams kY{{0.0151f}, {101}};

// The only node in int8: a (and b) as u8, y as u8.
Plan Int8Plan(const Graph& graph, const QuantParams& y = kY) {
  Plan plan = FloatPlan(graph);
  NodePlan& node = plan.nodes.begin()->second;
  node.precision = Precision::kInt8;
  for (int& form : node.input_forms) form = form == 0 ? 1 : form;
  plan.values.at("a").forms.push_back(U8(kA));
  if (plan.values.contains("b")) plan.values.at("b").forms.push_back(U8(kB));
  plan.values.at("y").forms = {U8(y)};
  return plan;
}

// Codes of the seeded inputs.
std::vector<std::vector<int>> CodesOf(const Graph& graph) {
  std::vector<std::vector<int>> codes;
  for (const Tensor& x : InputsOf(graph)) {
    const QuantParams& quant = codes.empty() ? kA : kB;
    auto& list = codes.emplace_back();
    for (float v : x.as<float>()) {
      list.push_back(QuantizeU8(v, quant.scale[0], quant.zero_point[0]));
    }
  }
  return codes;
}

float Real(float steps, int low = 0, int high = 255) {
  const int zero = kY.zero_point[0];
  const int q = std::clamp(int(std::nearbyint(steps)) + zero, low, high);
  return octet::Dequantize(q, kY.scale[0], zero);
}

void ExpectEqual(const Tensor& got, const std::vector<float>& want) {
  const auto y = got.as<float>();
  ASSERT_EQ(y.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) ASSERT_EQ(y[i], want[i]) << i;
}

// How b is read for element i of a [2,3,4,5].
struct Operand {
  const char* shape;
  size_t (*index)(size_t);
};
constexpr Operand kOperands[] = {
    {"2,3,4,5", [](size_t i) { return i; }},
    {"2,1,1,5", [](size_t i) { return i / 60 * 5 + i % 5; }},
    {"1", [](size_t) { return size_t{0}; }},
};

TEST(LowerBinaryInt8, AddsSubtractsAndMultipliesByTheContract) {
  for (const Operand& operand : kOperands) {
    for (const char* op : {"add", "sub", "mul"}) {
      SCOPED_TRACE(std::string(op) + " " + operand.shape);
      const Graph graph =
          MustParse("graph \"g\"\ninput a f32[2,3,4,5]\ninput b f32[" +
                    std::string(operand.shape) +
                    "]\ny = Binary(a, b) op=" + op + " name=both\noutput y\n");
      const auto codes = CodesOf(graph);
      std::vector<float> want;
      for (size_t i = 0; i < codes[0].size(); ++i) {
        const float qa = float(codes[0][i] - kA.zero_point[0]);
        const float qb = float(codes[1][operand.index(i)] - kB.zero_point[0]);
        const float sa = kA.scale[0], sb = kB.scale[0], sy = kY.scale[0];
        if (std::string_view(op) == "mul") {
          const float scale = sa * sb;
          want.push_back(Real(qa * qb * (scale / sy)));
          continue;
        }
        const float mb = std::string_view(op) == "add" ? sb / sy : -(sb / sy);
        const float second = qb * mb;
        want.push_back(Real(std::fma(qa, sa / sy, second)));
      }
      const auto got = RunLowered(graph, Int8Plan(graph));
      ASSERT_EQ(got.size(), 1u);
      ExpectEqual(got[0], want);
    }
  }
}

TEST(LowerBinaryInt8, BroadcastsItsFirstOperandWhereOrderIsFree) {
  const Graph graph = MustParse(R"(graph "g"
input a f32[1,1,1,5]
input b f32[1,3,4,5]
y f32[1,3,4,5] = Binary(a, b) op=mul name=both
output y
)");
  const auto codes = CodesOf(graph);
  std::vector<float> want;
  for (size_t i = 0; i < codes[1].size(); ++i) {
    const float qa = float(codes[0][i % 5] - kA.zero_point[0]);
    const float qb = float(codes[1][i] - kB.zero_point[0]);
    const float scale = kB.scale[0] * kA.scale[0];
    want.push_back(Real(qa * qb * (scale / kY.scale[0])));
  }
  const auto got = RunLowered(graph, Int8Plan(graph));
  ASSERT_EQ(got.size(), 1u);
  ExpectEqual(got[0], want);
}

TEST(LowerBinaryInt8, ClampsCodesWhereAFunctionIsFused) {
  struct Clamp {
    const char* after;
    int low, high;
  };
  const int zero = kY.zero_point[0];
  const Clamp kClamps[] = {
      {"relu", zero, 255},
      {"clip(-0.1,0.2)", QuantizeU8(-0.1f, kY.scale[0], zero),
       QuantizeU8(0.2f, kY.scale[0], zero)},
  };
  for (const Clamp& clamp : kClamps) {
    SCOPED_TRACE(clamp.after);
    const Graph graph = MustParse(
        "graph \"g\"\ninput a f32[1,3,4,5]\ninput b f32[1,3,4,5]\n"
        "y = Binary(a, b) op=add after=" +
        std::string(clamp.after) + " name=both\noutput y\n");
    const auto codes = CodesOf(graph);
    std::vector<float> want;
    for (size_t i = 0; i < codes[0].size(); ++i) {
      const float second =
          float(codes[1][i] - kB.zero_point[0]) * (kB.scale[0] / kY.scale[0]);
      const float first = float(codes[0][i] - kA.zero_point[0]);
      want.push_back(Real(std::fma(first, kA.scale[0] / kY.scale[0], second),
                          clamp.low, clamp.high));
    }
    const auto got = RunLowered(graph, Int8Plan(graph));
    ASSERT_EQ(got.size(), 1u);
    ExpectEqual(got[0], want);
  }
}

TEST(LowerBinaryInt8, RefusesAClampOnAScalePerChannel) {
  const Graph graph = MustParse(R"(graph "g"
input a f32[1,3,4,2]
input b f32[1,3,4,2]
y f32[1,3,4,2] = Binary(a, b) op=add after=relu name=both
output y
)");
  const auto lowered =
      Lower(graph, Int8Plan(graph, {{0.1f, 0.2f}, {128, 128}}));
  ASSERT_EQ(lowered.status().code(), Code::kUnsupported);
  EXPECT_THAT(lowered.status().message(), HasSubstr("'both'"));
}

TEST(LowerUnaryInt8, LooksEveryFunctionUpInATable) {
  for (const char* f :
       {"relu", "leaky_relu(0.1)", "clip(-0.3,0.4)", "sigmoid", "silu", "tanh",
        "gelu", "hard_swish", "hard_sigmoid(0.2,0.5)", "elu(1)", "mish", "exp",
        "softplus", "erf", "abs", "neg", "floor", "reciprocal", "log"}) {
    SCOPED_TRACE(f);
    const Graph graph = MustParse(
        "graph \"g\"\ninput a f32[1,6,6,16]\n"
        "y = Unary(a) function=" +
        std::string(f) + " name=act\noutput y\n");
    const Function function = std::get<Unary>(graph.nodes[0].op).function;
    std::vector<float> want;
    const auto codes = CodesOf(graph);
    for (int q : codes[0]) {
      const float x = octet::Dequantize(q, kA.scale[0], kA.zero_point[0]);
      const float y = float(octet::Evaluate(function, double(x)));
      want.push_back(
          octet::Dequantize(QuantizeU8(y, kY.scale[0], kY.zero_point[0]),
                            kY.scale[0], kY.zero_point[0]));
    }
    const auto got = RunLowered(graph, Int8Plan(graph));
    ASSERT_EQ(got.size(), 1u);
    ExpectEqual(got[0], want);
  }
}

TEST(LowerUnaryInt8, RefusesAScalePerChannel) {
  const Graph graph = MustParse(R"(graph "g"
input a f32[1,3,4,2]
y f32[1,3,4,2] = Unary(a) function=silu name=act
output y
)");
  const auto lowered =
      Lower(graph, Int8Plan(graph, {{0.1f, 0.2f}, {128, 128}}));
  ASSERT_EQ(lowered.status().code(), Code::kUnsupported);
  EXPECT_THAT(lowered.status().message(), HasSubstr("one scale"));
}

TEST(LowerReduceInt8, AveragesPlanesByTheContract) {
  const Graph graph = MustParse(R"(graph "g"
input a f32[2,5,6,3]
y f32[2,1,1,3] = Reduce(a) axes=[1,2] name=mean
output y
)");
  const auto codes = CodesOf(graph)[0];
  std::vector<float> want;
  for (size_t n = 0; n < 2; ++n) {
    for (size_t c = 0; c < 3; ++c) {
      int sum = 0;
      for (size_t i = 0; i < 30; ++i) {
        sum += codes[(n * 30 + i) * 3 + c] - kA.zero_point[0];
      }
      const float below = kY.scale[0] * 30.0f;
      want.push_back(Real(float(sum) * (kA.scale[0] / below)));
    }
  }
  const auto got = RunLowered(graph, Int8Plan(graph));
  ASSERT_EQ(got.size(), 1u);
  ExpectEqual(got[0], want);
}

TEST(LowerPoolInt8, AveragesWindowsCloseToFloat) {
  for (const char* counted : {"true", "false"}) {
    const Graph graph = MustParse(
        "graph \"g\"\ninput a f32[1,6,7,5]\ny = Pool(a) op=average "
        "kernel=[3,2] strides=[2,1] pads=[1,0,1,1] count_include_pad=" +
        std::string(counted) + " name=pool\noutput y\n");
    std::vector<Tensor> inputs;
    inputs.push_back(Rounded(InputsOf(graph)[0], kA));
    const auto want = Evaluate(graph, inputs);
    ASSERT_TRUE(want.ok());
    const auto got = RunLowered(graph, Int8Plan(graph));
    ASSERT_EQ(got.size(), 1u);
    const auto y = got[0].as<float>(), x = (*want)[0].as<float>();
    for (size_t i = 0; i < x.size(); ++i) {
      ASSERT_NEAR(y[i], x[i], 0.501f * kY.scale[0]) << i;
    }
  }
}

// A constant in a concatenation has no calibration of its own.
TEST(LowerConcatInt8, QuantizesConstantPartsWithTheScaleOfTheWhole) {
  for (const char* axis : {"1", "3"}) {
    const Graph graph = MustParse(
        "graph \"g\"\ninput a f32[1,2,3,4]\nconst c f32[1,2,3,4]{seed=3}\n"
        "y = Concat(c, a, c) axis=" +
        std::string(axis) + " name=cat\noutput y\n");
    std::vector<Tensor> inputs;
    inputs.push_back(Rounded(InputsOf(graph)[0], kA));
    const auto whole = Evaluate(graph, inputs);
    ASSERT_TRUE(whole.ok());
    const Tensor want = Rounded((*whole)[0], kY);
    const auto got = RunLowered(graph, Int8Plan(graph));
    ASSERT_EQ(got.size(), 1u);
    ExpectEqual(got[0], {want.as<float>().begin(), want.as<float>().end()});
  }
}

TEST(LowerConcatInt8, QuantizesConstantPartsPerChannel) {
  const Graph graph = MustParse(R"(graph "g"
input a f32[1,2,3,2]
const c f32[1,2,3,2]{seed=3}
y f32[1,2,3,4] = Concat(a, c) axis=3 name=cat
output y
)");
  const QuantParams each{{0.02f, 0.03f, 0.01f, 0.005f}, {128, 127, 100, 130}};
  std::vector<Tensor> inputs;
  inputs.push_back(Rounded(InputsOf(graph)[0], kA));
  const auto whole = Evaluate(graph, inputs);
  ASSERT_TRUE(whole.ok());
  const Tensor want = Rounded((*whole)[0], each);
  const auto got = RunLowered(graph, Int8Plan(graph, each));
  ASSERT_EQ(got.size(), 1u);
  ExpectEqual(got[0], {want.as<float>().begin(), want.as<float>().end()});
}

TEST(LowerConcatInt8, IsPlannedWithItsConstantByTheRules) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,4,4,8]
const w f32[8,1,1,8]{seed=1}
const v f32[8,1,1,12]{seed=2}
const grid f32[1,4,4,4]{seed=3}
h f32[1,4,4,8] = Conv(x, w, _) name=before
j f32[1,4,4,12] = Concat(h, grid) axis=3 name=cat
y f32[1,4,4,8] = Conv(j, v, _) name=after
output y
)");
  const Plan plan = PlanWithRanges(graph);
  EXPECT_EQ(plan.nodes.at("cat").precision, Precision::kInt8);
  ExpectNear(RunLowered(graph, plan), *Evaluate(graph, InputsOf(graph)), 0.03f);
}

// Everything else that has a float kernel, each kind once.
constexpr std::string_view kFloatNodes[] = {
    "y = Binary(a, b) op=div\n",
    "y = Binary(a, b) op=max after=relu\n",
    "y = Binary(a, b) op=min\n",
    "y = Binary(a, r) op=sub\n",
    "y = Binary(r, a) op=sub\n",
    "y = Unary(a) function=silu\n",
    "y = Unary(a) function=gelu\n",
    "y = Softmax(a) axis=3\n",
    "y = Softmax(a) axis=1\n",
    "y = LayerNorm(a, s, t) axis=3 epsilon=1e-05\n",
    "y = LayerNorm(a, s, _) axis=-1 epsilon=1e-05\n",
    "y = Reduce(a) op=sum axes=[3]\n",
    "y = Reduce(a) op=max axes=[1] keep_dims=false\n",
    "y = Reduce(a) op=min axes=[0,2]\n",
    "y = Reduce(a) op=mean axes=[1,2,3]\n",
    "y = Pool(a) op=average kernel=[2,2] pads=[1,1,0,0]\n",
    "y = Resize(a) mode=linear scales=[2,2] size=[6,8]\n",
    "y = MatMul(a, m, t)\n",
    "y = MatMul(a, a2, _)\n",
    "y = Concat(a, b, c) axis=2\n",
    "y = Concat(a, b, c) axis=3\n",
};

TEST(LowerFloat, RunsEveryKindAsTheEvaluatorDoes) {
  for (std::string_view node : kFloatNodes) {
    SCOPED_TRACE(node);
    ExpectFloatAsReference(
        "graph \"g\"\ninput a f32[1,3,4,5]\ninput b f32[1,3,4,5]\n"
        "input a2 f32[1,3,5,6]\n"
        "const c f32[1,3,4,5]{seed=1}\nconst r f32[4,1]{seed=2}\n"
        "const s f32[5]{seed=3}\nconst t f32[5]{seed=4}\n"
        "const m f32[5,5]{seed=5}\n" +
        std::string(node) + "output y\n");
  }
}

}  // namespace
}  // namespace octet::compile
