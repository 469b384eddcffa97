#include "compile/calibrate/choose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "compile/calibrate/calibrate.h"
#include "compile/calibrate/structure_key.h"
#include "compile/calibrate/tensorrt_cache.h"
#include "compile/ir/testing/must_parse.h"
#include "compile/lower/lower.h"
#include "compile/plan/propose.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

constexpr std::string_view kShuffle = R"(graph "shuffle"
input x f32[1,6,6,8]
const w f32[8,1,1,8]{seed=1}
const d f32[8,3,3,1]{seed=2}
a f32[1,6,6,8] = Conv(x, w, _) after=relu name=conv1
s f32[1,6,6,2,4] = Reshape(a) dims=[1,6,6,2,4] name=split
t f32[1,6,6,4,2] = Transpose(s) perm=[0,1,2,4,3] name=turn
u f32[1,6,6,8] = Reshape(t) dims=[1,6,6,8] name=join
b f32[1,6,6,8] = Conv(u, d, _) pads=[1,1,1,1] group=8 name=dw
c f32[1,6,6,16] = Concat(b, u) axis=3 name=cat
const v f32[8,1,1,16]{seed=3}
y f32[1,6,6,8] = Conv(c, v, _) name=conv2
output y
)";

// Samples with numbers from MakeSeeded.
class SeededSamples : public SampleSource {
 public:
  SeededSamples(const Shape& shape, int64_t n) : shape_(shape), n_(n) {}
  int64_t size() const override { return n_; }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    if (i == broken) return Status(Code::kBadInput, "cannot be read");
    std::vector<Tensor> inputs;
    inputs.push_back(MakeSeeded(DType::kF32, shape_, uint64_t(i)));
    return inputs;
  }
  std::string Name(int64_t i) const override {
    return "sample " + std::to_string(i);
  }
  int64_t broken = -1;

 private:
  Shape shape_;
  int64_t n_;
};

Ranges MustCalibrate(const Graph& graph, const SampleSource& samples,
                     CalibrateOptions options = {}) {
  Result<Ranges> ranges = Calibrate(graph, samples, options);
  EXPECT_TRUE(ranges.ok()) << ranges.status().message();
  return *std::move(ranges);
}

TEST(Calibrate, SeesTheSameWhateverTheThreadsAndShards) {
  const Graph graph = MustParse(kShuffle);
  const SeededSamples samples(Shape{1, 6, 6, 8}, 23);
  CalibrateOptions one;
  one.threads = 1;
  const Ranges whole = MustCalibrate(graph, samples, one);
  one.threads = 2;
  EXPECT_TRUE(MustCalibrate(graph, samples, one) == whole);
  for (int shards : {2, 7}) {
    Ranges joined;
    for (int shard = shards; shard >= 1; --shard) {
      CalibrateOptions options;
      options.shard = shard;
      options.shards = shards;
      const Ranges part = MustCalibrate(graph, samples, options);
      if (shard == shards) {
        joined = part;
      } else {
        ASSERT_TRUE(Merge(joined, part).ok());
      }
    }
    EXPECT_TRUE(joined == whole) << shards;
  }
}

TEST(Calibrate, GoesOnWhereAStoppedRunEnded) {
  const Graph graph = MustParse(kShuffle);
  const SeededSamples samples(Shape{1, 6, 6, 8}, 40);
  const Ranges whole = MustCalibrate(graph, samples);
  CalibrateOptions options;
  options.partial_path = testing::TempDir() + "/stopped.calib.part";
  options.resume = true;
  int asked = 0;
  options.stop = [&] { return ++asked == 2; };
  EXPECT_EQ(Calibrate(graph, samples, options).status().code(), Code::kFailed);
  options.stop = nullptr;
  EXPECT_TRUE(MustCalibrate(graph, samples, options) == whole);
}

TEST(Calibrate, LeavesOutAndNamesAFewUnreadableSamples) {
  SeededSamples samples(Shape{1, 6, 6, 8}, 30);
  samples.broken = 7;
  const Ranges ranges = MustCalibrate(MustParse(kShuffle), samples);
  EXPECT_EQ(ranges.samples, 29u);
  EXPECT_EQ(ranges.skipped, std::vector<std::string>{"sample 7"});
}

