#include "compile/search/plan_search.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "base/file.h"
#include "compile/plan/check_plan.h"
#include "compile/search/search_testing.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::set<std::string> Int8Nodes(const Engine& engine) {
  std::set<std::string> names;
  for (const NodeNote& note : engine.notes()) {
    if (note.precision == "int8") names.insert(note.node);
  }
  return names;
}

class PlanSearchTest : public testing::Test {
 protected:
  PlanSearchTest() : c_(CalibratedFrom(kCulprit)), samples_(c_.graph, 4) {
    options_.seconds = 1e9;
    options_.threads = 1;
    options_.max_drop = 0.02;
    options_.latency_ms = [](const Engine& engine) -> Result<double> {
      return 10.0 - double(Int8Nodes(engine).size());
    };
    LoseBy({"left", "right"});
  }
  ~PlanSearchTest() override {
    for (const std::string& path :
         {path_, path_ + ".plan", path_ + ".sensitivity"}) {
      std::filesystem::remove(path);
    }
  }

  // Each of these nodes costs five points in int8; every node a tenth.
  void LoseBy(std::set<std::string> costly) {
    options_.accuracy = [this,
                         costly](const Engine& engine) -> Result<Accuracy> {
      ++measured_;
      Accuracy accuracy{.value = 0.9, .without = {}};
      for (const std::string& node : Int8Nodes(engine)) {
        accuracy.value -= costly.contains(node) ? 0.05 : 0.001;
      }
      for (const double off : off_) {
        accuracy.without.push_back(accuracy.value +
                                   (Int8Nodes(engine).empty() ? off : -off));
      }
      return accuracy;
    };
  }

  Result<FoundPlan> Search() {
    return SearchPlan(c_.graph, c_.plan, Precision::kF32, samples_, options_);
  }
  FoundPlan MustSearch() {
    Result<FoundPlan> found = Search();
    EXPECT_TRUE(found.ok()) << found.status().message();
    EXPECT_TRUE(CheckForms(c_.graph, found->plan).ok());
    return *std::move(found);
  }

  const std::string path_ = testing::TempDir() + "/search.part";
  Calibrated c_;
  SeededSamples samples_;
  SearchOptions options_;
  int measured_ = 0;
  std::vector<double> off_;  // of the float model's groups; int8's are below
};

TEST_F(PlanSearchTest, KeepsOnlyTheCulpritAndSaysWhatItIsWorth) {
  const FoundPlan found = MustSearch();
  EXPECT_THAT(found.result.chosen.kept, ElementsAre("wide"));
  EXPECT_TRUE(found.result.meets_drop);
  EXPECT_EQ(found.result.end, SearchEnd::kFinished);
  EXPECT_EQ(found.plan.nodes.at("left").precision, Precision::kF32);
  EXPECT_EQ(Describe(found.plan.nodes.at("right").reason),
            "kept: sensitive (-10.0 points)");
  EXPECT_EQ(found.plan.nodes.at("zeroth").precision, Precision::kInt8);
  EXPECT_NEAR(found.result.chosen.int8_mac_share, 0.6, 1e-9);
}

TEST_F(PlanSearchTest, LeavesEverythingInInt8WhereThatIsEnough) {
  options_.max_drop = 0.2;
  const FoundPlan found = MustSearch();
  EXPECT_THAT(found.result.chosen.kept, IsEmpty());
  EXPECT_EQ(measured_, 2);  // int8 and float
}

TEST_F(PlanSearchTest, LeavesInInt8WhatIsNotShownToLoseTooMuch) {
  // 0.103 less an error of 0.09 is within 0.02, less one of 0.08 is not.
  off_ = {0.09 / 2, -0.09 / 2};
  const FoundPlan found = MustSearch();
  EXPECT_THAT(found.result.chosen.kept, IsEmpty());
  EXPECT_TRUE(found.result.meets_drop);
  EXPECT_NEAR(found.result.chosen.drop, 0.103, 1e-9);
  EXPECT_NEAR(found.result.chosen.drop_error, 0.09, 1e-9);
  off_ = {0.08 / 2, -0.08 / 2};
  EXPECT_THAT(MustSearch().result.chosen.kept, ElementsAre("wide"));
}

TEST_F(PlanSearchTest, TakesBackWhatDoesNotHelp) {
  // The ranking puts `wide` first, but the loss is elsewhere.
  LoseBy({"after_left"});
  const FoundPlan found = MustSearch();
  EXPECT_TRUE(found.result.meets_drop);
  EXPECT_THAT(found.result.chosen.kept, ElementsAre("a"));
}

TEST_F(PlanSearchTest, SaysThatTheLatencyCannotBeMet) {
  options_.max_latency_ms = 1;
  const FoundPlan found = MustSearch();
  EXPECT_FALSE(found.result.meets_latency);
  EXPECT_THAT(found.result.chosen.kept, IsEmpty());
  EXPECT_DOUBLE_EQ(found.result.chosen.latency_ms, 5);
}

