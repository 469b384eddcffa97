#include "compile/search/window_samples.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "compile/lower/lower.h"
#include "compile/search/search_testing.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

constexpr std::string_view kConv = R"(graph "g"
input x f32[1,7,6,4]
const w f32[8,1,1,4]{seed=1}
const k f32[5,3,2,8]{seed=2}
a f32[1,7,6,8] = Conv(x, w, _) before=silu name=first
b = Conv(a, k, _) strides=[2,1] pads=[1,1,1,0] dilations=[1,2] name=second
output b
)";

WindowSamples Draw(const Graph& graph, std::string_view node,
                   const SampleSource& samples, WindowOptions options = {}) {
  options.threads = options.threads == 0 ? 1 : options.threads;
  auto drawn = DrawWindows(graph, {NodeNamed(graph, node)}, samples, options);
  EXPECT_TRUE(drawn.ok()) << drawn.status().message();
  return *std::move(drawn);
}

// What the float engine makes of one sample.
std::vector<float> OutputOf(const Graph& graph, const SampleSource& samples) {
  const Engine engine = *EngineOf(graph, FloatPlan(graph), true);
  Session session = *Session::Create(engine);
  EXPECT_TRUE(RunSample(session, *samples.Get(0), "sample0").ok());
  const Tensor y = *session.GetOutput(0);
  return {y.as<float>().begin(), y.as<float>().end()};
}

// Products of all windows with the weights of their node.
std::vector<float> ProductsOf(const Windows& windows,
                              std::span<const float> weight) {
  const int64_t outputs = int64_t(weight.size()) / windows.width;
  std::vector<float> y;
  for (int64_t r = 0; r < windows.count(); ++r) {
    for (int64_t o = 0; o < outputs; ++o) {
      double sum = 0;
      for (int64_t i = 0; i < windows.width; ++i) {
        sum += double(windows.rows[size_t(r * windows.width + i)]) *
               double(weight[size_t(o * windows.width + i)]);
      }
      y.push_back(float(sum));
    }
  }
  return y;
}

TEST(DrawWindows, SeesWhatTheConvolutionSees) {
  const Graph graph = CalibratedFrom(kConv).graph;
  const SeededSamples samples(graph, 1);
  const WindowSamples drawn = Draw(graph, "second", samples);
  const Windows& windows = drawn.at("second");
  EXPECT_EQ(windows.width, 3 * 2 * 8);
  const auto weight =
      graph.values[size_t(ValueNamed(graph, "k"))].data->as<float>();
  // All positions, in their order: there are fewer than may be drawn.
  const std::vector<float> want = OutputOf(graph, samples);
  const std::vector<float> got = ProductsOf(windows, weight);
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(got[i], want[i], 1e-4f) << i;
  }
}

// A product over four axes is no image: all its rows are drawn.
TEST(DrawWindows, TakesRowsOfAMatrixProduct) {
  for (const char* shape : {"[3,4]", "[2,3,4]", "[1,2,3,4]", "[2,2,3,4]"}) {
    const Graph graph =
        CalibratedFrom(std::string("graph \"g\"\ninput x f32") + shape +
                       "\nconst w f32[4,5]{seed=1}\n"
                       "y = MatMul(x, w, _) name=product\noutput y\n")
            .graph;
    const SeededSamples samples(graph, 1);
    const Windows windows = Draw(graph, "product", samples).at("product");
    EXPECT_EQ(windows.width, 4);
    const auto x = samples.Get(0);
    const auto want = (*x)[0].as<float>();
    EXPECT_THAT(windows.rows, testing::ElementsAreArray(want)) << shape;
  }
}

TEST(DrawWindows, HoldsItsLimits) {
  const Graph graph = CalibratedFrom(kConv).graph;
  const SeededSamples samples(graph, 8);
  WindowOptions options;
  options.most_rows = 64;
  EXPECT_EQ(Draw(graph, "second", samples, options).at("second").count(), 64);
  options.samples = 2;
  // 4x5 positions of two samples: all of them.
  EXPECT_EQ(Draw(graph, "second", samples, options).at("second").count(), 40);
}

TEST(DrawWindows, DrawsTheSameWhateverTheThreads) {
  const Graph graph = CalibratedFrom(kConv).graph;
  const SeededSamples samples(graph, 9);
  WindowOptions options;
  options.most_rows = 64;
  const WindowSamples one = Draw(graph, "second", samples, options);
  options.threads = 3;
  EXPECT_EQ(Draw(graph, "second", samples, options).at("second").rows,
            one.at("second").rows);
}

TEST(DrawWindows, PassesOverWhatCannotBeRead) {
  const Graph graph = CalibratedFrom(kConv).graph;
  const WindowSamples drawn =
      Draw(graph, "second", SeededSamples(graph, 3, {0, 2}));
  EXPECT_EQ(drawn.at("second").count(), 20);
  EXPECT_TRUE(Draw(graph, "second", SeededSamples(graph, 1, {0})).empty());
}

// One sample of another shape.
class Misfit : public SeededSamples {
 public:
  using SeededSamples::SeededSamples;
  Result<std::vector<Tensor>> Get(int64_t) const override {
    std::vector<Tensor> inputs;
    inputs.push_back(Tensor(DType::kF32, Shape{1, 2, 2, 4}));
    return inputs;
  }
};

TEST(DrawWindows, RefusesSamplesThatDoNotFit) {
  const Graph graph = CalibratedFrom(kConv).graph;
  const auto drawn = DrawWindows(graph, {NodeNamed(graph, "second")},
                                 Misfit(graph, 1), {.threads = 1});
  ASSERT_FALSE(drawn.ok());
  EXPECT_EQ(drawn.status().code(), Code::kBadInput);
  EXPECT_THAT(drawn.status().message(), HasSubstr("sample0"));
}

// Samples with this number in their first element.
class Marked : public SeededSamples {
 public:
  Marked(const Graph& graph, int64_t size, float mark)
      : SeededSamples(graph, size), mark_(mark) {}
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    auto inputs = SeededSamples::Get(i);
    (*inputs)[0].as<float>()[0] = mark_;
    return inputs;
  }

 private:
  float mark_;
};

TEST(DrawWindows, LeavesOutSamplesOfNoNumbers) {
  const Graph graph = CalibratedFrom(kConv).graph;
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(Draw(graph, "second", Marked(graph, 1, kNan)).empty());
}

TEST(DrawWindows, LeavesOutWindowsThatOverflowed) {
  const Graph graph = CalibratedFrom(R"(graph "g"
input x f32[1,7,6,8]
const k f32[5,3,2,8]{seed=2}
a f32[1,7,6,8] = Unary(x) function=exp name=first
b = Conv(a, k, _) strides=[2,1] pads=[1,1,1,0] dilations=[1,2] name=second
output b
)")
                          .graph;
  const WindowSamples drawn = Draw(graph, "second", Marked(graph, 1, 1000));
  EXPECT_LT(drawn.at("second").count(), 20);
  for (float x : drawn.at("second").rows) EXPECT_TRUE(std::isfinite(x));
}

TEST(SpreadOver, TakesEvenlySpacedIndices) {
  EXPECT_THAT(SpreadOver(3, 8), testing::ElementsAre(0, 1, 2));
  EXPECT_THAT(SpreadOver(10, 4), testing::ElementsAre(0, 2, 5, 7));
  EXPECT_TRUE(SpreadOver(0, 4).empty());
}

}  // namespace
}  // namespace octet::compile