TEST(Calibrate, FailsWhenTooManySamplesAreUnreadable) {
  SeededSamples samples(Shape{1, 6, 6, 8}, 5);
  samples.broken = 2;
  const Status status = Calibrate(MustParse(kShuffle), samples, {}).status();
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_THAT(status.message(), HasSubstr("sample 2"));
}

TEST(Calibrate, RefusesSamplesOfAnotherShape) {
  const SeededSamples samples(Shape{1, 6, 6, 9}, 3);
  const Status status = Calibrate(MustParse(kShuffle), samples, {}).status();
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_THAT(status.message(), HasSubstr("sample"));
}

TEST(ChooseParams, FillsEveryFormAndMovesScalesThroughAShuffle) {
  const Graph graph = MustParse(kShuffle);
  const Ranges ranges =
      MustCalibrate(graph, SeededSamples(Shape{1, 6, 6, 8}, 4));
  Result<Plan> plan = Propose(graph, {});
  ASSERT_TRUE(plan.ok());
  ASSERT_TRUE(ChooseParams(graph, ranges, {}, *plan).ok());
  for (const auto& [name, value] : plan->values) {
    for (const Form& form : value.forms) {
      EXPECT_EQ(form.is_u8(), !form.quant.scale.empty()) << name;
    }
  }
  const QuantParams& before = plan->values.at("a").forms[0].quant;
  const QuantParams& after = plan->values.at("u").forms[0].quant;
  ASSERT_EQ(before.scale.size(), 8u);
  ASSERT_EQ(after.scale.size(), 8u);
  // Channel 2 i + g of the result is channel 4 g + i of the source.
  for (size_t i = 0; i < 4; ++i) {
    for (size_t g = 0; g < 2; ++g) {
      EXPECT_EQ(after.scale[2 * i + g], before.scale[4 * g + i]);
    }
  }
}

// Kept in float, the movers of a shuffle start anew: what is read behind them
// was observed before them, in another order.
TEST(ChooseParams, FollowsChannelsThroughMoversThatAreKeptInFloat) {
  const Graph graph = MustParse(kShuffle);
  const Ranges ranges =
      MustCalibrate(graph, SeededSamples(Shape{1, 6, 6, 8}, 4));
  ProposeOptions keep;
  for (const char* mover : {"split", "turn", "join"}) {
    keep.requests.push_back({mover, Precision::kF32, false});
  }
  Result<Plan> plan = Propose(graph, keep);
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  ASSERT_TRUE(ChooseParams(graph, ranges, {}, *plan).ok());
  const auto form = std::ranges::find(
      plan->values.at("u").forms, Granularity::kPerChannel, &Form::granularity);
  ASSERT_NE(form, plan->values.at("u").forms.end());
  const ValueRange* seen = ranges.Find("a");
  ASSERT_NE(seen, nullptr);
  std::vector<Range> channels;
  for (size_t i = 0; i < 4; ++i) {
    for (size_t g = 0; g < 2; ++g) {
      channels.push_back(
          {seen->channel_low[4 * g + i], seen->channel_high[4 * g + i]});
    }
  }
  EXPECT_EQ(form->quant, *ChooseQuantParams(channels));
  EXPECT_TRUE(Lower(graph, *plan).ok());
}

// A reshape that mixes rows and channels leaves none to follow.
TEST(ChooseParams, TakesWhatAllChannelsDidBehindAMixingMoverInFloat) {
  const Graph graph = MustParse(R"(graph "mixed"
input x f32[1,6,8,4]
const w f32[4,1,1,4]{seed=1}
const d f32[6,3,3,1]{seed=2}
a = Conv(x, w, _) name=conv1
u = Reshape(a) dims=[1,4,8,6] name=mix
y = Conv(u, d, _) pads=[1,1,1,1] group=6 name=dw
output y
)");
  const Ranges ranges =
      MustCalibrate(graph, SeededSamples(Shape{1, 6, 8, 4}, 4));
  ProposeOptions keep;
  keep.requests = {{"mix", Precision::kF32, false}};
  Result<Plan> plan = Propose(graph, keep);
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  ASSERT_TRUE(ChooseParams(graph, ranges, {}, *plan).ok());
  const Range all = ranges.Find("a")->histogram.extremes();
  const Form& form = plan->values.at("u").forms.back();
  ASSERT_EQ(form.granularity, Granularity::kPerChannel);
  EXPECT_EQ(form.quant, *ChooseQuantParams(std::vector<Range>(6, all)));
  EXPECT_TRUE(Lower(graph, *plan).ok());
}