TEST_F(PlanSearchTest, GivesTheMostAccuratePlanWithinTheLatency) {
  // `wide` keeps two nodes back, any other value one.
  LoseBy({"left", "right", "after_left"});
  options_.max_latency_ms = 7;
  options_.fall_back_drop = 1;
  const FoundPlan found = MustSearch();
  EXPECT_TRUE(found.result.meets_latency);
  EXPECT_FALSE(found.result.meets_drop);
  EXPECT_THAT(found.result.chosen.kept, ElementsAre("wide"));
  EXPECT_FALSE(found.result.fell_back);
}

TEST_F(PlanSearchTest, FallsBackToFloatWhereNothingFasterRepairsIt) {
  options_.latency_ms = [](const Engine& engine) -> Result<double> {
    return Int8Nodes(engine).size() == 5 ? 1.0
           : Int8Nodes(engine).empty()   ? 2.0
                                         : 3.0;
  };
  const FoundPlan found = MustSearch();
  EXPECT_TRUE(found.result.fell_back);
  EXPECT_TRUE(found.result.chosen.is_float);
  EXPECT_TRUE(found.result.meets_drop);
  for (const auto& [name, node] : found.plan.nodes) {
    EXPECT_EQ(node.precision, Precision::kF32) << name;
  }
  options_.fall_back_drop = 0.5;
  EXPECT_FALSE(MustSearch().result.fell_back);
}

TEST_F(PlanSearchTest, ListsPlansOfWhichNoneIsWorseInBoth) {
  const FoundPlan found = MustSearch();
  const auto& frontier = found.result.frontier;
  ASSERT_GE(frontier.size(), 3u);
  EXPECT_THAT(frontier.front().kept, IsEmpty());
  EXPECT_TRUE(frontier.back().is_float);
  for (size_t i = 1; i < frontier.size(); ++i) {
    EXPECT_GT(frontier[i].latency_ms, frontier[i - 1].latency_ms);
    EXPECT_GT(frontier[i].accuracy, frontier[i - 1].accuracy);
  }
}

TEST_F(PlanSearchTest, HasAPlanOnDiskBeforeAnythingIsMeasured) {
  options_.plan_path = path_ + ".plan";
  bool asked = false;
  const auto accuracy = options_.accuracy;
  options_.accuracy = [&](const Engine& engine) {
    asked = true;
    const auto text = ReadTextFile(options_.plan_path, size_t{1} << 20);
    EXPECT_TRUE(text.ok());
    const Result<Plan> plan = PlanFromJson(*text, "plan");
    EXPECT_TRUE(plan.ok() && CheckForms(c_.graph, *plan).ok());
    return accuracy(engine);
  };
  const FoundPlan found = MustSearch();
  EXPECT_TRUE(asked);
  EXPECT_EQ(*ReadTextFile(options_.plan_path, size_t{1} << 20),
            ToJson(found.plan));
}

TEST_F(PlanSearchTest, StopsWhenTimeIsUpWithWhatItHas) {
  options_.seconds = 0;
  const FoundPlan found = MustSearch();
  EXPECT_EQ(found.result.end, SearchEnd::kOutOfTime);
  EXPECT_FALSE(found.result.meets_drop);
  EXPECT_EQ(ToJson(found.plan), ToJson(c_.plan));
}

TEST_F(PlanSearchTest, GoesOnToTheSamePlanAfterEveryStop) {
  const FoundPlan whole = MustSearch();
  const int needed = std::exchange(measured_, 0);
  options_.state_path = path_;
  options_.resume = true;
  int stops = 0;
  FoundPlan found;
  for (bool finished = false; !finished && stops < 100; ++stops) {
    options_.stop = [left = 2]() mutable { return left-- <= 0; };
    found = MustSearch();
    finished = found.result.end == SearchEnd::kFinished;
  }
  EXPECT_GE(stops, 5);
  EXPECT_EQ(ToJson(found.plan), ToJson(whole.plan));
  EXPECT_EQ(measured_, needed);  // nothing twice
}

TEST_F(PlanSearchTest, RefusesTheStateOfAnotherBudget) {
  options_.state_path = path_;
  options_.resume = true;
  MustSearch();
  options_.max_drop = 0.5;
  const auto other = Search();
  EXPECT_EQ(other.status().code(), Code::kBadInput);
  EXPECT_THAT(other.status().message(), HasSubstr("budget"));
}

TEST_F(PlanSearchTest, PassesErrorsOfMeasuringOn) {
  options_.accuracy = [](const Engine&) -> Result<Accuracy> {
    return Status(Code::kBadInput, "labels.json: damaged");
  };
  EXPECT_THAT(Search().status().message(), HasSubstr("labels.json"));
}

TEST(FastestSteps, AreFasterThanNothing) {
  const Calibrated c = CalibratedFrom(kCulprit);
  const auto ms = FastestSteps(*EngineOf(c.graph, c.plan, false));
  ASSERT_TRUE(ms.ok());
  EXPECT_GT(*ms, 0);
}

}  // namespace
}  // namespace octet::compile
