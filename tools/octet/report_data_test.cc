#include "report_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

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
    auto report =
        GatherReport(model_, *build, &*ranges, *facts,
                     {request_.samples.get(), are_calibrated}, console_);
    EXPECT_TRUE(report.ok()) << report.status().message();
    return *std::move(report);
  }

  Model model_;
  std::string path_;
  Console console_;
  BuildOptions options_;
  VerdictRequest request_;
};

TEST_F(GatherReportTest, PutsFloatFirstAndTheBuiltEngineLast) {
  const report::Report report = Gather();
  ASSERT_EQ(report.engines.size(), 2u);
  EXPECT_EQ(report.engines[0].precision, "fp32");
  EXPECT_FALSE(report.engines[0].agreement.has_value());
  EXPECT_EQ(report.engines[1].precision, "int8");
  const report::Score& score = *report.engines[1].agreement;
  EXPECT_EQ(score.count, 32);
  EXPECT_LT(score.low, score.value);
  EXPECT_GE(score.high, score.value);
  EXPECT_FALSE(report.engines[1].speed.has_value()) << "was not asked for";
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
  EXPECT_GT(report.engines[1].speed->per_second, 0);
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
