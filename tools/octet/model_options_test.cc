#include "model_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace octet::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Shapes are read before the file, so that a model that is not there tells a
// right shape from a wrong one.
Status OpenWith(const std::vector<std::string>& shapes) {
  ModelArguments arguments;
  arguments.path = "/absent/model.onnx";
  arguments.shapes = shapes;
  return arguments.Open().status();
}

class RightShape : public testing::TestWithParam<const char*> {};

TEST_P(RightShape, IsTaken) {
  const Status status = OpenWith({GetParam()});
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_THAT(status.message(), HasSubstr("/absent/model.onnx"));
}

INSTANTIATE_TEST_SUITE_P(ModelArguments, RightShape,
                         testing::Values("x:1", "images:1x3x640x640", "N=8",
                                         "a:b:1x2", "x:1x1x1x1x1x1x1x1",
                                         "name with = sign=3"));

class WrongShape : public testing::TestWithParam<const char*> {};

TEST_P(WrongShape, IsAUsageErrorThatShowsTheForm) {
  const Status status = OpenWith({"N=1", GetParam()});
  EXPECT_EQ(status.code(), Code::kUsage);
  EXPECT_THAT(status.message(),
              HasSubstr("'" + std::string(GetParam()) + "': expected INPUT:"));
}

INSTANTIATE_TEST_SUITE_P(ModelArguments, WrongShape,
                         testing::Values("", "x", "x:", ":1x2", "x:1x",
                                         "x:1xx2", "x:0", "x:-1", "x:1x3.5",
                                         "x:1X3", "x:1x1x1x1x1x1x1x1x1", "=8",
                                         "N=", "N=0", "N=-2", "N=8x",
                                         "x:99999999999999999999",
                                         "N=99999999999999999999"));

TEST(ModelArguments, TakeSeveralShapesWithCommasAndLeaveTheModel) {
  CLI::App app;
  ModelArguments arguments;
  arguments.Add(app);
  app.parse("--shapes a:1x2,b:3 net.onnx --shapes N=4");
  EXPECT_EQ(arguments.path, "net.onnx");
  EXPECT_EQ(arguments.shapes,
            (std::vector<std::string>{"a:1x2", "b:3", "N=4"}));
}

// --- preprocessing beside a model ---

class BesideModel : public testing::Test {
 protected:
  BesideModel()
      : folder_(fs::path(testing::TempDir()) /
                ("beside-" + std::to_string(getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~BesideModel() override { fs::remove_all(folder_); }

  void Write(const std::string& name, const std::string& color) {
    std::ofstream(folder_ / name)
        << "resize = \"stretch\"\nsize = [8, 8]\ncolor = \"" << color
        << "\"\nmean = [0, 0, 0]\nscale = [1, 1, 1]\n";
  }
  vision::Preprocess Load(const std::string& option = "") {
    const auto settings = LoadPreprocess(option, folder_ / "net.onnx");
    EXPECT_TRUE(settings.ok()) << settings.status().message();
    return settings.ok() ? settings->preprocess : vision::Preprocess();
  }

  fs::path folder_;
};

TEST_F(BesideModel, NothingMeansTensorsAsTheyAre) { EXPECT_TRUE(Load().raw); }

TEST_F(BesideModel, TheModelsOwnFileGoesBeforeTheFolders) {
  Write("preprocess.toml", "BGR");
  const vision::Preprocess folders = Load();
  EXPECT_FALSE(folders.raw);
  Write("net.preprocess.toml", "RGB");
  EXPECT_NE(Load().color, folders.color);
}

TEST_F(BesideModel, WhatIsAskedForGoesBeforeBoth) {
  Write("net.preprocess.toml", "RGB");
  EXPECT_TRUE(Load("raw").raw);
}

TEST_F(BesideModel, AMistypedPresetIsAnsweredWithTheNearest) {
  const auto settings = LoadPreprocess("imagnet", folder_ / "net.onnx");
  EXPECT_EQ(settings.status().code(), Code::kUsage);
  EXPECT_THAT(settings.status().message(), HasSubstr("imagenet"));
}

TEST(RecordedPreprocess, IsEmptyForTensorsAsTheyAre) {
  const auto raw = vision::LoadSettings("raw");
  ASSERT_TRUE(raw.ok());
  EXPECT_EQ(*RecordedPreprocess(*raw, {}), "");
}

TEST(RecordedPreprocess, TakesOpenSizesFromTheModel) {
  const auto yolo = vision::LoadSettings("yolov8");
  ASSERT_TRUE(yolo.ok());
  const auto text = RecordedPreprocess(
      *yolo, {{"images", DType::kF32, Shape{1, 3, 96, 160}}});
  ASSERT_TRUE(text.ok()) << text.status().message();
  EXPECT_THAT(*text, HasSubstr("96"));
  EXPECT_THAT(*text, HasSubstr("160"));
}

TEST(RecordedPreprocess, NeedsAModelForPictures) {
  const auto yolo = vision::LoadSettings("yolov8");
  ASSERT_TRUE(yolo.ok());
  EXPECT_EQ(RecordedPreprocess(*yolo, {{"ids", DType::kS32, Shape{1, 7}}})
                .status()
                .code(),
            Code::kUsage);
}

}  // namespace
}  // namespace octet::cli
