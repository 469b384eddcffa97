// int8 convolutions and matrix products against numerics, "Convolution and
// matrix product, int8": every code, from plain loops.
#include <gmock/gmock.h>

#include <array>
#include <cstring>
#include <limits>
#include <optional>

#include "compile/lower/testing/run_lowered.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

// The product `node` in int8: x as u8, y as u8 (or f32, without `y`).
struct Setting {
  QuantParams x{{0.0123f}, {117}};
  std::optional<QuantParams> y;
  std::optional<QuantParams> residual;
  std::vector<float> weight_scale;
};

Plan PlanOf(const Graph& graph, const Setting& setting) {
  Plan plan = FloatPlan(graph);
  NodePlan& node = plan.nodes.at("product");
  node.precision = Precision::kInt8;
  node.weight_scale = setting.weight_scale;
  node.input_forms[0] = 1;
  plan.values.at("x").forms.push_back(U8(setting.x));
  if (setting.residual) {
    node.input_forms.back() = 1;
    plan.values.at("r").forms.push_back(U8(*setting.residual));
  }
  if (setting.y) plan.values.at("y").forms = {U8(*setting.y)};
  return plan;
}

template <typename T>
T At(const std::vector<T>& list, int64_t c) {
  return list[list.size() == 1 ? 0 : size_t(c)];
}

// The convolution of numerics, one output at a time.
class Contract {
 public:
  Contract(const Graph& graph, const Setting& setting)
      : setting_(setting),
        node_(graph.nodes[0]),
        op_(std::get<Conv>(node_.op)) {
    const std::vector<Tensor> inputs = InputsOf(graph);
    const auto shape = [&](ValueId v) { return graph.values[v].shape; };
    x_shape_ = shape(node_.inputs[0]);
    w_shape_ = shape(node_.inputs[1]);
    y_shape_ = shape(node_.outputs[0]);
    const auto x = inputs[0].as<float>();
    for (size_t i = 0; i < x.size(); ++i) {
      const int64_t c = int64_t(i) % x_shape_[3];
      x_.push_back(QuantizeU8(x[i], At(setting.x.scale, c),
                              At(setting.x.zero_point, c)));
    }
    QuantizeWeights(graph.values[node_.inputs[1]].data->as<float>());
    const ValueId bias = node_.inputs[2];
    bias_.assign(size_t(y_shape_[3]), 0.0f);
    if (bias != kNoValue) {
      const auto b = graph.values[bias].data->as<float>();
      bias_.assign(b.begin(), b.end());
    }
    if (!setting.residual) return;
    for (float r : inputs[1].as<float>()) {
      residual_.push_back(QuantizeU8(r, setting.residual->scale[0],
                                     setting.residual->zero_point[0]));
    }
  }

  std::vector<float> Outputs() const {
    std::vector<float> outputs;
    for (int64_t n = 0; n < y_shape_[0]; ++n) {
      for (int64_t h = 0; h < y_shape_[1]; ++h) {
        for (int64_t w = 0; w < y_shape_[2]; ++w) {
          for (int64_t c = 0; c < y_shape_[3]; ++c) {
            outputs.push_back(Output(Sum(n, h, w, c), c, outputs.size()));
          }
        }
      }
    }
    return outputs;
  }

 private:
  void QuantizeWeights(std::span<const float> w) {
    const size_t taps = w.size() / size_t(w_shape_[0]);
    for (size_t o = 0; o < size_t(w_shape_[0]); ++o) {
      const auto row = w.subspan(o * taps, taps);
      float peak = 0;
      for (float v : row) peak = std::max(peak, std::abs(v));
      const bool given = !setting_.weight_scale.empty();
      const float scale =
          given ? At(setting_.weight_scale, int64_t(o)) : peak / 127.0f;
      w_scale_.push_back(scale);
      for (float v : row) w_.push_back(int(std::nearbyint(v / scale)));
    }
  }

  // sum of (qx - zx) * qw: what is outside the image adds nothing.
  int64_t Sum(int64_t n, int64_t h, int64_t w, int64_t o) const {
    const int64_t depth = w_shape_[3];
    const int64_t group = o / (w_shape_[0] / op_.group);
    int64_t sum = 0;
    for (int64_t i = 0; i < w_shape_[1]; ++i) {
      for (int64_t j = 0; j < w_shape_[2]; ++j) {
        const int64_t y =
            h * op_.strides[0] - op_.pads[0] + i * op_.dilations[0];
        const int64_t x =
            w * op_.strides[1] - op_.pads[1] + j * op_.dilations[1];
        if (y < 0 || y >= x_shape_[1] || x < 0 || x >= x_shape_[2]) continue;
        for (int64_t c = 0; c < depth; ++c) {
          const int64_t channel = group * depth + c;
          const int64_t at =
              ((n * x_shape_[1] + y) * x_shape_[2] + x) * x_shape_[3] + channel;
          const int64_t tap =
              ((o * w_shape_[1] + i) * w_shape_[2] + j) * depth + c;
          sum +=
              (int64_t(x_[size_t(at)]) - At(setting_.x.zero_point, channel)) *
              w_[size_t(tap)];
        }
      }
    }
    return sum;
  }

