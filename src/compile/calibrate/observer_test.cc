#include "compile/calibrate/observer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "compile/calibrate/ranges_file.h"

namespace octet::compile {
namespace {

constexpr int64_t kChannels = 3;
using Sample = std::vector<float>;  // rows of kChannels values

// One observed value "a" of kChannels channels.
Ranges Empty(bool ordered = false) {
  Ranges ranges;
  ranges.ordered = ordered;
  ValueRange& value = ranges.values.emplace_back();
  value.name = "a";
  value.channel_low.assign(kChannels, 0.0f);
  value.channel_high = value.channel_low;
  return ranges;
}

TensorView View(const Sample& x, std::string_view name = "a") {
  TensorView view;
  view.name = name;
  view.shape = Shape{1, int64_t(x.size()) / kChannels, kChannels};
  view.data = reinterpret_cast<const std::byte*>(x.data());
  view.pixel_stride = kChannels;
  return view;
}

// Sees the samples i with i % step == first.
void SeeAll(const std::vector<Sample>& samples, Ranges& ranges,
            size_t first = 0, size_t step = 1) {
  Observer observer(ranges);
  for (size_t i = first; i < samples.size(); i += step) {
    observer.See(View(samples[i]));
    observer.EndSample(int64_t(i), i + 1);
  }
}

ValueRange Seen(const std::vector<Sample>& samples) {
  Ranges ranges = Empty();
  SeeAll(samples, ranges);
  return ranges.values[0];
}

// Numbers of every size with infinities and NaN among them.
std::vector<Sample> WildSamples(size_t count) {
  std::mt19937 generator(5);
  std::normal_distribution<float> normal(0, 1);
  std::vector<Sample> samples(count);
  for (size_t i = 0; i < count; ++i) {
    for (int64_t j = 0; j < 5 * kChannels; ++j) {
      const float scale = std::ldexp(1.0f, int(i % 9) - 4);
      samples[i].push_back(normal(generator) * scale);
    }
    samples[i][i % 15] = i % 2 == 0 ? INFINITY : -INFINITY;
    if (i % 3 == 0) samples[i][(i + 4) % 15] = NAN;
  }
  return samples;
}

TEST(Observer, KeepsExtremesOfEachChannelWithZeroAmongThem) {
  const ValueRange value = Seen({{1, -2, 5, 3, -4, 6}});
  EXPECT_EQ(value.channel_low, (std::vector<float>{0, -4, 0}));
  EXPECT_EQ(value.channel_high, (std::vector<float>{3, 0, 6}));
  EXPECT_EQ(value.histogram.total(), 6u);
}

TEST(Observer, LeavesNonFiniteValuesOutOfEveryExtreme) {
  const ValueRange value = Seen({{1, INFINITY, NAN, -2, 3, -INFINITY}});
  EXPECT_EQ(value.channel_low, (std::vector<float>{-2, 0, 0}));
  EXPECT_EQ(value.channel_high, (std::vector<float>{1, 3, 0}));
  EXPECT_EQ(value.histogram.non_finite(), 3u);
  EXPECT_EQ(value.histogram.extremes().high, 3);
  EXPECT_EQ(value.low_sum.value(), -2);
  EXPECT_EQ(value.high_sum.value(), 3);
}

TEST(Observer, KeepsTheLargestFiniteNumbers) {
  const float most = std::numeric_limits<float>::max();
  const ValueRange value = Seen({{most, -most, INFINITY}});
  EXPECT_EQ(value.channel_high[0], most);
  EXPECT_EQ(value.channel_low[1], -most);
  EXPECT_EQ(value.channel_high[2], 0);
}

// An infinity once cut channels down to what had been seen *so far*, which
// differs from shard to shard.
TEST(Observer, GivesTheSameBytesInAnyShardsWithInfinitiesAmongTheValues) {
  const std::vector<Sample> samples = WildSamples(29);
  Ranges whole = Empty();
  SeeAll(samples, whole);
  const auto bytes = SerializeRanges({whole, {}});
  for (size_t shards : {1, 2, 7}) {
    std::vector<Ranges> parts(shards, Empty());
    for (size_t i = 0; i < shards; ++i) SeeAll(samples, parts[i], i, shards);
    for (size_t turn = 0; turn < shards; ++turn) {
      Ranges joined = parts[turn];
      for (size_t i = 1; i < shards; ++i) {
        const Ranges& next = parts[(turn + i * (shards - 1)) % shards];
        ASSERT_TRUE(MergePiece(joined, next).ok());
      }
      EXPECT_EQ(SerializeRanges({joined, {}}), bytes) << shards << turn;
    }
  }
}

TEST(Observer, SumsTheExtremesOfEachSample) {
  const ValueRange value = Seen({{-1, 2, 0}, {-3, 4, 0}, {5, 6, 7}});
  EXPECT_EQ(value.low_sum.value(), -4);  // of an all-positive sample: 0
  EXPECT_EQ(value.high_sum.value(), 13);
}

TEST(Observer, NamesTheFirstSampleThatGaveAnExtreme) {
  const ValueRange value = Seen({{1, 0, 0}, {4, -2, 0}, {4, -2, 0}, {3, 0, 0}});
  EXPECT_EQ(value.high_sample, 1);
  EXPECT_EQ(value.low_sample, 1);
  EXPECT_EQ(Seen({{1, 0, 0}}).low_sample, -1) << "nothing below zero";
}

TEST(Observer, TakesAValueOnceASample) {
  Ranges ranges = Empty();
  Observer observer(ranges);
  const Sample first = {1, 2, 3}, second = {7, 8, 9};
  observer.See(View(first));
  observer.See(View(second));  // e.g. the copy that another reader gets
  observer.EndSample(0, 1);
  EXPECT_EQ(ranges.values[0].histogram.total(), 3u);
  EXPECT_EQ(ranges.values[0].channel_high[2], 3);
}

TEST(Observer, PassesOverOtherValuesAndOtherTypes) {
  Ranges ranges = Empty();
  Observer observer(ranges);
  const Sample x = {1, 2, 3};
  observer.See(View(x, "b"));
  TensorView codes = View(x);
  codes.dtype = DType::kU8;
  observer.See(codes);
  observer.EndSample(0, 1);
  EXPECT_TRUE(ranges.values[0].histogram.empty());
  EXPECT_EQ(ranges.samples, 1u);
}

TEST(Observer, ReadsRowsWithGaps) {
  Ranges ranges = Empty();
  Observer observer(ranges);
  const Sample x = {1, 2, 3, 99, 4, 5, 6, 99};
  TensorView view = View(x);
  view.shape = Shape{1, 2, kChannels};
  view.pixel_stride = 4;
  observer.See(view);
  observer.EndSample(0, 1);
  EXPECT_EQ(ranges.values[0].channel_high, (std::vector<float>{4, 5, 6}));
  EXPECT_EQ(ranges.values[0].histogram.extremes().high, 6);
}

TEST(Observer, AveragesExtremesInOrderWhereAsked) {
  Ranges ranges = Empty(/*ordered=*/true);
  SeeAll({{-2, 4, 0}, {-1, 8, 0}}, ranges);
  EXPECT_FLOAT_EQ(ranges.values[0].moving_high, 4 + 0.01f * (8 - 4));
  EXPECT_FLOAT_EQ(ranges.values[0].moving_low, -2 + 0.01f * (-1 + 2));
  Ranges plain = Empty();
  SeeAll({{-2, 4, 0}}, plain);
  EXPECT_EQ(plain.values[0].moving_high, 0);
}

}  // namespace
}  // namespace octet::compile
