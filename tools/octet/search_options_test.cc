#include "search_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "held_out.h"

namespace octet::cli {
namespace {

using testing::HasSubstr;

TEST(ParseShare, TakesPercentAndShares) {
  EXPECT_DOUBLE_EQ(*ParseShare("--max-drop", "0.5%"), 0.005);
  EXPECT_DOUBLE_EQ(*ParseShare("--max-drop", "0.005"), 0.005);
  EXPECT_DOUBLE_EQ(*ParseShare("--max-drop", "0"), 0);
  EXPECT_DOUBLE_EQ(*ParseShare("--max-drop", "100%"), 1);
}

TEST(ParseSeconds, TakesUnits) {
  EXPECT_DOUBLE_EQ(*ParseSeconds("--time-budget", "90"), 90);
  EXPECT_DOUBLE_EQ(*ParseSeconds("--time-budget", "1.5m"), 90);
  EXPECT_DOUBLE_EQ(*ParseSeconds("--time-budget", "1h"), 3600);
  EXPECT_DOUBLE_EQ(*ParseMilliseconds("--max-latency", "0.5s"), 500);
  EXPECT_DOUBLE_EQ(*ParseMilliseconds("--max-latency", "500us"), 0.5);
}

TEST(ParseQuantities, RefuseWhatIsNone) {
  for (const char* text :
       {"", "%", "-1", "5", "0.5 %", "nan", "half", "1e9%"}) {
    const auto share = ParseShare("--max-drop", text);
    EXPECT_EQ(share.status().code(), Code::kUsage) << text;
    EXPECT_THAT(share.status().message(), HasSubstr("--max-drop")) << text;
  }
  for (const char* text : {"", "m", "5 m", "5min", "-5m", "inf"}) {
    EXPECT_FALSE(ParseSeconds("--time-budget", text).ok()) << text;
  }
}

SearchResult Found(double int8, double chosen) {
  SearchResult result;
  result.all_float.accuracy = 0.9;
  result.all_float.latency_ms = 20;
  result.all_int8.accuracy = int8;
  result.all_int8.drop = 0.9 - int8;
  result.all_int8.drop_error = 0.01;
  result.all_int8.latency_ms = 5;
  result.chosen.accuracy = chosen;
  result.chosen.drop = 0.9 - chosen;
  result.chosen.drop_error = 0.002;
  result.chosen.latency_ms = 6;
  result.max_drop = 0.005;
  result.max_latency_ms = 5.5;
  result.frontier = {result.all_int8, result.chosen, result.all_float};
  result.meets_drop = result.meets_latency = true;
  result.trials = 5;
  return result;
}

TEST(BudgetStatus, SaysWhichBudgetIsMissedAndByHowMuch) {
  SearchArguments arguments;
  arguments.max_drop = "0.5%";
  arguments.max_latency = "5.5ms";
  SearchResult result = Found(0.8, 0.85);
  EXPECT_TRUE(BudgetStatus(arguments, result).ok());
  result.meets_drop = false;
  const Status drop = BudgetStatus(arguments, result);
  EXPECT_EQ(drop.code(), Code::kAccuracyGate);
  EXPECT_THAT(drop.message(), HasSubstr("--max-drop 0.5% cannot be met"));
  EXPECT_THAT(drop.message(),
              HasSubstr("loses 5.00 ± 0.20 points, 4.30 too many"));
  EXPECT_THAT(drop.message(),
              HasSubstr("the fastest that meets it takes 20.000 ms"));
  EXPECT_THAT(drop.message(), HasSubstr("within --max-latency 5.5ms"));
  result.meets_latency = false;
  const Status latency = BudgetStatus(arguments, result);
  EXPECT_EQ(latency.code(), Code::kSpeedGate);
  EXPECT_THAT(latency.message(), HasSubstr("takes 6.000 ms, 0.500 too many"));
}

TEST(BudgetStatus, NamesNoPlanWhoseDropIsNoNumberAsOneThatMeetsIt) {
  SearchArguments arguments;
  arguments.max_drop = "0.5%";
  SearchResult result = Found(0.8, 0.85);
  result.meets_drop = false;
  result.frontier[0].drop = NAN;  // the fastest
  EXPECT_THAT(BudgetStatus(arguments, result).message(),
              HasSubstr("the fastest that meets it takes 20.000 ms"));
}

TEST(BudgetStatus, SaysThatTheSearchDidNotFinish) {
  SearchArguments arguments;
  arguments.max_drop = "0.5%";
  SearchResult result = Found(0.8, 0.85);
  result.meets_drop = false;
  result.end = SearchEnd::kOutOfTime;
  EXPECT_THAT(BudgetStatus(arguments, result).message(), HasSubstr("--resume"));
  result.trials = 0;
  EXPECT_THAT(BudgetStatus(arguments, result).message(),
              HasSubstr("was not verified"));
}

TEST(BudgetStatus, AsksForNoDropWhereNoneWasGiven) {
  SearchArguments arguments;
  arguments.max_latency = "7ms";
  SearchResult result = Found(0.8, 0.85);
  result.meets_drop = false;
  EXPECT_TRUE(BudgetStatus(arguments, result).ok());
}

TEST(Headline, SaysFirstThatItFellBack) {
  SearchArguments arguments;
  SearchResult result = Found(0.8, 0.9);
  EXPECT_THAT(Headline(arguments, result),
              HasSubstr("0 values kept out of int8: 0.00 ± 0.20 points below "
                        "float (all int8: 10.00 ± 1.00)"));
  result.chosen.kept = {"a"};
  result.chosen.precision = "bf16";
  EXPECT_THAT(Headline(arguments, result),
              testing::StartsWith("1 values kept out of int8, in bf16: 0.00"));
  result.fell_back = true;
  result.protect = "fp16";
  const std::string fell = Headline(arguments, result);
  EXPECT_THAT(fell, testing::StartsWith(
                        "fell back to fp16: all int8 loses 10.00 ± 1.00"));
  EXPECT_THAT(fell, HasSubstr("fp16 loses 0.00 ± 0.20, 6.00 ms (fp32 20.00"));
}

TEST(CheckSearchArguments, NeedsABudgetForWhatABudgetUses) {
  SearchArguments arguments;
  EXPECT_TRUE(CheckSearchArguments(arguments, false).ok());
  arguments.protect = "fp16";
  const Status status = CheckSearchArguments(arguments, false);
  EXPECT_EQ(status.code(), Code::kUsage);
  EXPECT_THAT(status.message(), HasSubstr("--keep PATTERN=fp16"));
  arguments.max_drop = "1%";
  EXPECT_TRUE(CheckSearchArguments(arguments, false).ok());
}

TEST(CheckSearchArguments, LabelledDataAreForABudgetOrAReport) {
  SearchArguments arguments;
  arguments.labelled.data = "case.json";
  const Status status = CheckSearchArguments(arguments, false);
  EXPECT_EQ(status.code(), Code::kUsage);
  EXPECT_THAT(status.message(), HasSubstr("--eval-data"));
  EXPECT_TRUE(CheckSearchArguments(arguments, true).ok());
  arguments.max_drop = "1%";
  EXPECT_TRUE(CheckSearchArguments(arguments, false).ok());
}

class Numbered : public SampleSource {
 public:
  explicit Numbered(int64_t size) : size_(size) {}
  int64_t size() const override { return size_; }
  Result<std::vector<Tensor>> Get(int64_t) const override {
    return std::vector<Tensor>();
  }
  std::string Name(int64_t i) const override { return std::to_string(i); }

 private:
  int64_t size_;
};

TEST(EverySecond, SplitsAListInTwo) {
  for (int64_t size : {1, 2, 5, 8}) {
    const Numbered all(size);
    const EverySecond a(all, false), b(all, true);
    EXPECT_EQ(a.size() + b.size(), size);
    std::vector<std::string> names;
    for (int64_t i = 0; i < a.size(); ++i) {
      names.push_back(a.Name(i));
      if (i < b.size()) names.push_back(b.Name(i));
    }
    for (int64_t i = 0; i < size; ++i) {
      EXPECT_EQ(names[size_t(i)], std::to_string(i));
    }
  }
}

}  // namespace
}  // namespace octet::cli
