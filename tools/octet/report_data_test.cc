#include "report_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "testing/classifier.h"

namespace octet::cli {
namespace {

using testing::HasSubstr;

TEST(CheckReportPath, TakesPagesAndJson) {
  for (const char* path : {"", "a.html", "b/c.json", ".html"}) {
    EXPECT_TRUE(CheckReportPath(path).ok()) << path;
  }
  for (const char* path : {"a.htm", "report", "a.html.gz", "json"}) {
    const Status status = CheckReportPath(path);
    EXPECT_EQ(status.code(), Code::kUsage) << path;
    EXPECT_THAT(status.message(), HasSubstr("ends in .html or .json"));
  }
}

class GatherReportTest : public testing::Test {
 protected:
  GatherReportTest()
      : model_(Classifier()),
        path_(std::filesystem::path(testing::TempDir()) /
              ("report-" + std::to_string(getpid()) + ".octet")) {
    console_.json = true;
    console_.command_line = "octet build it";
    request_.engine_path = path_;
    request_.time = request_.time_steps = false;
    request_.samples = std::make_unique<Samples>();
    options_.range_rule = "minmax";
  }
  ~GatherReportTest() override {
    std::filesystem::remove(path_ + ".verdict.json");
  }

  report::Report Gather(bool are_calibrated = true) {
    const auto ranges = Calibrate(model_, Samples());
    const auto build = BuildEngine(model_, &*ranges, options_);
    EXPECT_TRUE(build.ok()) << build.status().message();
    const auto facts =
        GiveVerdict(model_, *build, options_, request_, console_);
    EXPECT_TRUE(facts.ok()) << facts.status().message();
    auto report = GatherReport(model_, *build, &*ranges, *facts,
                               {.samples = request_.samples.get(),
                                .are_calibrated = are_calibrated,
                                .settings = request_.settings,
                                .time = request_.time,
                                .search = search_,
                                .search_words = "found"},
                               console_);
    EXPECT_TRUE(report.ok()) << report.status().message();
    return *std::move(report);
  }

  Model model_;
  std::string path_;
  Console console_;
  BuildOptions options_;
  VerdictRequest request_;
  const SearchResult* search_ = nullptr;
};

SearchTrial Trial(double latency_ms, double drop) {
  SearchTrial trial;
  trial.latency_ms = latency_ms;
  trial.drop = drop;
  return trial;
}

TEST_F(GatherReportTest, PutsFloatFirstAndTheBuiltEngineLast) {
  const report::Report report = Gather();
  ASSERT_EQ(report.engines.size(), 3u);
  EXPECT_EQ(report.engines[0].precision, "fp32");
  EXPECT_FALSE(report.engines[0].agreement.has_value());
  EXPECT_THAT(report.engines[1].precision, testing::EndsWith("16"));
  EXPECT_EQ(report.engines[2].precision, "int8");
  for (const report::EngineRow* row :
       {&report.engines[1], &report.engines[2]}) {
    const report::Score& score = *row->agreement;
    EXPECT_EQ(score.count, 32);
    EXPECT_LE(score.low, score.value);
    EXPECT_GE(score.high, score.value);
    EXPECT_GT(row->file_bytes, 0);
    EXPECT_GT(row->memory->weight_bytes, 0);
    EXPECT_FALSE(row->speed.has_value()) << "was not asked for";
  }
  EXPECT_GT(*report.engines[1].sqnr_db, *report.engines[2].sqnr_db);
}

TEST_F(GatherReportTest, RanksValuesThatAreStoredInCodes) {
  const report::Report report = Gather();
  ASSERT_FALSE(report.sensitivity.empty());
  EXPECT_EQ(report.sensitivity[0].value, "x");
  EXPECT_THAT(report.sensitivity[0].readers, testing::ElementsAre("scores"));
  EXPECT_GT(report.sensitivity[0].loss, 0);
  options_.precision = "fp32";
  EXPECT_TRUE(Gather().sensitivity.empty());
}

TEST_F(GatherReportTest, ShowsWhatASearchCameTo) {
  SearchResult search;
  search.all_int8 = Trial(/*latency_ms=*/1, /*drop=*/0.02);
  search.chosen = Trial(2, 0.001);
  search.chosen.kept = {"x"};
  search.chosen.precision = "fp16";
  search.frontier = {Trial(0.5, NAN), search.all_int8};
  UnitSensitivity& ranked = search.ranking.emplace_back();
  ranked.gain_db = 3;
  ranked.has_gain = true;
  search_ = &search;
  const report::Report report = Gather();
  EXPECT_EQ(report.search, "found");
  ASSERT_EQ(report.frontier.size(), 2u) << "what was not measured is no point";
  EXPECT_EQ(report.frontier[0].drop, 2);
  EXPECT_FALSE(report.frontier[0].is_chosen);
  EXPECT_TRUE(report.frontier[1].is_chosen);
  EXPECT_THAT(report.frontier[1].plan, HasSubstr("1 values in fp16: x"));
  ASSERT_EQ(report.sensitivity.size(), 1u) << "what the search ranked";
  EXPECT_EQ(report.sensitivity[0].gain_db, 3);
}

TEST_F(GatherReportTest, JoinsNodesWithTheirPrecisionsAndTimes) {
  request_.time = request_.time_steps = true;
  const report::Report report = Gather();
  ASSERT_EQ(report.nodes.size(), 2u);
  EXPECT_EQ(report.nodes[0].node.name, "scores");
  EXPECT_EQ(report.nodes[0].precision, "int8");
  EXPECT_EQ(report.nodes[1].precision, "fp32");
  EXPECT_THAT(report.nodes[1].reason, HasSubstr("Softmax"));
  for (const report::NodeRow& row : report.nodes) {
    EXPECT_GT(row.us, 0) << row.node.name;
    EXPECT_GT(row.float_us, 0);
    EXPECT_NE(row.kernel, "");
  }
  EXPECT_GT(report.engines[2].speed->per_second, 0);
}

TEST_F(GatherReportTest, ComparesLayersAndShowsRanges) {
  const report::Report report = Gather();
  EXPECT_EQ(report.layers.samples, 8);
  EXPECT_FALSE(report.layers.layers.empty());
  ASSERT_FALSE(report.values.empty());
  EXPECT_EQ(report.values[0].name, "x");
  EXPECT_FALSE(report.values[0].bins.empty());
  EXPECT_EQ(report.reproduction.command, "octet build it");
  EXPECT_EQ(report.reproduction.engine_sha256.size(), 64u);
  EXPECT_EQ(report.reproduction.model_sha256, model_.hash());
}

TEST_F(GatherReportTest, NamesSamplesOnlyIfTheseWereCalibrated) {
  const report::Report report = Gather();
  const int64_t high = report.values[0].high_sample;
  EXPECT_THAT(report.sample_names,
              testing::Contains(std::pair(high, std::to_string(high))));
  EXPECT_TRUE(Gather(/*are_calibrated=*/false).sample_names.empty());
}

TEST_F(GatherReportTest, OfAnEngineAloneHasNoComparison) {
  request_.measure = false;
  const report::Report report = Gather();
  ASSERT_EQ(report.engines.size(), 1u);
  EXPECT_EQ(report.engines[0].precision, "int8");
  EXPECT_TRUE(report.layers.layers.empty());
  EXPECT_EQ(report.compared_samples, 0);
}

}  // namespace
}  // namespace octet::cli
