#include "compile/calibrate/ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compile/calibrate/ranges_file.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

Ranges MakeRanges(float high, int64_t sample) {
  Ranges ranges;
  ranges.preprocess = "resize = \"stretch\"\n";
  ranges.samples = 1;
  ranges.fingerprint = uint64_t(sample) * 77;
  ranges.structure = 9;
  for (const char* name : {"a", "b"}) {
    ValueRange& value = ranges.values.emplace_back();
    value.name = name;
    value.structure = 5;
    value.histogram.Add(std::vector<float>{-1.0f, high, 0.0f, 0.25f});
    value.channel_low = {-1.0f, 0.0f};
    value.channel_high = {high, 0.25f};
    value.low_sum.Add(-1.0f);
    value.high_sum.Add(high);
    value.low_sample = value.high_sample = sample;
  }
  return ranges;
}

TEST(ExactSum, IsExactWhateverTheOrder) {
  ExactSum up, down;
  std::vector<float> x;
  for (int i = 0; i < 1000; ++i) x.push_back(0.1f * float(i) - 37.7f);
  x.push_back(1e12f);
  for (float v : x) up.Add(v);
  std::ranges::reverse(x);
  for (float v : x) down.Add(v);
  EXPECT_TRUE(up == down);
  EXPECT_TRUE(up == ExactSum::FromParts(up.low(), up.high()));
}

TEST(ExactSum, HoldsNegativeNumbers) {
  ExactSum sum;
  sum.Add(-2.5f);
  sum.Add(1.0f);
  EXPECT_EQ(sum.value(), -1.5);
}

TEST(Merge, GivesTheSameInAnyOrder) {
  const Ranges a = MakeRanges(2, 0), b = MakeRanges(8, 1), c = MakeRanges(8, 2);
  Ranges forward = a, backward = c;
  ASSERT_TRUE(Merge(forward, b).ok());
  ASSERT_TRUE(Merge(forward, c).ok());
  ASSERT_TRUE(Merge(backward, b).ok());
  ASSERT_TRUE(Merge(backward, a).ok());
  EXPECT_TRUE(forward == backward);
  EXPECT_EQ(forward.samples, 3u);
  // Of equal extremes the first sample owns it.
  EXPECT_EQ(forward.values[0].high_sample, 1);
  EXPECT_EQ(forward.values[0].low_sample, 0);
}

TEST(Merge, RefusesAnotherModelAndOtherPreprocessing) {
  Ranges a = MakeRanges(2, 0), other_model = a, other_preprocess = a;
  other_model.structure = 10;
  other_preprocess.preprocess = "resize = \"none\"\n";
  EXPECT_EQ(Merge(a, other_model).code(), Code::kBadInput);
  const Status status = Merge(a, other_preprocess);
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_THAT(status.message(), HasSubstr("none"));
}

TEST(Merge, RefusesMovingAverages) {
  Ranges a = MakeRanges(2, 0), ordered = a;
  ordered.ordered = true;
  EXPECT_EQ(Merge(a, ordered).code(), Code::kBadInput);
}

TEST(Ranges, FindsValuesByName) {
  const Ranges ranges = MakeRanges(2, 0);
  ASSERT_NE(ranges.Find("b"), nullptr);
  EXPECT_EQ(ranges.Find("b")->name, "b");
  EXPECT_EQ(ranges.Find("c"), nullptr);
}

TEST(RangesFile, ReadsBackWhatItWrites) {
  const RangesFile file{MakeRanges(2, 0), {3, 1, 2}};
  const auto bytes = SerializeRanges(file);
  const Result<RangesFile> back = ParseRanges(bytes, "test");
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_TRUE(back->ranges == file.ranges);
  EXPECT_TRUE(back->progress == file.progress);
  EXPECT_EQ(SerializeRanges(*back), bytes);
}

TEST(RangesFile, NoticesEveryFlippedByte) {
  auto bytes = SerializeRanges({MakeRanges(2, 0), {}});
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= std::byte(1 << (i % 8));
    const Result<RangesFile> file = ParseRanges(bytes, "test");
    EXPECT_FALSE(file.ok()) << "byte " << i;
    EXPECT_EQ(file.status().code(), Code::kDamaged) << "byte " << i;
    bytes[i] ^= std::byte(1 << (i % 8));
  }
  EXPECT_TRUE(ParseRanges(bytes, "test").ok());
}

TEST(RangesFile, NoticesEveryTruncation) {
  const auto bytes = SerializeRanges({MakeRanges(2, 0), {}});
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_EQ(ParseRanges(std::span(bytes).first(n), "test").status().code(),
              Code::kDamaged)
        << n;
  }
}

TEST(RangesFile, SaysWhichFileIsDamaged) {
  EXPECT_THAT(ParseRanges({}, "night.calib").status().message(),
              HasSubstr("night.calib"));
}

}  // namespace
}  // namespace octet::compile
