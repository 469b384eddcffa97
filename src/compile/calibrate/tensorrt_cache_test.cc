#include "compile/calibrate/tensorrt_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "compile/calibrate/calibrate.h"
#include "compile/calibrate/choose.h"
#include "compile/calibrate/tensorrt_ranges.h"
#include "compile/ir/text.h"
#include "compile/plan/propose.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHeader = "TRT-8601-EntropyCalibration2\n";

Result<TensorRtCache> Read(std::string_view lines) {
  return ParseTensorRtCache(std::string(kHeader) + std::string(lines),
                            "odd.cache");
}

TEST(TensorRtCacheReader, TakesOddButValidLines) {
  const struct {
    const char* text;
    const char* name;
    float scale;
  } kCases[] = {
      {"x: 3c010a14\n", "x", std::bit_cast<float>(0x3c010a14)},
      {"x: 3C010A14\n", "x", std::bit_cast<float>(0x3c010a14)},
      {"x: 3f800000", "x", 1.0f},          // no end of line
      {"x: 3f800000\r\n", "x", 1.0f},      // of another system
      {"\n\nx: 3f800000\n\n", "x", 1.0f},  // empty lines
      {"a: b: 3f800000\n", "a: b", 1.0f},
      {"/m/Conv_output_0: 40000000\n", "/m/Conv_output_0", 2.0f},
      {"x: 0\n", "x", 0.0f},       // a value that was always zero
      {"x: 1\n", "x", 0x1p-149f},  // the least positive float
      {"x: 7f7fffff\n", "x", std::numeric_limits<float>::max()},
      {"x: 3f800000\nx: 40000000\n", "x", 2.0f},  // the last counts
  };
  for (const auto& odd : kCases) {
    const auto cache = Read(odd.text);
    ASSERT_TRUE(cache.ok()) << odd.text << cache.status().message();
    ASSERT_EQ(cache->scale.size(), 1u) << odd.text;
    EXPECT_EQ(cache->scale.begin()->first, odd.name);
    EXPECT_EQ(cache->scale.begin()->second, odd.scale) << odd.text;
  }
}

TEST(TensorRtCacheReader, TakesACacheWithoutValues) {
  EXPECT_TRUE(Read("")->scale.empty());
}

TEST(TensorRtCacheReader, WritesAHeaderThatItReadsTheSame) {
  const auto cache = ParseTensorRtCache("TRT-8601\r\r\nx: 0\n", "odd.cache");
  ASSERT_TRUE(cache.ok()) << cache.status().message();
  EXPECT_EQ(WriteTensorRtCache(*cache), "TRT-8601\nx: 00000000\n");
}

TEST(TensorRtCacheReader, NamesTheLineThatIsWrong) {
  for (const char* line :
       {"x:3f800000", "x: ", "x:  3f800000", "x: 3f800000 ", "x: 0x3f800000",
        "x: 80000000", "x: 3f8000000", "x: -1", "x: 7f800000", "x: 7fc00000",
        "x: bf800000", " : ", ": 3f800000", "x\t3f800000"}) {
    const auto cache = Read(std::string("a: 3f800000\n\n") + line + "\n");
    ASSERT_FALSE(cache.ok()) << line;
    EXPECT_EQ(cache.status().code(), Code::kBadInput) << line;
    EXPECT_THAT(cache.status().message(), HasSubstr("odd.cache:4")) << line;
  }
}

TEST(TensorRtCacheReader, KnowsACacheByItsFirstLine) {
  EXPECT_TRUE(IsTensorRtCache(kHeader));
  for (const char* other : {"", "TRT", "OCTETCAL", "{", "\nTRT-8601"}) {
    EXPECT_FALSE(IsTensorRtCache(other)) << other;
    const auto cache = ParseTensorRtCache(other, "odd.cache");
    EXPECT_EQ(cache.status().code(), Code::kBadInput) << other;
    EXPECT_THAT(cache.status().message(), HasSubstr("odd.cache")) << other;
  }
}

// --- between a cache and ranges ---

