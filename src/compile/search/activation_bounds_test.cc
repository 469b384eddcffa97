#include "compile/search/activation_bounds.h"

#include <gmock/gmock.h>

#include "compile/search/auto_ranges.h"
#include "compile/search/boundary_error.h"
#include "compile/search/search_testing.h"

namespace octet::compile {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

// The clip behind the depthwise convolution leaves a tenth of what channel 0
// has, and all of channel 1.
constexpr std::string_view kWide = R"(graph "g"
input x f32[1,8,8,2]
const d f32[2,3,3,1]{0,0,0,0,10,0,0,0,0,0,0,0,0,0.1,0,0,0,0}
y f32[1,8,8,2] = Conv(x, d, _) group=2 pads=[1,1,1,1] before=clip(-1,1) name=wide
output y
)";

std::vector<NodeId> Wide(const Calibrated& c) {
  return {NodeNamed(c.graph, "wide")};
}

std::vector<ActivationBound> BoundsOf(const Calibrated& c) {
  return MeasureActivationBounds(c.graph, TrialsOf(c, Wide(c)), c.plan,
                                 OnePool());
}

const Form& FormOf(const ActivationBound& bound, const Plan& plan) {
  return plan.values.at(bound.value).forms[size_t(bound.form)];
}

TEST(MeasureActivationBounds, HoldsAChannelWhoseExtremesAreClippedAnyway) {
  const Calibrated c = CalibratedFrom(kWide);
  const std::vector<ActivationBound> bounds = BoundsOf(c);
  ASSERT_EQ(bounds.size(), 1u);
  EXPECT_EQ(bounds[0].value, "x");
  const QuantParams& whole = FormOf(bounds[0], c.plan).quant;
  EXPECT_LT(bounds[0].quant.scale[0], 0.25f * whole.scale[0]);
  EXPECT_EQ(bounds[0].quant.scale[1], whole.scale[1]) << "this one is not";
}

TEST(MeasureActivationBounds, LeavesChannelsOfWhichEverythingCounts) {
  std::string text(kWide);
  const size_t at = text.find(" before=clip(-1,1)");
  EXPECT_TRUE(BoundsOf(CalibratedFrom(text.erase(at, 18))).empty());
}

TEST(MeasureActivationBounds, LeavesWhatOthersReadOfTheSameForm) {
  Calibrated c = CalibratedFrom(kWide);
  const ProductTrials trials = TrialsOf(c, Wide(c));
  EXPECT_EQ(MeasureActivationBounds(c.graph, trials, c.plan, OnePool()).size(),
            1u);
  EXPECT_TRUE(MeasureActivationBounds(c.graph, {}, c.plan, OnePool()).empty())
      << "a reader without windows";
  for (Form& form : c.plan.values.at("x").forms) form.rule = "moved";
  EXPECT_TRUE(
      MeasureActivationBounds(c.graph, trials, c.plan, OnePool()).empty())
      << "parameters that another value has too";
}

TEST(BoundActivations, BringsTheEngineCloserToFloat) {
  const Calibrated c = CalibratedFrom(kWide);
  Plan plan = c.plan;
  BoundActivations(BoundsOf(c), plan);
  const auto boundary =
      Boundary::Observe(c.graph, BoundaryValues(c.graph, c.proposed),
                        SeededSamples(c.graph, 4), 4, 1);
  ASSERT_TRUE(boundary.ok()) << boundary.status().message();
  EXPECT_GT(boundary->Measure(c.graph, plan)->sqnr_db,
            boundary->Measure(c.graph, c.plan)->sqnr_db + 3);
}

TEST(ChooseRangesByMeasure, FoldsWhatIsBounded) {
  std::string text(kWide);
  const size_t at = text.find("output y");
  text.replace(at, 8, R"(const w f32[2,1,1,2]{1,0.01,-1,0.02}
const v f32[2,1,1,2]{0.02,5,0.01,-5}
a f32[1,8,8,2] = Conv(y, w, _) name=mixed
z f32[1,8,8,2] = Conv(a, v, _) name=last
output z)");
  const Calibrated c = CalibratedFrom(text, 8);
  MeasureOptions options;
  options.rules = {{RangeRule::kMinMax, 0}};
  options.threads = 1;
  const auto found = ChooseRangesByMeasure(c.graph, c.ranges, c.proposed,
                                           SeededSamples(c.graph, 8), options);
  ASSERT_TRUE(found.ok()) << found.status().message();
  std::vector<std::string> rules;
  for (const RangeTrial& trial : found->trials) rules.push_back(trial.rule);
  EXPECT_THAT(rules, Contains(AllOf(HasSubstr("values bounded, "),
                                    HasSubstr("values folded"))));
}

TEST(ChooseRangesByMeasure, SaysWhatBoundsGained) {
  const Calibrated c = CalibratedFrom(kWide, 8);
  MeasureOptions options;
  options.rules = {{RangeRule::kMinMax, 0}};
  options.fold = false;
  options.threads = 1;
  const auto found = ChooseRangesByMeasure(c.graph, c.ranges, c.proposed,
                                           SeededSamples(c.graph, 8), options);
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_THAT(found->trials[0].rule, HasSubstr("1 values bounded"));
}

}  // namespace
}  // namespace octet::compile
