#include "vision/settings.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vision/document.h"
#include "vision/presets.h"
#include "vision/testing/data.h"

namespace octet::vision {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kDetector[] = R"(
resize = "letterbox_center"
size = [320, 320]
pad_value = 114
color = "RGB"
mean = [0, 0, 0]
scale = [0.5, 0.5, 0.5]

[detect]
decoder = "yolov5"
names = ["scratch", "dent \"deep\""]
score_threshold = 0.3
nms_iou = 0.6
max_det = 50
strides = [8, 16]
input_hw = [320, 320]
anchors = [[10, 13, 16, 30], [30.5, 61, 62, 45]]
)";

std::string ErrorOf(const Result<Settings>& settings) {
  EXPECT_FALSE(settings.ok());
  return settings.status().message();
}

TEST(Settings, ReadPreprocessingAndDetectionFromToml) {
  const Result<Settings> settings = SettingsFromToml(kDetector, "d.toml");
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_EQ(settings->preprocess.pad_value, 114);
  ASSERT_TRUE(settings->detect.has_value());
  const DetectSpec& detect = *settings->detect;
  EXPECT_EQ(detect.decoder, "yolov5");
  EXPECT_THAT(detect.names, ElementsAre("scratch", "dent \"deep\""));
  EXPECT_EQ(detect.score_threshold, 0.3);
  EXPECT_EQ(detect.max_det, 50);
  EXPECT_THAT(detect.strides, ElementsAre(8, 16));
  EXPECT_EQ(detect.input_width, 320);
  EXPECT_THAT(detect.anchors[1], ElementsAre(30.5, 61, 62, 45));
}

TEST(Settings, ReadWhatTheyWrite) {
  const Result<Settings> settings = SettingsFromToml(kDetector, "d.toml");
  ASSERT_TRUE(settings.ok());
  const std::string text = ToText(*settings);
  const Result<Settings> again = SettingsFromToml(text, "again");
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(ToText(*again), text);
}

TEST(Settings, TakeTheDecodersOwnOverlapIfNoneIsGiven) {
  const Result<Settings> settings =
      SettingsFromToml("[detect]\ndecoder = 'yolox'\n", "d.toml");
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->detect->nms_iou, 0.65);
}

TEST(Settings, SuggestForUnknownKeysInEachTable) {
  EXPECT_THAT(ErrorOf(SettingsFromToml("[detct]\n", "d.toml")),
              HasSubstr("did you mean 'detect'?"));
  EXPECT_THAT(ErrorOf(SettingsFromToml("[detect]\nmax_dets = 3\n", "d.toml")),
              HasSubstr("did you mean 'max_det'?"));
  EXPECT_THAT(ErrorOf(SettingsFromToml("[detect]\ndecoder='yolov7'", "d.toml")),
              HasSubstr("did you mean 'yolov"));
}

TEST(Settings, RefuseWrongValuesOfDetection) {
  for (const char* line :
       {"decoder = 3", "score_threshold = 1.5", "nms_iou = -1", "max_det = 0",
        "strides = [0]", "strides = [1,2,3,4,5,6,7,8,9]", "input_hw = [3]",
        "anchors = [[1, 2, 3]]", "anchors = 4", "anchors = [['a', 'b']]",
        "names = [1]", "names = [\"a\\u0007\"]"}) {
    EXPECT_FALSE(
        SettingsFromToml(std::string("[detect]\n") + line, "d.toml").ok())
        << line;
  }
  EXPECT_FALSE(SettingsFromToml("detect = 3", "d.toml").ok());
}

TEST(Settings, ReadACase) {
  const Result<Settings> settings = SettingsFromCase(
      R"({"task": "detection", "notes": [[]],
          "preprocess": {"resize": "stretch", "size": [352, 352],
                         "color": "BGR", "mean": [0, 0, 0],
                         "scale": [1, 1, 1], "text": "..."},
          "decode": {"type": "fastestdet", "input_hw": [352, 352],
                     "score_threshold": 0.001, "nms_iou": 0.45,
                     "max_det": 100, "text": "..."}})",
      "case.json");
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_EQ(settings->preprocess.color, ColorOrder::kBgr);
  EXPECT_EQ(settings->detect->decoder, "fastestdet");
  EXPECT_EQ(settings->detect->score_threshold, 0.001);
}

