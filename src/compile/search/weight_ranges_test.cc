#include "compile/search/weight_ranges.h"

#include <gmock/gmock.h>

#include "compile/plan/check_plan.h"
#include "compile/search/auto_ranges.h"
#include "compile/search/bias_correction.h"
#include "compile/search/boundary_error.h"
#include "compile/search/search_testing.h"

namespace octet::compile {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Lt;

// The largest weight of `second`'s channel 0 reads what `first` makes tiny, and
// its step leaves the others a few codes; in channel 1 all are as large.
constexpr std::string_view kOneLarge = R"(graph "g"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{0.0001,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1}
const v f32[2,1,1,4]{1,0.0371,0.0133,-0.0249,1,1,-1,1}
a f32[1,8,8,4] = Conv(x, w, _) name=first
b f32[1,8,8,2] = Conv(a, v, _) name=second
output b
)";

std::vector<WeightClip> ClipsOf(const Calibrated& c) {
  return MeasureWeightClips(c.graph,
                            TrialsOf(c, CorrectableProducts(c.graph, c.plan)),
                            c.plan, OnePool());
}

double ClosenessOf(const Calibrated& c, const Plan& plan) {
  const SeededSamples samples(c.graph, 4);
  const auto boundary = Boundary::Observe(
      c.graph, BoundaryValues(c.graph, c.proposed), samples, 4, 1);
  EXPECT_TRUE(boundary.ok()) << boundary.status().message();
  return boundary->Measure(c.graph, plan)->sqnr_db;
}

TEST(MeasureWeightClips, HoldsALargeWeightThatHardlyCounts) {
  const Calibrated c = CalibratedFrom(kOneLarge);
  const std::vector<WeightClip> clips = ClipsOf(c);
  const auto second = std::ranges::find(clips, "second", &WeightClip::node);
  ASSERT_NE(second, clips.end());
  EXPECT_LT(second->clip[0], 1);
  EXPECT_EQ(second->clip[1], 1) << "all of its weights are as large";
  Plan clipped = c.plan;
  ClipWeights(clips, clipped);
  EXPECT_GT(ClosenessOf(c, clipped), ClosenessOf(c, c.plan));
}

TEST(MeasureWeightClips, LeavesWeightsThatAreCodes) {
  const std::string text(kOneLarge);
  const size_t at = text.find("{1,0.0371");
  const Calibrated c =
      CalibratedFrom(text.substr(0, at) + "{1,1,-1,1,1,-1,1,1}" +
                     text.substr(text.find('}', at) + 1));
  EXPECT_TRUE(ClipsOf(c).empty());
}

TEST(ClipWeights, SurvivesAsJson) {
  const Calibrated c = CalibratedFrom(kOneLarge);
  Plan plan = c.plan;
  ClipWeights(ClipsOf(c), plan);
  const Result<Plan> read = PlanFromJson(ToJson(plan), "p");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->nodes.at("second").weight_clip,
            plan.nodes.at("second").weight_clip);
  EXPECT_TRUE(CheckPlan(c.graph, *read, "p").ok());
}

TEST(CheckPlan, RefusesClipsThatDoNotFit) {
  const Calibrated c = CalibratedFrom(kOneLarge);
  Plan plan = c.plan;
  plan.nodes.at("second").weight_clip = {1, 1, 1};
  EXPECT_THAT(CheckPlan(c.graph, plan, "p").message(),
              HasSubstr("'second' has 3 entries of weight_clip"));
  plan.nodes.at("second").weight_clip = {1, 0.5f};
  EXPECT_TRUE(CheckPlan(c.graph, plan, "p").ok());
  plan.nodes.at("second").weight_scale = {1, 2};
  EXPECT_THAT(CheckPlan(c.graph, plan, "p").message(),
              HasSubstr("weight_scale and weight_clip"));
}

TEST(ChooseRangesByMeasure, TriesWeightRangesInEveryRepairedTrial) {
  const Calibrated c = CalibratedFrom(kOneLarge, 8);
  MeasureOptions options;
  options.rules = {{RangeRule::kMinMax, 0}, {RangeRule::kMse, 0}};
  options.fold = false;
  options.threads = 1;
  const auto found = ChooseRangesByMeasure(c.graph, c.ranges, c.proposed,
                                           SeededSamples(c.graph, 8), options);
  ASSERT_TRUE(found.ok()) << found.status().message();
  for (const std::string_view rule : {"minmax", "mse"}) {
    EXPECT_TRUE(std::ranges::any_of(found->trials,
                                    [&](const RangeTrial& trial) {
                                      return trial.rule.starts_with(rule) &&
                                             trial.rule.find("weight ranges") !=
                                                 std::string::npos;
                                    }))
        << rule;
  }
}

TEST(ChooseRangesByMeasure, SaysWhatWeightRangesGained) {
  const Calibrated c = CalibratedFrom(kOneLarge, 8);
  MeasureOptions options;
  options.rules = {{RangeRule::kMinMax, 0}};
  options.fold = false;
  options.threads = 1;
  const auto found = ChooseRangesByMeasure(c.graph, c.ranges, c.proposed,
                                           SeededSamples(c.graph, 8), options);
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_THAT(found->trials[0].rule, HasSubstr("weight ranges"));
  EXPECT_THAT(found->plan.nodes.at("second").weight_clip, Contains(Lt(1)));
  options.narrow = false;
  const auto without = ChooseRangesByMeasure(
      c.graph, c.ranges, c.proposed, SeededSamples(c.graph, 8), options);
  EXPECT_LT(without->trials[0].sqnr_db, found->trials[0].sqnr_db);
}

}  // namespace
}  // namespace octet::compile
