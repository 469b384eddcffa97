#include "compile/search/fold_scales.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include "compile/search/boundary_error.h"
#include "compile/search/search_testing.h"

namespace octet::compile {
namespace {

// The channels of `a` differ by a factor of about 300, and the readers' weights
// make up for it: one scale loses the small ones.
constexpr std::string_view kUnlike = R"(graph "g"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{30,0,0,0, 0,0.1,0,0, 0,0,0.2,0, 0,0,0,0.1}
const v f32[2,1,1,4]{0.01,3,1,2, -0.02,2,2,-3}
a f32[1,8,8,4] = Conv(x, w, _) before=silu name=first
b f32[1,8,8,2] = Conv(a, v, _) name=second
output b
)";

std::vector<Folding> FoundIn(const Calibrated& c, const ProductTrials& trials) {
  return FindFoldings(c.graph, c.ranges, trials, c.plan, OnePool());
}

double SqnrOf(const Calibrated& c, const Plan& plan) {
  const auto boundary = Boundary::Observe(
      c.graph, BoundaryValues(c.graph, plan), SeededSamples(c.graph, 4), 4, 1);
  EXPECT_TRUE(boundary.ok()) << boundary.status().message();
  const auto db = boundary->Measure(c.graph, plan);
  EXPECT_TRUE(db.ok()) << db.status().message();
  return db->sqnr_db;
}

TEST(FindFoldings, FindsTheScalesThatSmallChannelsNeed) {
  const Calibrated c = CalibratedFrom(kUnlike);
  const std::vector<Folding> foldings =
      FoundIn(c, TrialsOf(c, FoldableReaders(c.graph, c.plan)));
  ASSERT_EQ(foldings.size(), 1u);
  const Folding& folding = foldings[0];
  EXPECT_EQ(folding.foldable.root.value, ValueNamed(c.graph, "a"));
  EXPECT_GT(folding.gain, 10);
  ASSERT_EQ(folding.quant.scale.size(), 4u);
  for (size_t channel = 1; channel < 4; ++channel) {
    EXPECT_LT(folding.quant.scale[channel], folding.quant.scale[0] / 10)
        << channel;
  }
}

TEST(Fold, MakesTheEngineAsMuchBetterAsItWasMeasured) {
  // Milder than above, so that what the first convolution does, which folding
  // does not mend, takes little from the gain.
  std::string mild(kUnlike);
  mild.replace(mild.find("{30,"), 4, "{0.6,");
  const Calibrated c = CalibratedFrom(mild);
  const std::vector<Folding> foldings =
      FoundIn(c, TrialsOf(c, FoldableReaders(c.graph, c.plan)));
  ASSERT_EQ(foldings.size(), 1u);
  Plan folded = c.plan;
  Fold(c.graph, foldings[0], folded);
  const double gained = SqnrOf(c, folded) - SqnrOf(c, c.plan);
  const double measured = 10 * std::log10(foldings[0].gain);
  EXPECT_GT(gained, measured - 3);
  EXPECT_LT(gained, measured + 0.5);
}

TEST(Fold, GivesTheFormAScalePerChannelAndOneZeroPoint) {
  const Calibrated c = CalibratedFrom(kUnlike);
  Plan folded = c.plan;
  Fold(c.graph, FoundIn(c, TrialsOf(c, FoldableReaders(c.graph, c.plan))).at(0),
       folded);
  const Form& form = folded.values.at("a").forms[0];
  EXPECT_EQ(form.granularity, Granularity::kPerChannel);
  EXPECT_EQ(form.quant.scale.size(), 4u);
  EXPECT_THAT(form.quant.zero_point, testing::Each(form.quant.zero_point[0]));
  EXPECT_THAT(form.rule, testing::HasSubstr("minmax, folded "));
}

TEST(Fold, CarriesScalesToPooledDataAndToParts) {
  const Calibrated c = CalibratedFrom(R"(graph "g"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{30,0,0,0, 0,0.1,0,0, 0,0,0.2,0, 0,0,0,0.1}
const u f32[4,1,1,4]{0.1,0,0,0, 0,0.1,0,0, 0,0,20,0, 0,0,0,0.1}
const v f32[2,1,1,8]{0.01,3,1,2,3,3,0.01,3, -0.02,2,2,-3,1,2,0.01,2}
a f32[1,8,8,4] = Conv(x, w, _) before=silu name=first
e f32[1,8,8,4] = Conv(x, u, _) before=silu name=other
j f32[1,8,8,8] = Concat(a, e) axis=3 name=cat
p f32[1,4,4,8] = Pool(j) kernel=[2,2] strides=[2,2] name=pool
b f32[1,4,4,2] = Conv(p, v, _) name=second
output b
)");
  Plan folded = c.plan;
  const auto foldings =
      FoundIn(c, TrialsOf(c, FoldableReaders(c.graph, c.plan)));
  ASSERT_EQ(foldings.size(), 1u);
  Fold(c.graph, foldings[0], folded);
  const auto& scale = folded.values.at("j").forms[0].quant.scale;
  EXPECT_EQ(folded.values.at("p").forms[0].quant.scale, scale);
  EXPECT_EQ(folded.values.at("a").forms[0].quant.scale,
            std::vector<float>(scale.begin(), scale.begin() + 4));
  EXPECT_EQ(folded.values.at("e").forms[0].quant.scale,
            std::vector<float>(scale.begin() + 4, scale.end()));
  EXPECT_GT(SqnrOf(c, folded), SqnrOf(c, c.plan) + 3);
}

TEST(FindFoldings, LeavesAValueWhoseReaderWasNotSeen) {
  const Calibrated c = CalibratedFrom(kUnlike);
  EXPECT_TRUE(FoundIn(c, {}).empty());
}

TEST(FindFoldings, LeavesAValueThatCalibrationDoesNotKnow) {
  const Calibrated c = CalibratedFrom(kUnlike);
  EXPECT_TRUE(FindFoldings(c.graph, Ranges(),
                           TrialsOf(c, FoldableReaders(c.graph, c.plan)),
                           c.plan, OnePool())
                  .empty());
}

TEST(FindFoldings, SurvivesChannelsThatAreAlwaysZero) {
  const Calibrated c = CalibratedFrom(R"(graph "g"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{30,0,0,0, 0,0,0,0, 0,0,0.2,0, 0,0,0,0.1}
const v f32[2,1,1,4]{0.01,3,0,2, -0.02,2,0,-3}
a f32[1,8,8,4] = Conv(x, w, _) before=silu name=first
b f32[1,8,8,2] = Conv(a, v, _) name=second
output b
)");
  for (const Folding& folding :
       FoundIn(c, TrialsOf(c, FoldableReaders(c.graph, c.plan)))) {
    for (float scale : folding.quant.scale) {
      EXPECT_TRUE(std::isnormal(scale)) << scale;
    }
  }
}

}  // namespace
}  // namespace octet::compile