TEST(Settings, TakeNoDetectionFromAClassifiersCase) {
  const Result<Settings> settings = SettingsFromCase(
      R"({"task": "classification", "preprocess": {"size": [8, 8]},
          "decode": {"type": "logits"}})",
      "case.json");
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_FALSE(settings->detect.has_value());
}

TEST(Settings, RefuseACaseWithoutPreprocessing) {
  EXPECT_THAT(ErrorOf(SettingsFromCase("{}", "case.json")),
              HasSubstr("'preprocess'"));
  EXPECT_FALSE(SettingsFromCase("[]", "case.json").ok());
  EXPECT_FALSE(SettingsFromCase("{\"preprocess\": \"done\"}", "c").ok());
  EXPECT_FALSE(SettingsFromCase("{", "case.json").ok());
}

TEST(LoadSettings, TakesAPresetOrAFile) {
  EXPECT_TRUE(LoadSettings("raw")->preprocess.raw);
  const std::string path = testing::TempDir() + "settings_test.toml";
  std::ofstream(path) << kDetector;
  const Result<Settings> settings = LoadSettings(path);
  EXPECT_TRUE(settings.ok()) << settings.status().message();
  std::filesystem::remove(path);
  EXPECT_EQ(LoadSettings(path).status().code(), Code::kBadInput);
  EXPECT_THAT(ErrorOf(LoadSettings("imagnet")),
              HasSubstr("did you mean 'imagenet'?"));
}

TEST(LoadSettings, ReadsEveryRealCaseOfPictures) {
  int cases = 0;
  for (const char* name : {"cls-mnist", "cls-squeezenet", "det-yolox-nano",
                           "cls-pcb-mobilenetv2-qdq", "det-picodet-s"}) {
    const std::string path = RealData(std::string(name) + "/case.json");
    if (!std::filesystem::exists(path)) continue;
    ++cases;
    const Result<Settings> settings = LoadSettings(path);
    EXPECT_TRUE(settings.ok()) << settings.status().message();
  }
  if (cases == 0) GTEST_SKIP() << "no real data";
}

TEST(ParseToml, RefusesDeepNestingOfEveryKind) {
  const auto repeated = [](const std::string& part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
  };
  for (const std::string& text :
       {"a = " + repeated("[", 100000), "a = " + repeated("{a=", 100000),
        "a" + repeated(".a", 100000) + " = 1",
        "[a" + repeated(".a", 100000) + "]",
        "a = [" + repeated("{\"a\".\"b\" = [", 50000)}) {
    const Result<nlohmann::json> document = ParseToml(text, "deep.toml");
    ASSERT_FALSE(document.ok());
    EXPECT_THAT(document.status().message(), HasSubstr("deeper than"));
  }
  EXPECT_FALSE(ParseJson(repeated("[", 100000), "deep.json").ok());
}

TEST(ParseToml, DoesNotCountBracketsInStringsAndComments) {
  const std::string brackets(100, '[');
  for (const std::string& text :
       {"a = \"" + brackets + "\\\"" + brackets + "\"",
        "a = '" + brackets + "'", "# " + brackets + "\na = 1",
        "a = \"\"\"" + brackets + "\n\"" + brackets + "\"\"\"\"",
        "a = '''" + brackets + "''" + brackets + "'''"}) {
    const Result<nlohmann::json> document = ParseToml(text, "a.toml");
    EXPECT_TRUE(document.ok()) << document.status().message();
  }
  EXPECT_TRUE(ParseJson("\"" + brackets + "\"", "a.json").ok());
}

}  // namespace
}  // namespace octet::vision
