#include "compile/search/product_trial.h"

#include <cmath>
#include <numeric>

#include "compile/search/search_testing.h"

namespace octet::compile {
namespace {

// A convolution that mixes, a depthwise one and a matrix product.
constexpr std::string_view kProducts = R"(graph "g"
input x f32[1,6,6,4]
input m f32[5,8]
const w f32[6,3,3,4]{seed=1}
const b f32[6]{seed=2}
const d f32[4,3,3,1]{seed=3}
const k f32[8,3]{seed=4}
y f32[1,6,6,6] = Conv(x, w, b) pads=[1,1,1,1] before=relu name=mixing
z f32[1,6,6,4] = Conv(x, d, _) group=4 pads=[1,1,1,1] name=depthwise
p f32[5,3] = MatMul(m, k, _) name=product
output y
output z
output p
)";

constexpr const char* kNames[] = {"mixing", "depthwise", "product"};

// So fine that nothing of a seeded input is lost but 2^-12 of it.
QuantParams Scales(size_t channels, float scale) {
  return {std::vector<float>(channels, scale),
          std::vector<int32_t>(channels, 128)};
}

ProductTrials NamedTrials(const Calibrated& c) {
  std::vector<NodeId> nodes;
  for (const char* name : kNames) nodes.push_back(NodeNamed(c.graph, name));
  return TrialsOf(c, nodes);
}

TEST(ProductTrial, ErrsLessTheFinerTheScaleUntilItClips) {
  const Calibrated c = CalibratedFrom(kProducts);
  const ProductTrials trials = NamedTrials(c);
  ASSERT_EQ(trials.size(), 3u);
  for (const auto& [name, trial] : trials) {
    const double coarse = trial.Error(Scales(1, 0.5f));
    const double fine = trial.Error(Scales(1, 1.0f / 120));
    const double clipped = trial.Error(Scales(1, 1.0f / 2000));
    EXPECT_LT(fine, coarse / 100) << name;
    EXPECT_GT(clipped, 100 * fine) << name;
  }
}

TEST(ProductTrial, ReadsEqualScalesPerChannelAsOne) {
  const Calibrated c = CalibratedFrom(kProducts);
  for (const auto& [name, trial] : NamedTrials(c)) {
    const size_t channels = trial.LargestWeights().size();
    EXPECT_EQ(trial.Error(Scales(channels, 0.01f)),
              trial.Error(Scales(1, 0.01f)))
        << name;
  }
}

TEST(ProductTrial, SeesWhichChannelIsCoarse) {
  const Calibrated c = CalibratedFrom(kProducts);
  for (const auto& [name, trial] : NamedTrials(c)) {
    const size_t channels = trial.LargestWeights().size();
    QuantParams one_coarse = Scales(channels, 1.0f / 120);
    one_coarse.scale[1] = 0.5f;
    EXPECT_GT(trial.Error(one_coarse), 10 * trial.Error(Scales(1, 1.0f / 120)))
        << name;
  }
}

TEST(ProductTrial, ErrsByTheScatterOfItsShiftsWhereNoFunctionIs) {
  const Calibrated c = CalibratedFrom(kProducts);
  const ProductTrials trials = NamedTrials(c);
  for (const char* name : {"depthwise", "product"}) {
    const ProductTrial& trial = trials.at(name);
    const QuantParams scales = Scales(1, 0.02f);
    const std::vector<float> shifts = trial.Shifts(scales, {});
    const size_t outputs = size_t(trial.outputs());
    const double count = double(trial.windows().count());
    double scatter = 0, all = 0;
    for (size_t o = 0; o < outputs; ++o) {
      double mean = 0, squares = 0;
      for (size_t i = o; i < shifts.size(); i += outputs) {
        mean += double(shifts[i]) / count;
        squares += double(shifts[i]) * double(shifts[i]) / count;
      }
      scatter += squares - mean * mean;
      all += squares;
    }
    const double error = trial.Error(scales);
    EXPECT_NEAR(scatter, error, 1e-4 * error) << name;
    const auto by_output = trial.ErrorsByInput(std::vector{scales}, {});
    EXPECT_NEAR(all,
                std::accumulate(by_output[0].begin(), by_output[0].end(), 0.0),
                1e-4 * all)
        << name << ": shifts and all";
  }
}

TEST(ProductTrial, HasTheLargestWeightOfEveryInputChannel) {
  const Calibrated c = CalibratedFrom(kProducts);
  const ProductTrials trials = NamedTrials(c);
  const auto weight =
      c.graph.values[size_t(ValueNamed(c.graph, "k"))].data->as<float>();
  const std::vector<double> largest = trials.at("product").LargestWeights();
  ASSERT_EQ(largest.size(), 8u);
  for (size_t row = 0; row < 8; ++row) {
    double most = 0;
    for (size_t i = 0; i < 3; ++i) {
      most = std::max(most, double(std::abs(weight[row * 3 + i])));
    }
    EXPECT_EQ(largest[row], most);
  }
}

}  // namespace
}  // namespace octet::compile