  float Output(int64_t sum, int64_t c, size_t at) const {
    const float product = At(setting_.x.scale, c) * w_scale_[size_t(c)];
    const float bias = bias_[size_t(c)];
    const bool clamps = setting_.y && residual_.empty();
    if (!clamps) {
      float v = Applied(op_.fusion.before, std::fma(float(sum), product, bias));
      if (!residual_.empty()) {
        v = std::fma(float(residual_[at] - setting_.residual->zero_point[0]),
                     setting_.residual->scale[0], v);
      }
      v = Applied(op_.fusion.after, v);
      if (!setting_.y) return v;
      const float scale = At(setting_.y->scale, c);
      const int zero = At(setting_.y->zero_point, c);
      return octet::Dequantize(Code(v * (1.0f / scale), zero), scale, zero);
    }
    const float scale = At(setting_.y->scale, c);
    const int zero = At(setting_.y->zero_point, c);
    int q = Code(std::fma(float(sum), product / scale, bias / scale), zero);
    for (const Function& f : {op_.fusion.before, op_.fusion.after}) {
      if (f.kind == FunctionKind::kRelu) q = std::max(q, zero);
      if (f.kind != FunctionKind::kClip) continue;
      q = std::max<int>(q, QuantizeU8(f.alpha, scale, zero));
      q = std::min<int>(q, QuantizeU8(f.beta, scale, zero));
    }
    return octet::Dequantize(q, scale, zero);
  }

  // Functions that clamp are exact in float.
  static float Applied(const Function& f, float v) {
    return float(octet::Evaluate(f, double(v)));
  }

  static int Code(float v, int zero) {
    return std::clamp(int(std::nearbyint(v)) + zero, 0, 255);
  }

  const Setting& setting_;
  const Node& node_;
  const Conv& op_;
  Shape x_shape_, w_shape_, y_shape_;
  std::vector<uint8_t> x_, residual_;
  std::vector<int> w_;
  std::vector<float> w_scale_, bias_;
};

void ExpectAsContract(const Graph& graph, const Setting& setting) {
  const std::vector<float> want = Contract(graph, setting).Outputs();
  const auto got = RunLowered(graph, PlanOf(graph, setting));
  ASSERT_EQ(got.size(), 1u);
  const auto y = got[0].as<float>();
  ASSERT_EQ(y.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) ASSERT_EQ(y[i], want[i]) << i;
}

struct Case {
  const char* name;
  const char* shapes;  // input and weights
  const char* node;
};
constexpr Case kCases[] = {
    {"pointwise", "input x f32[1,5,4,24]\nconst w f32[19,1,1,24]{seed=1}\n",
     "y = Conv(x, w, b) name=product\n"},
    {"square", "input x f32[2,6,5,7]\nconst w f32[19,3,3,7]{seed=2}\n",
     "y = Conv(x, w, b) pads=[1,1,1,1] name=product\n"},
    {"uneven", "input x f32[1,9,8,6]\nconst w f32[19,2,4,6]{seed=3}\n",
     "y = Conv(x, w, b) strides=[2,3] pads=[0,2,1,0] name=product\n"},
    {"dilated", "input x f32[1,9,8,6]\nconst w f32[19,3,3,6]{seed=4}\n",
     "y = Conv(x, w, b) dilations=[2,2] pads=[2,2,2,2] name=product\n"},
    {"grouped", "input x f32[1,6,6,10]\nconst w f32[38,3,3,5]{seed=5}\n",
     "y = Conv(x, w, b2) group=2 pads=[1,1,1,1] name=product\n"},
    {"depthwise", "input x f32[1,7,6,19]\nconst w f32[19,3,3,1]{seed=6}\n",
     "y = Conv(x, w, b) group=19 pads=[1,1,1,1] name=product\n"},
    {"relu", "input x f32[1,5,4,24]\nconst w f32[19,1,1,24]{seed=1}\n",
     "y = Conv(x, w, b) after=relu name=product\n"},
    {"relu6", "input x f32[1,7,6,19]\nconst w f32[19,3,3,1]{seed=6}\n",
     "y = Conv(x, w, b) group=19 pads=[1,1,1,1] before=clip(-0.25,0.5) "
     "name=product\n"},
    {"clip_below_relu",
     "input x f32[1,5,4,24]\nconst w f32[19,1,1,24]{seed=1}\n",
     "y = Conv(x, w, b) before=clip(-1,-0.25) after=relu name=product\n"},
    {"relu_above_clip",
     "input x f32[1,5,4,24]\nconst w f32[19,1,1,24]{seed=1}\n",
     "y = Conv(x, w, b) before=relu after=clip(-1,-0.25) name=product\n"},
    {"clips_apart", "input x f32[1,7,6,19]\nconst w f32[19,3,3,1]{seed=6}\n",
     "y = Conv(x, w, b) group=19 before=clip(-1,-0.5) after=clip(0.25,0.5) "
     "name=product\n"},
    {"clip_inside_out",
     "input x f32[1,5,4,24]\nconst w f32[19,1,1,24]{seed=1}\n",
     "y = Conv(x, w, b) before=clip(0.5,-0.25) name=product\n"},
    {"without_bias", "input x f32[1,5,4,24]\nconst w f32[19,1,1,24]{seed=1}\n",
     "y = Conv(x, w, _) name=product\n"},
};

