#include "check_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octet::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kWhole = R"(model = "net.onnx"
level = 2
[build]
calib = "photos"
preprocess = "how.toml"
method = "percentile:99.9"
keep = ["head.*=fp32"]
limit = 100
[data]
data = "/truth/annotations.json"
images = "../test"
[timing]
threads = 2
seconds = 0.5
[[gate]]
check = "loads"
[[gate]]
check = "smaller"
ratio = 0.4
[[gate]]
check = "faster"
ms = 12.5
percentile = 99
[[gate]]
check = "accurate"
metric = "map50"
drop = 0.01
[[gate]]
check = "agrees"
least = 1
)";

Status StatusOf(std::string_view text) {
  return ParseCheckConfig(text, "check.toml", "").status();
}

TEST(ParseCheckConfig, ReadsEveryFieldAndKeepsTheOrderOfGates) {
  const auto config = ParseCheckConfig(kWhole, "check.toml", "ci/here");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->model, "ci/here/net.onnx");
  EXPECT_EQ(config->calib, "ci/here/photos");
  EXPECT_EQ(config->preprocess, "ci/here/how.toml");
  EXPECT_EQ(config->method, "percentile:99.9");
  EXPECT_THAT(config->keep, ElementsAre("head.*=fp32"));
  EXPECT_EQ(config->limit, 100);
  EXPECT_EQ(config->data, "/truth/annotations.json");
  EXPECT_EQ(config->images, "ci/test");
  EXPECT_EQ(config->threads, 2);
  EXPECT_EQ(config->seconds, 0.5);
  ASSERT_EQ(config->gates.size(), 5u);
  EXPECT_EQ(config->gates[0].kind, GateKind::kLoads);
  EXPECT_EQ(config->gates[1].ratio, 0.4);
  EXPECT_EQ(config->gates[2].ms, 12.5);
  EXPECT_EQ(config->gates[2].percentile, 99);
  EXPECT_EQ(config->gates[3].drop, 0.01);
  EXPECT_EQ(config->gates[3].metric, "map50");
  EXPECT_EQ(config->gates[4].least, 1.0);
}

TEST(ParseCheckConfig, LeavesPresetsAndAbsentPathsAsTheyAre) {
  const auto config = ParseCheckConfig(R"(model = "m.onnx"
shapes = ["N=8", "x:1x3"]
engine = "m.octet"
[build]
preprocess = "imagenet"
[[gate]]
check = "loads"
)",
                                       "check.toml", "folder");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->preprocess, "imagenet");
  EXPECT_EQ(config->engine, "folder/m.octet");
  EXPECT_EQ(config->calib, "");
  EXPECT_THAT(config->shapes, ElementsAre("N=8", "x:1x3"));
}

TEST(ParseCheckConfig, RefusesBesideAnEngineWhatOnlyBuildsOne) {
  const std::string begin = "model = \"m\"\nengine = \"e\"\n[build]\n";
  const std::string end = "[[gate]]\ncheck = \"loads\"\n";
  const std::string said =
      StatusOf(begin + "keep = [\"a=fp32\"]\nmethod = \"mse\"\n" + end)
          .message();
  EXPECT_THAT(said, HasSubstr("[build] has 'method', 'keep'"));
  EXPECT_THAT(said, HasSubstr("'engine'"));
  EXPECT_THAT(StatusOf(begin + "ranges = \"r\"\n" + end).message(),
              HasSubstr("[build] has 'ranges'"));
  // These say what the engine is compared on.
  EXPECT_TRUE(StatusOf(begin + "calib = \"c\"\nlimit = 3\n" + end).ok());
}

TEST(ParseCheckConfig, ListsEveryFaultAtOnceWithWhatWasMeant) {
  const Status status = StatusOf(R"(modell = "net.onnx"
[build]
calib = "photos"
metod = "mse"
method = "entropi"
[timing]
threads = -1
[[gate]]
check = "fastr"
[[gate]]
check = "smaller"
bytes = 100
ratio = 0.5
[[gate]]
check = "accurate"
metric = "map55"
[[gate]]
least = 0.5
)");
  EXPECT_EQ(status.code(), Code::kBadInput);
  for (const char* fault :
       {"\"modell\"; did you mean 'model'?", "has no 'model'",
        "[build]: unknown key \"metod\"; did you mean 'method'?",
        "did you mean 'entropy'?", "'threads' is -1",
        "gate 1: 'check' is 'fastr'; did you mean 'faster'?",
        "gate 2: wants either 'bytes' or 'ratio'",
        "gate 3: 'metric' is 'map55'; did you mean 'map50'?",
        "gate 3: wants either 'least' or 'drop'", "gate 4: has no 'check'",
        "[data] names no labelled 'data'"}) {
    EXPECT_THAT(status.message(), HasSubstr(fault));
  }
}

