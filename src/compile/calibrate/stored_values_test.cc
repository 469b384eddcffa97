#include "compile/calibrate/stored_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "compile/calibrate/structure_key.h"
#include "compile/plan/testing/plans.h"

namespace octet::compile {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

constexpr std::string_view kTwo = R"(graph "two"
input x f32[1,2,2,3]
const w f32[3,1,1,3]{seed=1}
a f32[1,2,2,3] = Conv(x, w, _) after=relu name=first
b f32[1,2,2,3] = Conv(a, w, _) name=second
output b
)";

Form U8(float scale, int zero_point, const std::string& rule = "mse") {
  Form form = Form::U8(Granularity::kPerTensor);
  form.quant = {{scale}, {zero_point}};
  form.rule = rule;
  return form;
}

// A graph, what was seen of its value `a`, and a plan that stores it.
struct Shown {
  Graph graph = MustParse(kTwo);
  Ranges ranges;
  Plan plan;

  explicit Shown(std::vector<float> elements, const std::string& name = "a") {
    ValueRange& a = ranges.values.emplace_back();
    a.name = name;
    a.structure = StructureKeys(graph)[IdOf("a")];
    a.histogram.Add(elements);
  }
  size_t IdOf(std::string_view name) const {
    for (size_t i = 0; i < graph.values.size(); ++i) {
      if (graph.values[i].name == name) return i;
    }
    ADD_FAILURE() << "no value " << name;
    return 0;
  }
  ValueRange& seen() { return ranges.values[0]; }
  StoredValue Row() const {
    const auto rows = DescribeValues(graph, ranges, plan);
    EXPECT_EQ(rows.size(), 1u);
    return rows.empty() ? StoredValue() : rows[0];
  }
};

std::vector<float> Steps(int n, float step) {
  std::vector<float> x(static_cast<size_t>(n));
  for (int i = 0; i < n; ++i) x[size_t(i)] = float(i) * step;
  return x;
}

TEST(DescribeValues, SaysWhatCodesCanStandFor) {
  Shown shown(Steps(100, 0.01f));
  shown.plan.values["a"].forms = {U8(0.5f, 10)};
  const StoredValue row = shown.Row();
  EXPECT_EQ(row.name, "a");
  ASSERT_EQ(row.forms.size(), 1u);
  EXPECT_EQ(row.forms[0].low, -5);
  EXPECT_EQ(row.forms[0].high, 122.5);
  EXPECT_EQ(row.forms[0].step, 0.5);
  EXPECT_EQ(row.forms[0].rule, "mse");
  EXPECT_FALSE(row.forms[0].per_channel);
}

TEST(DescribeValues, TakesTheWidestOfTheChannels) {
  Shown shown({1, 2});
  shown.seen().channel_low = {0, -1, 0};
  shown.seen().channel_high = {1, 1, 64};
  Form form = Form::U8(Granularity::kPerChannel);
  form.quant = {{1, 4, 2}, {0, 128, 255}};
  shown.plan.values["a"].forms = {form};
  const StoredValue row = shown.Row();
  EXPECT_TRUE(row.forms[0].per_channel);
  EXPECT_EQ(row.forms[0].low, -512);
  EXPECT_EQ(row.forms[0].high, 508);
  EXPECT_EQ(row.forms[0].clipped, 0) << "of one scale only";
  EXPECT_EQ(row.channel_ratio, 32) << "64 against the median, 2";
}

TEST(DescribeValues, CountsWhatTheRangeClips) {
  // 0 ... 99; codes reach 49.8.
  Shown shown(Steps(100, 1));
  shown.plan.values["a"].forms = {U8(0.2f, 6)};
  EXPECT_THAT(shown.Row().forms[0].clipped, DoubleNear(0.5, 0.005));
  shown.plan.values["a"].forms = {U8(0.4f, 0)};
  EXPECT_EQ(shown.Row().forms[0].clipped, 0);
}

TEST(DescribeValues, CountsTheCodesThatAreBusy) {
  // One outlier of 1000 makes nearly all elements share three codes.
  std::vector<float> x = Steps(10000, 0.001f);
  x.push_back(1000);
  Shown shown(x);
  shown.plan.values["a"].forms = {U8(4, 0)};
  EXPECT_THAT(shown.Row().forms[0].busy_codes, DoubleNear(10 / 4. + 1, 0.3));
  shown.plan.values["a"].forms = {U8(10 / 255.f, 0)};
  EXPECT_THAT(shown.Row().forms[0].busy_codes, DoubleNear(256, 13));
}

