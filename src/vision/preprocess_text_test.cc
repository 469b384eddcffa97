#include "vision/preprocess_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vision/presets.h"

namespace octet::vision {
namespace {

using testing::HasSubstr;

constexpr char kYolox[] =
    "resize = \"letterbox_topleft\"\n"
    "size = [416, 416]\n"
    "pad_value = 114\n"
    "color = \"BGR\"\n"
    "mean = [0, 0, 0]\n"
    "scale = [1, 1, 1]\n";

Preprocess Parsed(std::string_view text) {
  Result<Preprocess> p = PreprocessFromText(text, "p.toml");
  EXPECT_TRUE(p.ok()) << p.status().message();
  return p.ok() ? *p : Preprocess();
}

std::string ErrorOf(std::string_view text) {
  const Result<Preprocess> p = PreprocessFromText(text, "p.toml");
  EXPECT_FALSE(p.ok()) << text;
  return p.status().message();
}

TEST(PreprocessText, ReadsWhatItWrites) {
  EXPECT_EQ(ToText(Parsed(kYolox)), kYolox);
  for (const std::string_view name : PresetNames()) {
    Preprocess preset = *FindPreset(name);
    ASSERT_TRUE(BindInput(224, 224, 3, &preset).ok()) << name;
    const std::string text = ToText(preset);
    EXPECT_EQ(ToText(Parsed(text)), text);
    EXPECT_EQ(DescribeDifference(preset, "a", Parsed(text), "b"), "");
  }
}

TEST(PreprocessText, ReadsEachField) {
  const Preprocess p = Parsed(
      "resize = 'resize_short_center_crop'\nsize = [8, 9]\nresize_short = 12\n"
      "color = 'GRAY'\nchannels = 3\nmean = [127.5]\nscale = [0.5]\n");
  EXPECT_EQ(p.resize, ResizeKind::kResizeShortCenterCrop);
  EXPECT_EQ(p.height, 8);
  EXPECT_EQ(p.width, 9);
  EXPECT_EQ(p.resize_short, 12);
  EXPECT_EQ(p.color, ColorOrder::kGray);
  EXPECT_EQ(p.tensor_channels(), 3);
  EXPECT_EQ(p.mean[0], 127.5);
}

TEST(PreprocessText, StartsFromAPreset) {
  const Preprocess p = Parsed("preset = 'yolov8'\nsize = [64, 64]\n");
  EXPECT_EQ(p.resize, ResizeKind::kLetterboxCenter);
  EXPECT_EQ(p.pad_value, 114);
  EXPECT_EQ(p.height, 64);
  EXPECT_TRUE(Parsed("preset = 'raw'").raw);
}

TEST(PreprocessText, LeavesPixelsAloneByDefault) {
  const Preprocess p = Parsed("size = [4, 4]");
  EXPECT_EQ(p.mean, std::vector<double>(3, 0));
  EXPECT_EQ(p.scale, std::vector<double>(3, 1));
}

TEST(PreprocessText, SuggestsTheNearestKeyAndValue) {
  EXPECT_THAT(ErrorOf("reszie = 'none'"), HasSubstr("did you mean 'resize'?"));
  EXPECT_THAT(ErrorOf("resize = 'letterbox_centre'"),
              HasSubstr("did you mean 'letterbox_center'?"));
  EXPECT_THAT(ErrorOf("color = 'RBG'"), HasSubstr("did you mean 'RGB'?"));
  EXPECT_THAT(ErrorOf("preset = 'yolo8'"), HasSubstr("did you mean 'yolov8'?"));
  EXPECT_THAT(ErrorOf("xyzzyxyzzy = 1"), HasSubstr("known: preset, resize"));
}

TEST(PreprocessText, NamesFileLineAndColumnOfASyntaxError) {
  EXPECT_THAT(ErrorOf("size = [1, 2\nmean ="), HasSubstr("p.toml:2:"));
}

TEST(PreprocessText, RefusesWrongTypesAndValues) {
  EXPECT_THAT(ErrorOf("size = [0, 4]"), HasSubstr("from 1 to"));
  EXPECT_THAT(ErrorOf("size = [4]"), HasSubstr("[height, width]"));
  EXPECT_THAT(ErrorOf("size = [4.5, 4]"), HasSubstr("whole numbers"));
  EXPECT_THAT(ErrorOf("pad_value = 256"), HasSubstr("from 0 to 255"));
  EXPECT_THAT(ErrorOf("mean = [1, 2]"), HasSubstr("mean has 2 values"));
  EXPECT_THAT(ErrorOf("mean = ['a']"), HasSubstr("finite numbers"));
  EXPECT_THAT(ErrorOf("mean = [nan, 0, 0]"), HasSubstr("finite numbers"));
  EXPECT_THAT(ErrorOf("scale = [1, 1, 1, 1]"), HasSubstr("at most 3"));
  EXPECT_THAT(ErrorOf("color = 3"), HasSubstr("expected a text"));
  EXPECT_THAT(ErrorOf("color = 1979-05-27"), HasSubstr("date"));
}

TEST(DescribeDifference, NamesTheFirstFieldThatDiffers) {
  const Preprocess a = Parsed(kYolox);
  Preprocess b = a;
  EXPECT_EQ(DescribeDifference(a, "the engine", b, "the file"), "");
  b.color = ColorOrder::kRgb;
  b.scale = {2, 2, 2};
  EXPECT_EQ(DescribeDifference(a, "the engine", b, "the file"),
            "color is \"BGR\" in the engine and \"RGB\" in the file");
}

TEST(DescribeDifference, ComparesWhatTheArithmeticUses) {
  Preprocess a = Parsed(kYolox);
  Preprocess b = a;
  a.scale[0] = 1 / 255.0;
  b.scale[0] = 0.003921568627;
  EXPECT_EQ(DescribeDifference(a, "a", b, "b"), "");
  b.scale[0] = 0.00392;
  EXPECT_THAT(DescribeDifference(a, "a", b, "b"), HasSubstr("scale is"));
}

TEST(DescribeDifference, SkipsFieldsThatDoNotMatter) {
  Preprocess a = Parsed("resize = 'stretch'\nsize = [4, 4]");
  Preprocess b = a;
  b.pad_value = 7;
  EXPECT_EQ(DescribeDifference(a, "a", b, "b"), "");
}

TEST(DescribeDifference, TellsRawFromPictures) {
  const Preprocess raw = Parsed("preset = 'raw'");
  EXPECT_EQ(DescribeDifference(raw, "a", raw, "b"), "");
  EXPECT_THAT(DescribeDifference(raw, "A", Parsed(kYolox), "B"),
              HasSubstr("A takes ready tensors"));
}

TEST(Presets, GiveTheTensorsOfTheirModels) {
  Preprocess p = *FindPreset("imagenet");
  ASSERT_TRUE(BindInput(224, 224, 3, &p).ok());
  Image white(300, 300, 3);
  for (uint8_t& pixel : white.pixels) pixel = 255;
  const Result<Tensor> x = Apply(p, Layout::kNchw, white);
  ASSERT_TRUE(x.ok());
  // (1 - mean) / deviation of each channel.
  EXPECT_NEAR(x->as<float>()[0], (1 - 0.485) / 0.229, 1e-5);
  EXPECT_NEAR(x->as<float>()[224 * 224], (1 - 0.456) / 0.224, 1e-5);
  EXPECT_NEAR(x->as<float>()[2 * 224 * 224], (1 - 0.406) / 0.225, 1e-5);
}

}  // namespace
}  // namespace octet::vision