Graph GraphOf(const Case& c) {
  return MustParse("graph \"g\"\n" + std::string(c.shapes) +
                   "const b f32[19]{seed=7}\nconst b2 f32[38]{seed=8}\n" +
                   c.node + "output y\n");
}

class Products : public testing::TestWithParam<Case> {
 protected:
  const Graph graph_ = GraphOf(GetParam());
};

TEST_P(Products, GiveTheCodesOfTheContract) {
  Setting setting;
  setting.y = QuantParams{{0.031f}, {140}};
  ExpectAsContract(graph_, setting);
}

TEST_P(Products, SaturateAtBothEnds) {
  Setting setting;
  setting.y = QuantParams{{0.0017f}, {99}};
  ExpectAsContract(graph_, setting);
}

TEST_P(Products, LeaveInFloatWithoutLosingTheSum) {
  ExpectAsContract(graph_, {});
}

TEST_P(Products, TakeInputsAtTheEndsOfTheirCodes) {
  Setting setting;
  setting.x = {{0.0001f}, {0}};  // nearly all 0 or 255
  setting.y = QuantParams{{0.001f}, {3}};
  ExpectAsContract(graph_, setting);
}

TEST_P(Products, WriteAScalePerChannel) {
  Setting setting;
  setting.y.emplace();
  const Shape& y = graph_.values[graph_.outputs[0]].shape;
  for (int c = 0; c < y[3]; ++c) {
    setting.y->scale.push_back(0.02f + 0.003f * float(c));
    setting.y->zero_point.push_back(100 + c % 3);
  }
  ExpectAsContract(graph_, setting);
}

TEST_P(Products, TakeScalesOfWeightsAsTheyAreGiven) {
  Setting setting;
  setting.y = QuantParams{{0.031f}, {140}};
  setting.weight_scale = {0.0079f};
  ExpectAsContract(graph_, setting);
}

INSTANTIATE_TEST_SUITE_P(All, Products, testing::ValuesIn(kCases),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

TEST(LowerProductInt8, ReadsAScalePerChannelWhereChannelsStayApart) {
  const Graph graph = GraphOf(kCases[5]);
  Setting setting;
  setting.x = {};
  for (int c = 0; c < 19; ++c) {
    setting.x.scale.push_back(0.008f + 0.001f * float(c));
    setting.x.zero_point.push_back(90 + 3 * c);
  }
  setting.y = QuantParams{{0.02f}, {128}};
  ExpectAsContract(graph, setting);
}

TEST(LowerProductInt8, AddsAResidualOfEitherForm) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,5,4,8]
input r f32[1,5,4,19]
const w f32[19,1,1,8]{seed=1}
const b f32[19]{seed=2}
y f32[1,5,4,19] = Conv(x, w, b, r) residual=true after=relu name=product
output y
)");
  Setting setting;
  setting.residual = QuantParams{{0.009f}, {120}};
  ExpectAsContract(graph, setting);
  setting.y = QuantParams{{0.02f}, {10}};
  ExpectAsContract(graph, setting);
}