TEST(DescribeValues, JoinsBinsWithoutLosingAnElement) {
  std::vector<float> x = Steps(5000, 0.01f);
  for (int i = 0; i < 700; ++i) x.push_back(-20);
  Shown shown(x);
  shown.plan.values["a"].forms = {U8(1, 0)};
  const StoredValue row = shown.Row();
  EXPECT_LE(row.bins.size(), size_t(StoredValue::kMostBins));
  EXPECT_GT(row.bins.size(), size_t(StoredValue::kMostBins / 4));
  EXPECT_EQ(std::accumulate(row.bins.begin(), row.bins.end(), uint64_t{0}),
            5699u);
  EXPECT_EQ(row.zeros, 1u);
  EXPECT_EQ(row.count, 5700u);
  EXPECT_EQ(row.bins[0], 700u);
  EXPECT_LE(row.bin_low, -20);
  EXPECT_GT(row.bin_low + row.bin_width, -20);
  EXPECT_GE(row.bin_low + row.bin_width * double(row.bins.size()), 49.99);
  EXPECT_EQ(row.seen_low, -20);
}

TEST(DescribeValues, FindsTheValueOfARenamedModel) {
  Shown shown({1, 2, 3}, "of another name");
  shown.plan.values["a"].forms = {U8(1, 0)};
  EXPECT_EQ(shown.Row().count, 3u);
}

TEST(DescribeValues, ListsWhatWasNotSeenByItsFormsAlone) {
  Shown shown({1, 2, 3});
  shown.ranges.values.clear();
  shown.plan.values["a"].forms = {U8(1, 0)};
  const StoredValue row = shown.Row();
  EXPECT_EQ(row.forms[0].high, 255);
  EXPECT_EQ(row.count, 0u);
  EXPECT_TRUE(row.bins.empty());
  EXPECT_EQ(row.high_sample, -1);
}

TEST(DescribeValues, KeepsTheModelsOrderAndLeavesOutFloatAndMovedForms) {
  Shown shown({1, 2, 3});
  shown.plan.values["x"].forms = {U8(1, 0), Form::F32()};
  shown.plan.values["a"].forms = {U8(1, 0, "moved")};
  shown.plan.values["b"].forms = {U8(2, 0), U8(3, 0)};
  const auto rows = DescribeValues(shown.graph, shown.ranges, shown.plan);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].name, "x");
  EXPECT_EQ(rows[0].forms.size(), 1u);
  EXPECT_EQ(rows[1].name, "b");
  EXPECT_EQ(rows[1].forms.size(), 2u);
}

TEST(DescribeValues, OfNothingButZerosHasNoBins) {
  Shown shown({0, 0, 0});
  shown.plan.values["a"].forms = {U8(1, 0)};
  const StoredValue row = shown.Row();
  EXPECT_EQ(row.count, 3u);
  EXPECT_EQ(row.zeros, 3u);
  EXPECT_TRUE(row.bins.empty());
  EXPECT_EQ(row.forms[0].busy_codes, 1);
}

TEST(BinsToJoin, IsTheLeastPowerOfTwoThatFits) {
  EXPECT_EQ(BinsToJoin(0, 255), 1);
  EXPECT_EQ(BinsToJoin(0, 256), 2);
  EXPECT_EQ(BinsToJoin(255, 511), 2);
  EXPECT_EQ(BinsToJoin(1, 512), 4) << "odd ends straddle a joined bin";
  EXPECT_EQ(BinsToJoin(0, 4095), 16);
}

TEST(QuantileOf, StandsAtZeroWhereZerosDo) {
  Histogram histogram;
  histogram.Add(std::vector<float>{-1, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  EXPECT_NEAR(QuantileOf(histogram, 0.05), -1, 0.01);
  EXPECT_EQ(QuantileOf(histogram, 0.5), 0);
  EXPECT_NEAR(QuantileOf(histogram, 0.95), 1, 0.01);
  EXPECT_EQ(QuantileOf(Histogram(), 0.5), 0);
}

}  // namespace
}  // namespace octet::compile