TEST(ChooseParams, NamesAValueOnceHoweverManyFormsItHas) {
  const Graph graph = MustParse(kShuffle);
  const Ranges nothing = NothingSeen(graph);
  Result<Plan> plan = Propose(graph, {});
  ASSERT_TRUE(plan.ok());
  const std::string message = ChooseParams(graph, nothing, {}, *plan).message();
  size_t forms = 0, lines = 0;
  for (size_t at = 0; (at = message.find('\n', at)) != std::string::npos; ++at)
    ++lines;
  for (const auto& [name, value] : plan->values) {
    if (value.forms.size() > 1 && value.forms.back().is_u8()) ++forms;
  }
  EXPECT_GT(forms, 0u);
  EXPECT_THAT(message, HasSubstr("not seen " + std::to_string(lines) + " "));
  EXPECT_EQ(message.find("\n  a\n"), message.rfind("\n  a\n"));
}

TEST(ChooseParams, NamesTheValuesThatWereNotSeen) {
  const Graph graph = MustParse(kShuffle);
  Ranges ranges = MustCalibrate(graph, SeededSamples(Shape{1, 6, 6, 8}, 2));
  std::erase_if(ranges.values,
                [](const ValueRange& value) { return value.name == "a"; });
  Result<Plan> plan = Propose(graph, {});
  ASSERT_TRUE(plan.ok());
  const Status status = ChooseParams(graph, ranges, {}, *plan);
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_THAT(status.message(), HasSubstr("a"));
}

TEST(ChooseParams, FindsARenamedValueByItsStructure) {
  const Graph graph = MustParse(kShuffle);
  Ranges ranges = MustCalibrate(graph, SeededSamples(Shape{1, 6, 6, 8}, 2));
  for (ValueRange& value : ranges.values) value.name += "_renamed";
  Result<Plan> plan = Propose(graph, {});
  ASSERT_TRUE(plan.ok());
  EXPECT_TRUE(ChooseParams(graph, ranges, {}, *plan).ok());
}

TEST(StructureKeys, IgnoreNamesAndNoticeEverythingElse) {
  const std::string text(kShuffle);
  const uint64_t key = GraphKey(MustParse(text));
  std::string renamed = text;
  renamed.replace(renamed.find("name=conv1"), 10, "name=other");
  EXPECT_EQ(GraphKey(MustParse(renamed)), key);
  std::string weights = text;
  weights.replace(weights.find("{seed=1}"), 8, "{seed=9}");
  EXPECT_NE(GraphKey(MustParse(weights)), key);
  std::string attribute = text;
  attribute.replace(attribute.find("after=relu"), 10, "after=tanh");
  EXPECT_NE(GraphKey(MustParse(attribute)), key);
}

TEST(TensorRtCache, ReadsBackWhatItWrites) {
  TensorRtCache cache{"TRT-8601-EntropyCalibration2",
                      {{"images", 0.00787402f}, {"conv: 1", 0.5f}}};
  const std::string text = WriteTensorRtCache(cache);
  EXPECT_THAT(text, HasSubstr("conv: 1: 3f000000\n"));
  const auto back = ParseTensorRtCache(text, "test");
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->header, cache.header);
  EXPECT_EQ(back->scale, cache.scale);
}

TEST(TensorRtCache, NamesTheLineThatIsWrong) {
  for (const char* line :
       {"images", "images: xyz", "images: ffffffff", ": 3"}) {
    const auto cache = ParseTensorRtCache(
        std::string("TRT-8601-MinMaxCalibration\n") + line + "\n", "a.cache");
    ASSERT_FALSE(cache.ok()) << line;
    EXPECT_THAT(cache.status().message(), HasSubstr("a.cache:2")) << line;
  }
  EXPECT_FALSE(ParseTensorRtCache("", "a").ok());
  EXPECT_FALSE(ParseTensorRtCache("hello\n", "a").ok());
}

}  // namespace
}  // namespace octet::compile