Graph Network() {
  const auto graph = Parse(R"(graph "g"
input x f32[1,4,4,3]
const w f32[4,1,1,3]{seed=1}
const d f32[4,3,3,1]{seed=2}
a f32[1,4,4,4] = Conv(x, w, _) after=relu name=conv
y f32[1,4,4,4] = Conv(a, d, _) pads=[1,1,1,1] group=4 name=dw
output y
)");
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return *graph;
}

TensorRtCache CacheOf(std::map<std::string, float> scale) {
  return {"TRT-8601-EntropyCalibration2", std::move(scale)};
}

TEST(RangesFromCache, GivesEveryRuleTheSameSymmetricRange) {
  const auto ranges =
      RangesFromCache(Network(), CacheOf({{"a", 0.5f}, {"other", 1}}), "c");
  ASSERT_TRUE(ranges.ok()) << ranges.status().message();
  ASSERT_EQ(ranges->values.size(), 1u);
  for (const char* rule :
       {"minmax", "mean-minmax", "entropy", "percentile:99", "mse"}) {
    const auto range =
        ChooseRange(ranges->values[0], *ParseRangeChoice(rule), 1);
    ASSERT_TRUE(range.ok()) << rule;
    EXPECT_EQ(range->low, -63.5f) << rule;
    EXPECT_EQ(range->high, 63.5f) << rule;
  }
  EXPECT_EQ(ranges->values[0].channel_low, std::vector<float>(4, -63.5f));
  EXPECT_EQ(ranges->values[0].channel_high, std::vector<float>(4, 63.5f));
}

TEST(RangesFromCache, IsEnoughForAPlan) {
  const Graph graph = Network();
  const auto ranges = RangesFromCache(
      graph, CacheOf({{"x", 0.01f}, {"a", 0.5f}, {"y", 0.25f}}), "c");
  ASSERT_TRUE(ranges.ok());
  auto plan = Propose(graph, {});
  ASSERT_TRUE(plan.ok());
  const Status chosen = ChooseParams(graph, *ranges, {}, *plan);
  EXPECT_TRUE(chosen.ok()) << chosen.message();
}

TEST(RangesFromCache, RefusesTheCacheOfAnotherModel) {
  const auto ranges = RangesFromCache(Network(), CacheOf({{"b", 1}}), "c.txt");
  EXPECT_EQ(ranges.status().code(), Code::kBadInput);
  EXPECT_THAT(ranges.status().message(), HasSubstr("c.txt"));
}

TEST(RangesFromCache, RefusesARangeBeyondFloats) {
  const float most = std::numeric_limits<float>::max();
  const auto ranges =
      RangesFromCache(Network(), CacheOf({{"a", most}}), "c.txt");
  EXPECT_EQ(ranges.status().code(), Code::kBadInput);
  EXPECT_THAT(ranges.status().message(), HasSubstr("'a' is too large"));
}

TEST(CacheFromRanges, TakesTheLargerEndAndComesBackTheSame) {
  Ranges ranges = NothingSeen(Network());
  for (ValueRange& value : ranges.values) {
    value.histogram.Add(std::vector<float>{-12.7f, 3});
  }
  ranges.samples = 1;
  const auto cache = CacheFromRanges(ranges, *ParseRangeChoice("minmax"));
  ASSERT_TRUE(cache.ok()) << cache.status().message();
  EXPECT_EQ(cache->scale.size(), 3u);
  EXPECT_EQ(cache->scale.at("a"), 12.7f / 127);
  const auto back = ParseTensorRtCache(WriteTensorRtCache(*cache), "back");
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->scale, cache->scale);
}

TEST(CacheFromRanges, IsNamedAfterTheRule) {
  const Ranges ranges = NothingSeen(Network());
  EXPECT_THAT(CacheFromRanges(ranges, *ParseRangeChoice("entropy"))->header,
              HasSubstr("EntropyCalibration2"));
  EXPECT_THAT(CacheFromRanges(ranges, *ParseRangeChoice("mse"))->header,
              HasSubstr("MinMaxCalibration"));
}

}  // namespace
}  // namespace octet::compile
