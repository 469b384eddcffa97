#include "compile/calibrate/ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

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
  ranges.shards = {{3, 3, uint32_t(sample) + 1, {ranges.fingerprint}}};
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

TEST(PeaksOf, AreTheLargerEndOfEachValue) {
  EXPECT_THAT(
      PeaksOf(MakeRanges(3, 0)),
      testing::ElementsAre(testing::Pair("a", 3), testing::Pair("b", 3)));
  EXPECT_EQ(PeaksOf(MakeRanges(0.5f, 0)).at("a"), 1);
  EXPECT_TRUE(PeaksOf(Ranges()).empty());
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

TEST(ExactSum, HoldsNumbersToItsLimitsAndToItsUnit) {
  ExactSum sum;
  sum.Add(3e38f);
  EXPECT_EQ(sum.value(), 0x1p40);
  sum.Add(-3e38f);
  EXPECT_EQ(sum.value(), 0);
  sum.Add(0x1p-64f);
  EXPECT_EQ(sum.value(), 0x1p-64);
  sum.Add(0x1p-66f);
  EXPECT_EQ(sum.value(), 0x1p-64);
}

TEST(ExactSum, KnowsWhatSoManyNumbersCanAddUpTo) {
  ExactSum sum;
  EXPECT_TRUE(sum.IsOf(0));
  sum.Add(0x1p40f);
  EXPECT_FALSE(sum.IsOf(0));
  EXPECT_TRUE(sum.IsOf(1));
  sum.Add(1.0f);
  EXPECT_FALSE(sum.IsOf(1));
  EXPECT_TRUE(sum.IsOf(2));
  EXPECT_FALSE(sum.IsOf(kMostSamples + 1));
  const int64_t high = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(ExactSum::FromParts(~uint64_t(0), high).IsOf(kMostSamples));
  EXPECT_FALSE(ExactSum::FromParts(0, -high - 1).IsOf(kMostSamples));
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
  EXPECT_EQ(forward.shards, (std::vector<Shard>{{3, 1, 1, {0, 77, 154}}}));
}

TEST(Merge, RefusesAnotherModelAndOtherPreprocessing) {
  const Ranges a = MakeRanges(2, 0);
  const struct {
    void (*change)(Ranges&);
    const char* says;
  } kCases[] = {
      {[](Ranges& r) { r.structure = 10; }, "other outputs"},
      {[](Ranges& r) { r.values[1].name = "c"; }, "'b' against 'c'"},
      {[](Ranges& r) { r.values[0].structure = 6; }, "'a' against 'a'"},
      {[](Ranges& r) { r.values.pop_back(); }, "'b' against '(none)'"},
      {[](Ranges& r) { r.values.push_back({}); }, "'(none)' against ''"},
      {[](Ranges& r) { r.values[0].channel_low.pop_back(); }, "value 'a'"},
      {[](Ranges& r) { r.preprocess = "resize = \"none\"\n"; }, "none"},
      {[](Ranges& r) { r.samples = kMostSamples; }, "at most 4194304"},
      {[](Ranges& r) { r.shards.clear(); }, "which samples"},
      {[](Ranges& r) {
         r.shards = {{3, 3, 1, {1}}};
       },
       "1/3 of 3"},
  };
  for (const auto& wrong : kCases) {
    Ranges other = MakeRanges(8, 1), into = a;
    wrong.change(other);
    const Status status = Merge(into, other);
    EXPECT_EQ(status.code(), Code::kBadInput) << wrong.says;
    EXPECT_THAT(status.message(), HasSubstr(wrong.says));
    EXPECT_TRUE(into == a) << "changed by an error: " << wrong.says;
  }
}

TEST(Merge, RefusesMovingAverages) {
  for (const bool first : {false, true}) {
    Ranges a = MakeRanges(2, 0), b = MakeRanges(2, 1);
    (first ? a : b).ordered = true;
    EXPECT_THAT(Merge(a, b).message(), HasSubstr("moving average"));
  }
}

TEST(Merge, NamesSkippedSamplesOnceAndSorted) {
  Ranges a = MakeRanges(2, 0), b = MakeRanges(2, 1);
  a.skipped = {"b.jpg", "d.jpg"};
  b.skipped = {"a.jpg", "b.jpg"};
  ASSERT_TRUE(Merge(a, b).ok());
  EXPECT_EQ(a.skipped, (std::vector<std::string>{"a.jpg", "b.jpg", "d.jpg"}));
}

TEST(MergePiece, DoesNotAskWhichSamplesTheyAre) {
  Ranges a = MakeRanges(2, 0);
  Ranges piece = a;
  piece.shards.clear();
  const std::vector<Shard> before = a.shards;
  ASSERT_TRUE(MergePiece(a, piece).ok());
  EXPECT_EQ(a.samples, 2u);
  EXPECT_EQ(a.shards, before);
}

TEST(Ranges, FindsValuesByName) {
  const Ranges ranges = MakeRanges(2, 0);
  ASSERT_NE(ranges.Find("b"), nullptr);
  EXPECT_EQ(ranges.Find("b")->name, "b");
  EXPECT_EQ(ranges.Find("c"), nullptr);
}

TEST(RangesFile, ReadsBackWhatItWrites) {
  const RangesFile file{MakeRanges(2, 0), {3, 1, 2, 6, {7, 0, 9}}};
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

// Files with a right checksum whose contents cannot be.
struct Forged {
  const char* name;
  void (*change)(RangesFile&);
};

class ForgedRangesFile : public testing::TestWithParam<Forged> {};

TEST_P(ForgedRangesFile, IsRefused) {
  RangesFile file{MakeRanges(2, 0), {}};
  ASSERT_TRUE(ParseRanges(SerializeRanges(file), "test").ok());
  GetParam().change(file);
  const auto parsed = ParseRanges(SerializeRanges(file), "forged.calib");
  EXPECT_EQ(parsed.status().code(), Code::kDamaged);
  EXPECT_THAT(parsed.status().message(), HasSubstr("forged.calib"));
}

ExactSum LargeSum() {
  return ExactSum::FromParts(0, std::numeric_limits<int64_t>::max());
}

INSTANTIATE_TEST_SUITE_P(
    RangesFile, ForgedRangesFile,
    testing::Values(
        Forged{"SumOfTooMuch",
               [](RangesFile& f) { f.ranges.values[1].low_sum = LargeSum(); }},
        Forged{"HighSumOfTooMuch",
               [](RangesFile& f) { f.ranges.values[0].high_sum = LargeSum(); }},
        Forged{"TooManySamples",
               [](RangesFile& f) { f.ranges.samples = kMostSamples + 1; }},
        Forged{"NoSamplesButSums", [](RangesFile& f) { f.ranges.samples = 0; }},
        Forged{"ShardBeyondItsCount",
               [](RangesFile& f) { f.ranges.shards[0].number = 4; }},
        Forged{"ShardOfNone",
               [](RangesFile& f) { f.ranges.shards[0].count = 0; }},
        Forged{"ShardWithoutItsSamples",
               [](RangesFile& f) { f.ranges.shards[0].samples.clear(); }},
        Forged{"ShardOfMoreThanThereIs",
               [](RangesFile& f) { f.ranges.shards[0].set_samples = 1e18; }},
        Forged{"ShardTwice",
               [](RangesFile& f) {
                 f.ranges.shards.push_back(f.ranges.shards[0]);
               }},
        Forged{"ProgressWithoutItsSamples",
               [](RangesFile& f) { f.progress.next_sample = 3; }},
        Forged{"NotSorted",
               [](RangesFile& f) {
                 std::swap(f.ranges.values[0], f.ranges.values[1]);
               }},
        Forged{
            "ChannelsThatDoNotPair",
            [](RangesFile& f) { f.ranges.values[0].channel_low.push_back(0); }},
        Forged{"ChannelThatIsNoNumber",
               [](RangesFile& f) { f.ranges.values[0].channel_high[1] = NAN; }},
        Forged{
            "AverageThatIsNoNumber",
            [](RangesFile& f) { f.ranges.values[0].moving_low = -INFINITY; }}),
    [](const auto& info) { return info.param.name; });

TEST(RangesFile, KeepsEverythingThatThereIs) {
  RangesFile file{MakeRanges(3e38f, 1), {2, 7, 9, 100, {5, 0}}};
  Ranges& ranges = file.ranges;
  ranges.skipped = {"a.jpg", "\xff\xfe.jpg", ""};
  ranges.ordered = true;
  ranges.fingerprint = ~uint64_t(0);
  ranges.shards = {{3, 3, 1, {9}}, {3, 3, 3, {8}}, {2, 1, 1, {7, 0}}};
  std::ranges::sort(ranges.shards);
  ValueRange& value = ranges.values[0];
  value.histogram.Add(std::vector<float>{NAN, INFINITY, -3e38f, 1e-40f});
  value.moving_low = -0x1p-149f;
  value.moving_high = 1;
  value.low_sample = -1;
  value.high_sample = std::numeric_limits<int64_t>::max();
  ranges.values[1] = ValueRange{};  // nothing seen, no channels
  ranges.values[1].name = "b";
  const auto back = ParseRanges(SerializeRanges(file), "test");
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_TRUE(back->ranges == ranges);
  EXPECT_TRUE(back->progress == file.progress);
}

TEST(RangesFile, OfNothingIsReadBack) {
  const auto back = ParseRanges(SerializeRanges({}), "test");
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_TRUE(back->ranges == Ranges());
}

TEST(RangesFile, SaysWhichFileIsDamaged) {
  EXPECT_THAT(ParseRanges({}, "night.calib").status().message(),
              HasSubstr("night.calib"));
}

}  // namespace
}  // namespace octet::compile
