#include "compile/search/bias_correction.h"

#include <gmock/gmock.h>

#include <cmath>

#include "compile/plan/check_plan.h"
#include "compile/search/auto_ranges.h"
#include "compile/search/boundary_error.h"
#include "compile/search/search_testing.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

// Behind a ReLU all is positive, so that what rounding does to the weights of
// `second` adds up: each channel has one large weight, which sets the scale,
// and many that are 0.4 steps above a code.
constexpr std::string_view kShifted = R"(graph "g"
input x f32[1,8,8,4]
const w f32[5,1,1,4]{seed=1}
const v f32[2,1,1,5]{1,0.011,0.011,0.011,0.011,2,0.022,0.022,0.022,0.022}
const d f32[5,3,3,1]{seed=3}
a f32[1,8,8,5] = Conv(x, w, _) before=relu name=first
b f32[1,8,8,2] = Conv(a, v, _) name=second
c f32[1,8,8,5] = Conv(a, d, _) group=5 pads=[1,1,1,1] name=third
output b
output c
)";

std::vector<BiasShift> ShiftsOf(const Calibrated& c, int64_t samples = 8) {
  return MeasureBiasShifts(
      c.graph, TrialsOf(c, CorrectableProducts(c.graph, c.plan), samples),
      c.plan, OnePool());
}

// Mean over all positions and samples of b, int8 minus float, by channel.
void AddMeanErrors(const Calibrated& c, const Plan& plan,
                   std::vector<double>& sums) {
  const Result<Engine> built = EngineOf(c.graph, plan, /*whole=*/false);
  const Result<Engine> exact =
      EngineOf(c.graph, FloatPlan(c.graph), /*whole=*/false);
  EXPECT_TRUE(built.ok() && exact.ok());
  const SeededSamples samples(c.graph, 8);
  for (int64_t i = 0; i < samples.size(); ++i) {
    for (const auto& [engine, sign] :
         {std::pair(&*built, 1.0), std::pair(&*exact, -1.0)}) {
      Result<Session> session = Session::Create(*engine, {.threads = 1});
      EXPECT_TRUE(session.ok());
      EXPECT_TRUE(RunSample(*session, *samples.Get(i), "s").ok());
      const Result<Tensor> y = session->GetOutput(0);
      ASSERT_TRUE(y.ok());
      const auto data = y->as<float>();
      for (size_t e = 0; e < data.size(); ++e) {
        sums[e % 2] += sign * double(data[e]) / double(data.size() / 2) / 8;
      }
    }
  }
}

std::vector<double> MeanErrors(const Calibrated& c, const Plan& plan) {
  std::vector<double> sums(2, 0.0);
  AddMeanErrors(c, plan, sums);
  return sums;
}

TEST(CorrectableProducts, AreInt8ProductsThatOctetQuantizes) {
  Calibrated c = CalibratedFrom(kShifted);
  EXPECT_EQ(CorrectableProducts(c.graph, c.plan).size(), 3u);
  c.plan.nodes.at("first").precision = Precision::kF32;
  c.plan.nodes.at("second").weight_scale = {1};
  EXPECT_THAT(CorrectableProducts(c.graph, c.plan),
              ElementsAre(NodeNamed(c.graph, "third")));
}

TEST(MeasureBiasShifts, FindsWhatRoundingDoesToTheMean) {
  const Calibrated c = CalibratedFrom(kShifted);
  const std::vector<BiasShift> shifts = ShiftsOf(c);
  const auto second = std::ranges::find(shifts, "second", &BiasShift::node);
  ASSERT_NE(second, shifts.end());
  EXPECT_EQ(second->corrected, 2);
  const std::vector<double> errors = MeanErrors(c, c.plan);
  for (size_t channel = 0; channel < 2; ++channel) {
    EXPECT_LT(errors[channel], 0) << "codes are below these weights";
    EXPECT_NEAR(second->shift[channel], -errors[channel],
                0.1 * std::abs(errors[channel]));
  }
}