// What one gate, in an otherwise good file, is refused with.
std::string Refusal(const std::string& gate) {
  const Status status = StatusOf(
      "model = \"m\"\n[build]\ncalib = \"c\"\n[data]\ndata = \"d\"\n"
      "[[gate]]\n" +
      gate);
  return status.ok() ? "" : status.message();
}

TEST(ParseCheckConfig, HoldsEachLimitToItsGateAndItsBounds) {
  const struct {
    const char* gate;
    const char* said;  // empty: accepted
  } kCases[] = {
      {"check = \"loads\"", ""},
      {"check = \"loads\"\nratio = 1", "unknown key \"ratio\""},
      {"check = \"smaller\"\nbytes = 1", ""},
      {"check = \"smaller\"\nbytes = 0", "'bytes' is 0"},
      {"check = \"smaller\"\nbytes = 1.5", "'bytes' is 1.5"},
      {"check = \"smaller\"", "wants either"},
      {"check = \"faster\"\nratio = -1", "'ratio' is -1"},
      {"check = \"faster\"\nratio = nan", "'ratio' is"},
      {"check = \"faster\"\nms = 3\npercentile = 90", ""},
      {"check = \"faster\"\nms = 3\npercentile = 95",
       "'percentile' is 95, expected 50, 90 or 99"},
      {"check = \"faster\"\nratio = 2\npercentile = 50", "goes with 'ms'"},
      {"check = \"accurate\"\nleast = 1.01", "'least' is 1.01"},
      {"check = \"accurate\"\nleast = 0\ndrop = 0", "wants either"},
      {"check = \"agrees\"", "wants 'least'"},
      {"check = 5", "'check' is 5"},
  };
  for (const auto& [gate, said] : kCases) {
    const std::string refusal = Refusal(gate);
    if (*said == '\0') {
      EXPECT_EQ(refusal, "") << gate;
    } else {
      EXPECT_THAT(refusal, HasSubstr(said)) << gate;
    }
  }
}

TEST(ParseCheckConfig, RefusesALevelThatDoesNotExistYet) {
  const std::string rest =
      "model = \"m\"\nengine = \"e\"\n[[gate]]\ncheck = \"loads\"\n";
  EXPECT_TRUE(StatusOf("level = 2\n" + rest).ok());
  const Status dynamic = StatusOf("level = 1\n" + rest);
  EXPECT_EQ(dynamic.code(), Code::kUnsupported);
  EXPECT_THAT(dynamic.message(), AllOf(HasSubstr("level 1 (dynamic)"),
                                       HasSubstr("level 2 (static)")));
  EXPECT_EQ(StatusOf("level = 3\n" + rest).code(), Code::kUnsupported);
  EXPECT_EQ(StatusOf("level = 4\n" + rest).code(), Code::kBadInput);
}

TEST(ParseCheckConfig, WantsWhatItsGatesNeed) {
  EXPECT_THAT(StatusOf("model = \"m\"\n[[gate]]\ncheck = \"loads\"").message(),
              HasSubstr("neither an 'engine' nor"));
  EXPECT_THAT(StatusOf("model = \"m\"\nengine = \"e\"").message(),
              HasSubstr("has no [[gate]]"));
  EXPECT_THAT(StatusOf("model = \"m\"\nengine = \"e\"\n[[gate]]\n"
                       "check = \"agrees\"\nleast = 0.9")
                  .message(),
              HasSubstr("names no 'calib' samples"));
}

TEST(ParseCheckConfig, RefusesOtherShapesOfDocuments) {
  for (const char* text :
       {"", "gate = 3", "build = [1]", "model = [", "gate = [1, 2]",
        "data = \"d\"", "[[gate]]\ncheck = \"loads\"\n[[gate.x]]"}) {
    EXPECT_EQ(StatusOf(text).code(), Code::kBadInput) << text;
  }
}

}  // namespace
}  // namespace octet::cli
