// Planted faults: each is named, with what shows it.
#include "compile/search/diagnose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "compile/lower/lower.h"
#include "compile/lower/one_sample.h"
#include "compile/search/search_testing.h"
#include "compile/search/trial_engine.h"
#include "runtime/engine.h"

namespace octet::compile {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kResidual = R"(graph "residual"
input x f32[1,6,6,8]
const w f32[8,1,1,8]{seed=1}
const v f32[8,3,3,8]{seed=2}
const u f32[8,1,1,8]{seed=3}
a f32[1,6,6,8] = Conv(x, w, _) after=relu name=first
b f32[1,6,6,8] = Conv(a, v, _) pads=[1,1,1,1] after=relu name=second
s f32[1,6,6,8] = Binary(a, b) op=add name=sum
c f32[1,6,6,8] = Conv(s, u, _) name=third
output c
)";

std::vector<Suspect> MustDiagnose(const Calibrated& c, const Plan& plan,
                                  const SampleSource& samples,
                                  size_t most = 3) {
  const auto engine = EngineOf(c.graph, plan, /*whole=*/false);
  EXPECT_TRUE(engine.ok()) << engine.status().message();
  const auto suspects =
      Diagnose(c.graph, *engine, samples, c.ranges, &plan, most);
  EXPECT_TRUE(suspects.ok()) << suspects.status().message();
  return *suspects;
}

void SetRange(Plan& plan, const std::string& value, float low, float high) {
  for (Form& form : plan.values.at(value).forms) {
    if (form.is_u8()) form.quant = *ChooseQuantParams(Range{low, high});
  }
}

TEST(Diagnose, NamesASaturatedSumAndTheRangeThatWouldHoldIt) {
  const Calibrated c = CalibratedFrom(kResidual);
  Plan plan = c.plan;
  SetRange(plan, "s", 0, 0.5f);
  const auto suspects = MustDiagnose(c, plan, SeededSamples(c.graph, 4));
  ASSERT_FALSE(suspects.empty());
  const Suspect& worst = suspects[0];
  EXPECT_EQ(worst.value, "s");
  EXPECT_EQ(worst.node, "sum");
  EXPECT_EQ(worst.kind, "saturated sum");
  EXPECT_THAT(worst.cause, HasSubstr("[0, 0.5]"));
  EXPECT_EQ(worst.remedy, "--method minmax");
  EXPECT_THAT(worst.keep, ElementsAre("third"));
  EXPECT_GT(worst.share, 0.9);
}

// Its values are seen in parts.
TEST(Diagnose, SaysTheSameOfABatchRunBySamples) {
  std::string text(kResidual);
  for (size_t at; (at = text.find("[1,6,6,8]")) != std::string::npos;) {
    text.replace(at, 9, "[3,6,6,8]");
  }
  const Calibrated c = CalibratedFrom(text);
  Plan plan = c.plan;
  SetRange(plan, "s", 0, 0.5f);
  const auto samples = SeededSamples(c.graph, 4);
  const auto expected = MustDiagnose(c, plan, samples);
  const std::optional<OneSample> one = FindOneSample(c.graph);
  ASSERT_TRUE(one.has_value());
  LowerOptions options;
  options.batch = one->batch;
  Result<Lowered> lowered = Lower(one->graph, plan, options);
  ASSERT_TRUE(lowered.ok());
  const auto engine = runtime::MakeEngine(std::move(lowered->program),
                                          lowered->constants.bytes());
  ASSERT_TRUE(engine.ok());
  const auto found = Diagnose(c.graph, *engine, samples, c.ranges, &plan, 3);
  ASSERT_TRUE(found.ok()) << found.status().message();
  ASSERT_EQ(found->size(), expected.size());
  for (size_t i = 0; i < found->size(); ++i) {
    EXPECT_EQ((*found)[i].value, expected[i].value);
    EXPECT_DOUBLE_EQ((*found)[i].share, expected[i].share);
  }
}