// Weights beyond 8 bits, as asymmetric ones of imported models are.
TEST(LowerProductInt8, TakesImportedWeightsBeyondEightBits) {
  for (const Case& c : {kCases[1], kCases[5]}) {
    Setting setting;
    setting.y = QuantParams{{0.05f}, {128}};
    setting.weight_scale = {1.0f / 250};  // seeded weights reach 1
    ExpectAsContract(GraphOf(c), setting);
  }
}

// Folded channel scales: exact in float, so nothing but rounding is lost.
TEST(LowerProductInt8, FoldsScalesPerChannelThatShareAZeroPointIntoWeights) {
  const Graph graph = GraphOf(kCases[1]);
  Setting setting;
  setting.x = {};
  for (int c = 0; c < 7; ++c) {
    setting.x.scale.push_back(0.008f + 0.002f * float(c));
    setting.x.zero_point.push_back(128);
  }
  std::vector<Tensor> inputs;
  inputs.push_back(Rounded(InputsOf(graph)[0], setting.x));
  const auto want = Evaluate(graph, inputs);
  ASSERT_TRUE(want.ok());
  ExpectNear(RunLowered(graph, PlanOf(graph, setting)), *want, 0.01f);
}

TEST(LowerProductInt8, RefusesZeroPointsPerChannelWhereChannelsAreMixed) {
  const Graph graph = GraphOf(kCases[1]);
  Setting setting;
  setting.x = {std::vector<float>(7, 0.01f), {1, 2, 3, 4, 5, 6, 7}};
  const auto lowered = Lower(graph, PlanOf(graph, setting));
  ASSERT_EQ(lowered.status().code(), Code::kUnsupported);
  EXPECT_THAT(lowered.status().message(), HasSubstr("zero point per channel"));
}

Graph Tiny(std::string_view weights, std::string_view bias) {
  return MustParse("graph \"g\"\ninput x f32[1,1,1,2]\nconst w f32[2,1,1,2]{" +
                   std::string(weights) + "}\nconst b f32[2]{" +
                   std::string(bias) +
                   "}\ny f32[1,1,1,2] = Conv(x, w, b) name=product\n"
                   "output y\n");
}

// Nothing that is not a number may reach an engine.
TEST(LowerProductInt8, RefusesScalesTooFarApartForFloat) {
  struct Apart {
    const char* what;
    float x, w, y;
    const char* bias;
  };
  const Apart kApart[] = {
      {"underflow of the product", 1e-30f, 1e-30f, 1, "0, 0"},
      {"denormal product", 1e-20f, 1e-19f, 1, "0, 0"},
      {"overflow of the product", 1e30f, 1e30f, 1, "0, 0"},
      {"overflow of the multiplier", 1e10f, 1, 1e-30f, "0, 0"},
      {"underflow of the multiplier", 1e-20f, 1e-10f, 1e20f, "0, 0"},
      {"overflow of the bias", 1, 1, 1e-30f, "0, 1e20"},
      {"an output scale without an inverse", 1, 1, 3e38f, "0, 0"},
  };
  for (const Apart& apart : kApart) {
    SCOPED_TRACE(apart.what);
    Setting setting;
    setting.x = {{apart.x}, {128}};
    setting.y = QuantParams{{apart.y}, {128}};
    setting.weight_scale = {apart.w};
    const Graph tiny = Tiny("1, 2, 3, 4", apart.bias);
    const auto lowered = Lower(tiny, PlanOf(tiny, setting));
    ASSERT_EQ(lowered.status().code(), Code::kUnsupported);
    EXPECT_THAT(lowered.status().message(), HasSubstr("'product'"));
    EXPECT_THAT(lowered.status().message(), HasSubstr("too far apart"));
    EXPECT_THAT(lowered.status().message(), HasSubstr("keep it fp32"));
  }
}

TEST(LowerProductInt8, TakesDeadChannelsBesideLivingOnes) {
  // Whatever the input's scale, the weights of channel 0 amount to nothing.
  for (float scale : {1e-30f, 1e-6f, 1.0f}) {
    const Graph graph = Tiny("1e-35, 0, 0.5, -1", "0.25, 0.25");
    Setting setting;
    setting.x = {{scale}, {0}};
    setting.y = QuantParams{{0.01f}, {128}};
    const auto got = RunLowered(graph, PlanOf(graph, setting));
    ASSERT_EQ(got.size(), 1u);
    EXPECT_FLOAT_EQ(got[0].as<float>()[0], 0.25f);
  }
}