TEST(CorrectBiases, TakesTheShiftOutOfTheEngine) {
  const Calibrated c = CalibratedFrom(kShifted);
  Plan plan = c.plan;
  CorrectBiases(ShiftsOf(c), plan);
  const std::vector<double> before = MeanErrors(c, c.plan);
  const std::vector<double> after = MeanErrors(c, plan);
  for (size_t channel = 0; channel < 2; ++channel) {
    EXPECT_LT(std::abs(after[channel]), 0.1 * std::abs(before[channel]));
  }
}

TEST(CorrectBiases, SurvivesAsJson) {
  const Calibrated c = CalibratedFrom(kShifted);
  Plan plan = c.plan;
  CorrectBiases(ShiftsOf(c), plan);
  const Result<Plan> read = PlanFromJson(ToJson(plan), "p");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->nodes.at("second").bias_shift,
            plan.nodes.at("second").bias_shift);
  EXPECT_TRUE(CheckPlan(c.graph, *read, "p").ok());
}

TEST(MeasureBiasShifts, NeedsSamplesToKnowHowAMeanScatters) {
  const Calibrated c = CalibratedFrom(kShifted);
  EXPECT_TRUE(ShiftsOf(c, 3).empty());
  EXPECT_FALSE(ShiftsOf(c, 4).empty());
}

TEST(MeasureBiasShifts, LeavesWeightsThatAreExactlyCodes) {
  std::string exact(kShifted);
  for (size_t at; (at = exact.find("0.011")) != std::string::npos;) {
    exact.replace(at, 5, "1");
  }
  for (size_t at; (at = exact.find("0.022")) != std::string::npos;) {
    exact.replace(at, 5, "0");
  }
  const auto shift_of = [](const std::string& text) {
    const Calibrated c = CalibratedFrom(text);
    const std::vector<BiasShift> shifts = ShiftsOf(c);
    const auto row = std::ranges::find(shifts, "second", &BiasShift::node);
    return row == shifts.end() ? 0.0f : std::abs(row->shift[1]);
  };
  // 2 is a code, and the others are 0: only the input's rounding is left.
  EXPECT_LT(shift_of(exact), 0.02f * shift_of(std::string(kShifted)));
}

TEST(CheckPlan, RefusesShiftsThatDoNotFit) {
  const Calibrated c = CalibratedFrom(kShifted);
  Plan plan = c.plan;
  plan.nodes.at("second").bias_shift = {1, 2, 3};
  EXPECT_THAT(CheckPlan(c.graph, plan, "p").message(),
              HasSubstr("'second' has 3 entries of bias_shift"));
  plan.nodes.at("second").bias_shift = {1, 2};
  plan.nodes.at("second").integer_bias = {1, 2};
  EXPECT_THAT(CheckPlan(c.graph, plan, "p").message(),
              HasSubstr("integer_bias and bias_shift"));
}

TEST(ChooseRangesByMeasure, CorrectsBiasesOnlyWhereThatIsCloser) {
  const Calibrated c = CalibratedFrom(kShifted, 8);
  MeasureOptions options;
  options.rules = {{RangeRule::kMinMax, 0}};
  options.fold = options.clip_weights = false;
  options.threads = 1;
  const auto found = ChooseRangesByMeasure(c.graph, c.ranges, c.proposed,
                                           SeededSamples(c.graph, 8), options);
  ASSERT_TRUE(found.ok()) << found.status().message();
  ASSERT_EQ(found->trials.size(), 2u);
  EXPECT_THAT(found->trials[0].rule, HasSubstr("biases corrected"));
  EXPECT_GT(found->trials[0].sqnr_db, found->trials[1].sqnr_db + 1);
  EXPECT_FALSE(found->plan.nodes.at("second").bias_shift.empty());
}

}  // namespace
}  // namespace octet::compile