// Box coordinates of hundreds and scores below one, joined in eight bits.
constexpr std::string_view kSharedHead = R"(graph "head"
input x f32[1,6,6,8]
const w f32[8,1,1,8]{seed=1}
const v f32[4,1,1,8]{seed=2}
const size f32[1]{640}
a f32[1,6,6,8] = Conv(x, w, _) after=relu name=stem
p f32[1,6,6,4] = Conv(a, v, _) after=sigmoid name=box
boxes f32[1,6,6,4] = Binary(p, size) op=mul name=pixels
scores f32[1,6,6,4] = Conv(a, v, _) after=sigmoid name=class
y f32[1,6,6,8] = Concat(boxes, scores) axis=3 name=joined
output y
)";

TEST(Diagnose, NamesAHeadThatSharesOneScale) {
  const Calibrated c = CalibratedFrom(kSharedHead);
  Plan plan = c.plan;
  plan.nodes.at("joined").precision = Precision::kInt8;
  Form shared = Form::U8(Granularity::kPerTensor);
  shared.quant = *ChooseQuantParams(Range{0, 640});
  plan.values.at("y").forms = {shared};
  for (const char* part : {"boxes", "scores"}) {
    std::vector<Form>& forms = plan.values.at(part).forms;
    std::erase_if(forms, [](const Form& form) { return form.is_u8(); });
    forms.push_back(shared);
    plan.nodes.at("joined").input_forms[part == std::string("scores")] =
        int(forms.size()) - 1;
  }
  const auto suspects = MustDiagnose(c, plan, SeededSamples(c.graph, 4));
  ASSERT_FALSE(suspects.empty());
  const Suspect& worst = suspects[0];
  EXPECT_THAT(worst.value, AnyOf("y", "scores"));
  EXPECT_EQ(worst.kind, "shared concat scale");
  EXPECT_THAT(worst.cause, HasSubstr("'scores'"));
  EXPECT_THAT(worst.cause, HasSubstr("'boxes'"));
  EXPECT_THAT(worst.keep, ElementsAre("joined"));
  EXPECT_GT(worst.share, 0.9);
}

// Scales one channel of a constant: an index of the outermost (innermost) axis.
void ScaleChannel(Graph& graph, const std::string& name, int64_t channel,
                  bool innermost) {
  Value& value = graph.values[size_t(ValueNamed(graph, name))];
  Tensor scaled = *value.data;
  const auto w = scaled.as<float>();
  const int64_t inner = scaled.elements() / value.shape[0];
  for (int64_t i = 0; i < int64_t(w.size()); ++i) {
    const int64_t here = innermost ? i % value.shape[3] : i / inner;
    if (here == channel) w[size_t(i)] *= 50;
  }
  value.data = std::make_shared<const Tensor>(std::move(scaled));
}

Calibrated WithScaledChannel(const std::string& weights, int64_t channel,
                             bool innermost) {
  Graph graph = MustParse(kResidual);
  ScaleChannel(graph, weights, channel, innermost);
  const SeededSamples samples(graph, 4);
  return CalibratedOn(std::move(graph), samples);
}

TEST(Diagnose, NamesAnOutputChannelOfWeightsThatIsScaledUp) {
  const Calibrated c = WithScaledChannel("v", 5, /*innermost=*/false);
  const auto suspects = MustDiagnose(c, c.plan, SeededSamples(c.graph, 4));
  ASSERT_FALSE(suspects.empty());
  EXPECT_EQ(suspects[0].kind, "weight channel");
  EXPECT_THAT(suspects[0].node, AnyOf("second", "sum"));
  EXPECT_THAT(suspects[0].cause, HasSubstr("output channel 5 of 'second'"));
  EXPECT_EQ(suspects[0].remedy, "--method auto");
}

TEST(Diagnose, NamesAnInputChannelOfWeightsThatIsScaledUp) {
  const Calibrated c = WithScaledChannel("u", 3, /*innermost=*/true);
  const auto suspects = MustDiagnose(c, c.plan, SeededSamples(c.graph, 4), 5);
  const auto weights = std::ranges::find_if(
      suspects, [](const Suspect& s) { return s.value.empty(); });
  ASSERT_NE(weights, suspects.end());
  EXPECT_EQ(weights->node, "third");
  EXPECT_EQ(weights->kind, "weight channel");
  EXPECT_THAT(weights->cause, HasSubstr("input channel 3"));
  EXPECT_THAT(weights->keep, ElementsAre("third"));
}

