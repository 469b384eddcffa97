#include "compile/search/value_rules.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "compile/search/search_testing.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Most values are cut off.
constexpr RangeChoice kHarmful{RangeRule::kPercentile, 10};
constexpr RangeChoice kSound{RangeRule::kMinMax, 0};

class ValueRulesTest : public testing::Test {
 protected:
  ValueRulesTest() : c_(CalibratedFrom(kCulprit)) { options_.threads = 1; }
  Result<std::vector<ValueRule>> Measured(int64_t samples = 4) {
    return MeasureValueRules(c_.graph, c_.ranges, c_.proposed,
                             SeededSamples(c_.graph, samples), options_);
  }

  Calibrated c_;
  ValueRuleOptions options_;
};

TEST_F(ValueRulesTest, LeavesAHarmfulRuleWhereAnotherIsBetter) {
  options_.common = kHarmful;
  options_.choices = {kHarmful, kSound};
  const auto rules = Measured();
  ASSERT_TRUE(rules.ok()) << rules.status().message();
  ASSERT_FALSE(rules->empty());
  for (const ValueRule& rule : *rules) {
    EXPECT_EQ(rule.choice.ToString(), "minmax") << rule.value;
    EXPECT_GT(rule.gain_db, 3) << rule.value;
  }
}

TEST_F(ValueRulesTest, KeepsTheCommonRuleWhereNoneIsBetter) {
  options_.common = kSound;
  options_.choices = {kSound, kHarmful};
  const auto rules = Measured();
  ASSERT_TRUE(rules.ok()) << rules.status().message();
  EXPECT_THAT(*rules, IsEmpty());
}

TEST_F(ValueRulesTest, TakesTheBestOfSeveral) {
  options_.common = kHarmful;
  const std::vector<RangeChoice> choices = {
      {RangeRule::kPercentile, 80}, kSound, {RangeRule::kPercentile, 60}};
  std::map<std::string, double> best;
  for (const RangeChoice& choice : choices) {
    options_.choices = {choice};
    const auto alone = Measured();
    ASSERT_TRUE(alone.ok()) << alone.status().message();
    for (const ValueRule& rule : *alone) {
      best[rule.value] = std::max(best[rule.value], rule.gain_db);
    }
  }
  options_.choices = choices;
  const auto rules = Measured();
  ASSERT_TRUE(rules.ok()) << rules.status().message();
  EXPECT_EQ(rules->size(), best.size());
  std::set<std::string> taken;
  for (const ValueRule& rule : *rules) {
    EXPECT_EQ(rule.gain_db, best.at(rule.value)) << rule.value;
    taken.insert(rule.choice.ToString());
  }
  EXPECT_GT(taken.size(), 1u);  // not the same for all
}

TEST_F(ValueRulesTest, AreTheSameWhateverTheThreads) {
  options_.common = kHarmful;
  options_.choices = {kSound};
  const auto one = Measured();
  options_.threads = 3;
  const auto three = Measured();
  ASSERT_TRUE(one.ok() && three.ok());
  ASSERT_EQ(one->size(), three->size());
  for (size_t i = 0; i < one->size(); ++i) {
    EXPECT_EQ((*one)[i].value, (*three)[i].value);
    EXPECT_EQ((*one)[i].gain_db, (*three)[i].gain_db);
  }
}

TEST_F(ValueRulesTest, NeedASampleThatCanBeRead) {
  options_.common = kSound;
  const auto none =
      MeasureValueRules(c_.graph, c_.ranges, c_.proposed,
                        SeededSamples(c_.graph, 2, {0, 1}), options_);
  EXPECT_EQ(none.status().code(), Code::kBadInput);
  EXPECT_THAT(none.status().message(), HasSubstr("no sample can be read"));
}

TEST_F(ValueRulesTest, GiveAValueTheParametersOfItsOwnRule) {
  const auto scale_of = [&](const std::string& value, const OwnChoices& own) {
    Plan plan = c_.proposed;
    EXPECT_TRUE(ChooseParams(c_.graph, c_.ranges, kSound, plan, own).ok());
    return plan.values.at(value).forms[0].quant.scale[0];
  };
  const OwnChoices own = {{"a", kHarmful}};
  EXPECT_LT(scale_of("a", own), scale_of("a", {}));
  EXPECT_EQ(scale_of("b", own), scale_of("b", {}));
}

}  // namespace
}  // namespace octet::compile
