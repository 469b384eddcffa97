#include "report/report_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/testing/example.h"

namespace octet::report {
namespace {

using nlohmann::json;

json Written(const Report& report) {
  const json read = json::parse(ToJson(report), nullptr, false);
  EXPECT_FALSE(read.is_discarded());
  return read;
}

TEST(ReportJson, HoldsEveryPart) {
  const json read = Written(Example());
  EXPECT_EQ(read["format"], "octet report");
  EXPECT_EQ(read["version"], kReportVersion);
  EXPECT_EQ(read["verdict"]["level"], "fit");
  EXPECT_EQ(read["engines"][1]["precision"], "int8");
  EXPECT_EQ(read["engines"][1]["speed"]["p99_ms"], 6);
  EXPECT_EQ(read["engines"][1]["memory"]["arena_bytes"], 300);
  EXPECT_EQ(read["engines"][1]["agreement"]["count"], 400);
  EXPECT_EQ(read["agreement"]["answers"], "detections");
  EXPECT_EQ(read["agreement"]["changes"][0]["sample"], "a.png");
  EXPECT_EQ(read["nodes"][0]["inputs"], json::array({"x"}));
  EXPECT_EQ(read["nodes"][1]["precision"], "fp32");
  EXPECT_EQ(read["values"][0]["forms"][0]["busy_codes"], 200);
  EXPECT_EQ(read["values"][0]["histogram"]["counts"],
            json::array({10, 50, 30, 4, 1}));
  EXPECT_EQ(read["values"][0]["seen"]["high_sample"], "b.png");
  EXPECT_FALSE(read["values"][0]["seen"].contains("low_sample"));
  EXPECT_EQ(read["layers"]["rows"][0]["own_sqnr_db"], 36);
  EXPECT_EQ(read["layers"]["first_jump"], "conv1.y");
  EXPECT_EQ(read["tried"][0]["rule"], "mse");
  EXPECT_EQ(read["sensitivity"][0]["readers"], json::array({"conv2"}));
  EXPECT_EQ(read["frontier"][1]["is_chosen"], true);
  EXPECT_EQ(read["suspects"][0]["kind"], "outlier sample");
  EXPECT_EQ(read["suspects"][0]["keep"], json::array({"conv2"}));
  EXPECT_EQ(read["reproduction"]["model_sha256"], "aa");
}

TEST(ReportJson, LeavesOutWhatWasNotMeasured) {
  const json read = Written(Report());
  for (const char* part :
       {"engines", "agreement", "metric", "nodes", "values", "layers", "tried",
        "sensitivity", "frontier", "suspects"}) {
    EXPECT_FALSE(read.contains(part)) << part;
  }
  EXPECT_EQ(read["verdict"]["level"], "unmeasured");
  Report report = Example();
  report.engines[1].speed.reset();
  report.engines[1].memory.reset();
  report.engines[1].sqnr_db.reset();
  report.nodes[0].us = 0;
  report.values[0].count = 0;
  const json less = Written(report);
  EXPECT_FALSE(less["engines"][1].contains("speed"));
  EXPECT_FALSE(less["engines"][1].contains("memory"));
  EXPECT_FALSE(less["engines"][1].contains("sqnr_db"));
  EXPECT_FALSE(less["engines"][1].contains("accuracy"));
  EXPECT_FALSE(less["nodes"][0].contains("us"));
  EXPECT_FALSE(less["values"][0].contains("histogram"));
}

TEST(ReportJson, IsTheSameBytesForTheSameReport) {
  EXPECT_EQ(ToJson(Example()), ToJson(Example()));
}

TEST(ReportJson, SurvivesNamesAndNumbersThatJsonHasNot) {
  Report report = Example();
  report.model = "bad \xff utf-8 \"quoted\"\n";
  report.layers.layers[0].sqnr_db = std::nan("");
  report.layers.layers[0].max_error = INFINITY;
  const json read = Written(report);
  EXPECT_EQ(read["model"], "bad \xEF\xBF\xBD utf-8 \"quoted\"\n");
  EXPECT_TRUE(read["layers"]["rows"][0]["sqnr_db"].is_null());
  EXPECT_TRUE(read["layers"]["rows"][0]["max_error"].is_null());
}

}  // namespace
}  // namespace octet::report
