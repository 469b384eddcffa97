#include "compile/search/auto_ranges.h"

#include <gmock/gmock.h>

#include <cmath>

#include "compile/lower/lower.h"
#include "compile/search/boundary_error.h"
#include "compile/search/search_testing.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kNet = R"(graph "g"
input x f32[1,8,8,4]
const w f32[8,3,3,4]{seed=1}
const v f32[6,1,1,8]{seed=2}
a f32[1,8,8,8] = Conv(x, w, _) pads=[1,1,1,1] before=silu name=first
b f32[1,8,8,6] = Conv(a, v, _) before=relu name=second
c f32[1,8,8,6] = Conv(a, v, _) name=third
s f32[1,8,8,6] = Softmax(c) axis=3 name=softmax
output b
output s
)";

TEST(BoundaryValues, AreThoseThatFloatNodesAndUsersRead) {
  const Calibrated c = CalibratedFrom(kNet);
  EXPECT_THAT(BoundaryValues(c.graph, c.plan), ElementsAre("b", "c"));
}

TEST(BoundaryValues, AreTheOutputsOfAFloatPlan) {
  const Calibrated c = CalibratedFrom(kNet);
  EXPECT_THAT(BoundaryValues(c.graph, FloatPlan(c.graph)),
              ElementsAre("b", "s"));
}

Result<Boundary> Observe(const Calibrated& c, const SampleSource& samples) {
  return Boundary::Observe(c.graph, BoundaryValues(c.graph, c.plan), samples, 8,
                           1);
}

TEST(Boundary, FindsNoErrorInTheFloatPlan) {
  const Calibrated c = CalibratedFrom(kNet);
  const auto boundary = Observe(c, SeededSamples(c.graph, 3));
  ASSERT_TRUE(boundary.ok()) << boundary.status().message();
  EXPECT_EQ(boundary->Measure(c.graph, FloatPlan(c.graph))->sqnr_db, 60);
}

TEST(Boundary, FallsAsScalesGrow) {
  const Calibrated c = CalibratedFrom(kNet);
  const auto boundary = Observe(c, SeededSamples(c.graph, 3));
  ASSERT_TRUE(boundary.ok()) << boundary.status().message();
  Plan coarse = c.plan;
  for (Form& form : coarse.values.at("a").forms) {
    for (float& scale : form.quant.scale) scale *= 8;
  }
  EXPECT_LT(boundary->Measure(c.graph, coarse)->sqnr_db,
            boundary->Measure(c.graph, c.plan)->sqnr_db - 6);
}

TEST(Boundary, PassesOverWhatCannotBeRead) {
  const Calibrated c = CalibratedFrom(kNet);
  const auto all = Observe(c, SeededSamples(c.graph, 1));
  const auto some = Observe(c, SeededSamples(c.graph, 3, {1, 2}));
  ASSERT_TRUE(all.ok() && some.ok());
  EXPECT_EQ(all->Measure(c.graph, c.plan)->by_sample,
            some->Measure(c.graph, c.plan)->by_sample);
}

// All samples but the first hold a NaN.
class FirstOfNumbers : public SeededSamples {
 public:
  using SeededSamples::SeededSamples;
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    auto inputs = SeededSamples::Get(i);
    if (i > 0) (*inputs)[0].as<float>()[0] = std::nanf("");
    return inputs;
  }
};

TEST(Boundary, PassesOverWhatIsNoNumber) {
  const Calibrated c = CalibratedFrom(kNet);
  const auto all = Observe(c, SeededSamples(c.graph, 1));
  const auto some = Observe(c, FirstOfNumbers(c.graph, 3));
  ASSERT_TRUE(all.ok() && some.ok());
  EXPECT_EQ(all->Measure(c.graph, c.plan)->by_sample,
            some->Measure(c.graph, c.plan)->by_sample);
}

TEST(Boundary, NeedsASampleThatCanBeRead) {
  const Calibrated c = CalibratedFrom(kNet);
  const auto none = Observe(c, SeededSamples(c.graph, 2, {0, 1}));
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.status().code(), Code::kBadInput);
  EXPECT_THAT(none.status().message(), HasSubstr("no sample can be read"));
}

Result<AutoRanges> Choose(const Calibrated& c, int threads = 1) {
  return ChooseRangesByMeasure(c.graph, c.ranges, c.proposed,
                               SeededSamples(c.graph, 4),
                               AutoMeasureOptions(threads));
}

TEST(ChooseRangesByMeasure, TakesTheTrialThatIsClosestToFloat) {
  const Calibrated c = CalibratedFrom(kNet);
  const auto found = Choose(c);
  ASSERT_TRUE(found.ok()) << found.status().message();
  ASSERT_GE(found->trials.size(), 3u);
  // Repairs that may have gained by chance come last.
  const auto is_clear = [](const RangeTrial& trial) {
    return trial.rule.find("no clear gain") == std::string::npos;
  };
  const auto unclear = std::ranges::find_if_not(found->trials, is_clear);
  EXPECT_TRUE(std::none_of(unclear, found->trials.end(), is_clear));
  EXPECT_TRUE(std::is_sorted(found->trials.begin(), unclear,
                             [](const RangeTrial& a, const RangeTrial& b) {
                               return a.sqnr_db > b.sqnr_db;
                             }));
  const auto boundary = Observe(c, SeededSamples(c.graph, 4));
  EXPECT_EQ(boundary->Measure(c.graph, found->plan)->sqnr_db,
            found->trials[0].sqnr_db);
}

TEST(ChooseRangesByMeasure, TriesEveryRuleWithoutFoldingToo) {
  const Calibrated c = CalibratedFrom(kNet);
  const auto found = Choose(c);
  ASSERT_TRUE(found.ok()) << found.status().message();
  std::vector<std::string> rules;
  for (const RangeTrial& trial : found->trials) rules.push_back(trial.rule);
  EXPECT_THAT(rules,
              testing::IsSupersetOf({"mse", "minmax", "percentile:99.99"}));
}

TEST(ChooseRangesByMeasure, GivesTheSamePlanWhateverTheThreads) {
  const Calibrated c = CalibratedFrom(kNet);
  const auto one = Choose(c, 1), three = Choose(c, 3);
  ASSERT_TRUE(one.ok() && three.ok());
  EXPECT_EQ(ToJson(one->plan), ToJson(three->plan));
}

TEST(ChooseRangesByMeasure, SaysWhatCalibrationHasNotSeen) {
  Calibrated c = CalibratedFrom(kNet);
  c.ranges.values.clear();
  const auto found = Choose(c);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.status().code(), Code::kBadInput);
}

}  // namespace
}  // namespace octet::compile