TEST(LowerProductInt8, RefusesWeightsAndBiasesThatAreNoNumbers) {
  for (const bool in_bias : {false, true}) {
    Graph graph = Tiny("1, 2, 3, 4", "0, 0");
    Value& value = graph.values[size_t(graph.nodes[0].inputs[in_bias ? 2 : 1])];
    Tensor wrong = *value.data;
    wrong.as<float>()[1] = in_bias ? std::numeric_limits<float>::infinity()
                                   : std::numeric_limits<float>::quiet_NaN();
    value.data = std::make_shared<const Tensor>(wrong);
    Setting setting;
    setting.y = QuantParams{{0.01f}, {128}};
    const auto lowered = Lower(graph, PlanOf(graph, setting));
    ASSERT_EQ(lowered.status().code(), Code::kUnsupported);
    EXPECT_THAT(lowered.status().message(), HasSubstr("NaN or infinity"));
  }
}

// 2^24 + 1 is the first integer that f32 lacks.
TEST(LowerProductInt8, AddsIntegerBiasesBeyondWhatFloatHolds) {
  const Graph graph = Tiny("0.5, 1, 0.5, 1", "16777217, -33554435");
  Setting setting;
  setting.x = {{1.0f}, {0}};
  setting.weight_scale = {1.0f};
  Plan plan = PlanOf(graph, setting);
  plan.nodes.at("product").integer_bias = {16777217, -33554435};
  const auto lowered = Lower(graph, plan);
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  for (const auto& value : lowered->program.profiles[0]->values) {
    if (value->name != "product/comp") continue;
    std::array<int32_t, 2> comp;
    std::memcpy(comp.data(), lowered->constants.bytes().data() + value->offset,
                sizeof comp);
    EXPECT_EQ(comp, (std::array<int32_t, 2>{16777217, -33554435}));
  }
}

TEST(LowerProductInt8, RefusesAnIntegerBiasThatIsNotTheModels) {
  const Graph graph = Tiny("1, 2, 3, 4", "10, 20");
  Setting setting;
  setting.x = {{0.5f}, {0}};
  setting.weight_scale = {1.0f};
  Plan plan = PlanOf(graph, setting);
  plan.nodes.at("product").integer_bias = {20, 40};
  EXPECT_TRUE(Lower(graph, plan).ok());
  plan.nodes.at("product").integer_bias = {20, 42};
  const auto lowered = Lower(graph, plan);
  ASSERT_FALSE(lowered.ok());
  EXPECT_THAT(lowered.status().message(), HasSubstr("integer_bias"));
  EXPECT_THAT(lowered.status().message(), HasSubstr("channel 1"));
}

TEST(LowerProductInt8, RefusesSumsBeyond32Bits) {
  const Graph graph = Tiny("1, 2, 3, 4", "2147483520, 0");
  Setting setting;
  setting.x = {{1.0f}, {0}};
  setting.weight_scale = {1.0f};
  Plan plan = PlanOf(graph, setting);
  plan.nodes.at("product").integer_bias = {2147483520, 0};
  const auto lowered = Lower(graph, plan);
  ASSERT_EQ(lowered.status().code(), Code::kUnsupported);
  EXPECT_THAT(lowered.status().message(), HasSubstr("32 bits"));
}

TEST(LowerProductInt8, SaysHowLargeItsSumsMayBe) {
  const Graph graph = Tiny("1, -2, 3, 4", "10, 20");
  Setting setting;
  setting.x = {{0.5f}, {0}};
  setting.weight_scale = {1.0f};
  const auto lowered = Lower(graph, PlanOf(graph, setting));
  ASSERT_TRUE(lowered.ok());
  for (const auto& step : lowered->program.profiles[0]->steps) {
    if (const engine::ConvU8T* conv = step->params.AsConvU8()) {
      EXPECT_EQ(conv->sum_bound, 255 * 7);
    }
  }
}

TEST(LowerProductInt8, MultipliesMatricesOfAnyRank) {
  for (const char* shape : {"5,24", "2,3,24", "1,2,3,24"}) {
    const std::string dims(shape);
    const Graph graph =
        MustParse("graph \"g\"\ninput x f32[" + dims +
                  "]\nconst w f32[24,19]{seed=1}\nconst b f32[19]{seed=2}\n"
                  "y = MatMul(x, w, b) name=product\noutput y\n");
    const Setting setting;
    std::vector<Tensor> inputs;
    inputs.push_back(Rounded(InputsOf(graph)[0], setting.x));
    const auto want = Evaluate(graph, inputs);
    ASSERT_TRUE(want.ok());
    ExpectNear(RunLowered(graph, PlanOf(graph, setting)), *want, 0.01f);
  }
}

}  // namespace
}  // namespace octet::compile
