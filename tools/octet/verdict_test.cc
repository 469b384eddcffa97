#include "verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "testing/classifier.h"

namespace octet::cli {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class VerdictTest : public testing::Test {
 protected:
  VerdictTest()
      : model_(Classifier()),
        path_(fs::path(testing::TempDir()) /
              ("verdict-" + std::to_string(getpid()) + ".octet")) {
    console_.json = true;
    request_.engine_path = path_;
    request_.time = false;
    options_.range_rule = "minmax";
  }
  ~VerdictTest() override { fs::remove(path_ + ".verdict.json"); }

  // The verdict on a build of the model; the same as the file that it leaves.
  nlohmann::json Give() {
    const auto ranges = Calibrate(model_, Samples());
    EXPECT_TRUE(ranges.ok()) << ranges.status().message();
    const auto build = BuildEngine(model_, &*ranges, options_);
    EXPECT_TRUE(build.ok()) << build.status().message();
    Result<VerdictFacts> given =
        GiveVerdict(model_, *build, options_, request_, console_);
    EXPECT_TRUE(given.ok()) << given.status().message();
    if (given.ok()) facts_ = *std::move(given);
    std::ifstream file(path_ + ".verdict.json");
    EXPECT_EQ(nlohmann::json::parse(file), console_.result());
    return console_.result();
  }

  Model model_;
  std::string path_;
  Console console_;
  BuildOptions options_;
  VerdictRequest request_;
  VerdictFacts facts_;  // of the last one given
};

TEST_F(VerdictTest, NamesWhatWasKeptAndWhy) {
  request_.measure = false;
  const nlohmann::json verdict = Give();
  EXPECT_EQ(verdict["nodes"], 2);
  EXPECT_EQ(verdict["int8_nodes"], 1);
  EXPECT_EQ(verdict["int8_mac_share"], 1.0);
  ASSERT_EQ(verdict["kept"].size(), 1u);
  EXPECT_EQ(verdict["kept"][0]["nodes"], nlohmann::json::array({"y"}));
  EXPECT_NE(verdict["kept"][0]["reason"], "");
}

TEST_F(VerdictTest, SaysSizesAndTheNextCommand) {
  request_.measure = false;
  const nlohmann::json verdict = Give();
  EXPECT_EQ(verdict["engine"], path_);
  EXPECT_GT(verdict["engine_bytes"], kIn * kClasses);
  EXPECT_EQ(verdict["model_weight_bytes"], kIn * kClasses * 4);
  EXPECT_THAT(verdict["verdict"].get<std::string>(),
              AllOf(HasSubstr(path_), HasSubstr("256 B of weights"),
                    Not(HasSubstr("as in float"))));
  EXPECT_THAT(verdict["next"].get<std::string>(), HasSubstr("octet eval"));
  EXPECT_FALSE(verdict.contains("agreement"));
}

TEST_F(VerdictTest, ComparesTheTopClassOfAClassifierOnAFewSamples) {
  request_.samples = std::make_unique<Samples>();
  const nlohmann::json verdict = Give();
  EXPECT_EQ(verdict["agreement"]["samples"], 32) << "of 40";
  EXPECT_GE(verdict["agreement"]["share"], 0.9);
  EXPECT_GT(verdict["agreement"]["sqnr_db"], 20.0);
  EXPECT_GT(verdict["f32_engine_bytes"], 0);
  EXPECT_THAT(verdict["verdict"].get<std::string>(),
              HasSubstr("of top answers as in float"));
  EXPECT_FALSE(verdict.contains("latency_ms"));
}

TEST_F(VerdictTest, HandsOnWhatItMeasured) {
  request_.samples = std::make_unique<Samples>();
  request_.time = request_.time_steps = true;
  const nlohmann::json verdict = Give();
  EXPECT_EQ(facts_.agreement->answers(), 32);
  EXPECT_EQ(double(facts_.agreement->equal()) / 32,
            verdict["agreement"]["share"]);
  ASSERT_TRUE(facts_.f32.has_value());
  EXPECT_EQ(facts_.f32->file_bytes, verdict["f32_engine_bytes"]);
  EXPECT_EQ(facts_.built.file_bytes, verdict["engine_bytes"]);
  EXPECT_EQ(facts_.built.latency->p50_ms, verdict["latency_ms"]["built"]);
  EXPECT_GT(facts_.built.memory->arena_bytes, 0);
  for (const EngineCost* cost : {&facts_.built, &*facts_.f32}) {
    ASSERT_EQ(cost->times.size(), cost->steps.size());
    for (const StepTime& time : cost->times) EXPECT_GE(time.runs, 10);
  }
}

TEST_F(VerdictTest, PassesOverASampleThatCannotBeRead) {
  request_.samples = std::make_unique<Samples>(3);
  EXPECT_EQ(Give()["agreement"]["samples"], 31);
}

TEST_F(VerdictTest, OfAFloatBuildComparesNothing) {
  options_.precision = "fp32";
  request_.samples = std::make_unique<Samples>();
  const nlohmann::json verdict = Give();
  EXPECT_EQ(verdict["int8_nodes"], 0);
  EXPECT_FALSE(verdict.contains("agreement"));
  EXPECT_FALSE(facts_.f32.has_value());
}

TEST_F(VerdictTest, ThatCannotBeWrittenIsAnError) {
  request_.measure = false;
  request_.engine_path = path_ + "/absent/e.octet";
  options_.precision = "fp32";
  const auto build = BuildEngine(model_, nullptr, options_);
  ASSERT_TRUE(build.ok());
  const Status given =
      GiveVerdict(model_, *build, options_, request_, console_).status();
  EXPECT_EQ(given.code(), Code::kBadInput);
  EXPECT_THAT(given.message(), HasSubstr("verdict.json"));
}

}  // namespace
}  // namespace octet::cli