// One sample is as large as fifty others.
class OneGlaring : public SeededSamples {
 public:
  using SeededSamples::SeededSamples;
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    OCTET_ASSIGN(std::vector<Tensor> inputs, SeededSamples::Get(i));
    if (i == 5) {
      for (float& x : inputs[0].as<float>()) x *= 50;
    }
    return inputs;
  }
};

TEST(Diagnose, NamesTheSampleThatMadeARangeTooWide) {
  const OneGlaring samples(MustParse(kResidual), 7);
  const Calibrated c = CalibratedOn(MustParse(kResidual), samples);
  const auto suspects = MustDiagnose(c, c.plan, samples);
  ASSERT_FALSE(suspects.empty());
  for (const Suspect& suspect : suspects) {
    EXPECT_EQ(suspect.kind, "outlier sample") << suspect.value;
    EXPECT_THAT(suspect.cause, HasSubstr("sample5 alone"));
    EXPECT_THAT(suspect.remedy, HasSubstr("leave sample5 out"));
  }
}

TEST(Diagnose, NamesWeightsWhoseRangeThePlanNarrowsTooFar) {
  const Calibrated c = CalibratedFrom(kResidual);
  Plan plan = c.plan;
  plan.nodes.at("third").weight_clip.assign(8, 0.1f);
  const auto suspects = MustDiagnose(c, plan, SeededSamples(c.graph, 4));
  ASSERT_FALSE(suspects.empty());
  EXPECT_EQ(suspects[0].kind, "weights");
  EXPECT_EQ(suspects[0].node, "third");
  EXPECT_GT(suspects[0].share, 0.9);
}

// Channels that never vary do not make the others look unlike.
TEST(Diagnose, CountsOnlyChannelsThatVaryAmongUnlikeOnes) {
  for (const int dead : {0, 6}) {
    Graph graph = MustParse(kResidual);
    Value& value = graph.values[size_t(ValueNamed(graph, "v"))];
    Tensor weights = *value.data;
    const auto w = weights.as<float>();
    const int64_t inner = weights.elements() / 8;
    std::fill(w.begin(), w.begin() + dead * inner, 0.0f);
    value.data = std::make_shared<const Tensor>(std::move(weights));
    const SeededSamples samples(graph, 4);
    const Calibrated c = CalibratedOn(std::move(graph), samples);
    for (const Suspect& suspect : MustDiagnose(c, c.plan, samples)) {
      EXPECT_NE(suspect.kind, "unlike channels") << dead;
      EXPECT_NE(suspect.kind, "weight channel") << dead;
    }
  }
}

TEST(Diagnose, FindsNothingInAFloatEngine) {
  const Calibrated c = CalibratedFrom(kResidual);
  EXPECT_THAT(MustDiagnose(c, FloatPlan(c.graph), SeededSamples(c.graph, 4)),
              IsEmpty());
}

TEST(Diagnose, BlamesNoFaultWhereThereIsOnlyRounding) {
  const Calibrated c = CalibratedFrom(kResidual);
  for (const Suspect& suspect :
       MustDiagnose(c, c.plan, SeededSamples(c.graph, 4), 10)) {
    EXPECT_THAT(suspect.kind, AnyOf("rounding", "weights"))
        << suspect.value << ": " << suspect.cause;
    EXPECT_THAT(suspect.remedy, IsEmpty());
    EXPECT_FALSE(suspect.keep.empty());
  }
}

TEST(Diagnose, PassesOverUnreadableSamplesAndWantsOne) {
  const Calibrated c = CalibratedFrom(kResidual);
  const auto engine = EngineOf(c.graph, c.plan, /*whole=*/false);
  ASSERT_TRUE(engine.ok());
  EXPECT_TRUE(Diagnose(c.graph, *engine, SeededSamples(c.graph, 4, {1}),
                       c.ranges, &c.plan, 3)
                  .ok());
  const auto none =
      Diagnose(c.graph, *engine, SeededSamples(c.graph, 2, {0, 1}), c.ranges,
               &c.plan, 3);
  EXPECT_EQ(none.status().code(), Code::kBadInput);
}

}  // namespace
}  // namespace octet::compile
