#include "doctor/feeding.h"

#include "doctor/testing/set_of_tensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vision/presets.h"

namespace octet::doctor {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

Feeding OfPreset(const std::string& name) {
  const auto preset = vision::FindPreset(name);
  EXPECT_TRUE(preset.ok());
  return FeedingOf(*preset, 3);
}

std::vector<std::string> Names(const std::vector<Feeding>& feedings) {
  std::vector<std::string> names;
  for (const Feeding& feeding : feedings) names.push_back(feeding.name);
  return names;
}

TEST(FeedingOf, NamesTheUsualOnes) {
  EXPECT_EQ(OfPreset("yolov8").name, "RGB, 0..1");
  EXPECT_EQ(OfPreset("yolox").name, "BGR, 0..255");
  EXPECT_EQ(OfPreset("ssd").name, "RGB, -1..1");
  EXPECT_EQ(OfPreset("imagenet").name, "RGB, ImageNet's mean and deviation");
}

TEST(OtherFeedings, LeaveOutTheCurrentOneAndBeginWithSwappedColours) {
  const auto others = OtherFeedings(OfPreset("yolov8"), true);
  EXPECT_EQ(others[0].name, "BGR, 0..1");
  EXPECT_EQ(others.size(), 9u);  // of two orders and five normalizations
  EXPECT_THAT(Names(others), Not(Contains("RGB, 0..1")));
}

TEST(OtherFeedings, OfGreyPicturesKnowNoOrder) {
  vision::Preprocess grey;
  grey.color = vision::ColorOrder::kGray;
  grey.mean = {127.5};
  grey.scale = {1 / 127.5};
  const auto others = OtherFeedings(FeedingOf(grey, 1), false);
  EXPECT_EQ(others.size(), 4u);
  EXPECT_THAT(Names(others), Each(Not(HasSubstr("GB"))));
}

TEST(OtherFeedings, SwapMeansWithTheColours) {
  const auto others = OtherFeedings(OfPreset("imagenet"), true);
  EXPECT_DOUBLE_EQ(others[0].mean[0], 103.53);
  EXPECT_DOUBLE_EQ(others[0].mean[2], 123.675);
}

TEST(GuessFeeding, TellsNormalizationsByTheirExtremes) {
  EXPECT_EQ(GuessFeeding(0, 1, 3)->name, "RGB, 0..1");
  EXPECT_EQ(GuessFeeding(0, 251, 3)->name, "RGB, 0..255");
  EXPECT_EQ(GuessFeeding(-0.99f, 0.9f, 1)->name, "-1..1");
  EXPECT_EQ(GuessFeeding(-2.1f, 2.6f, 3)->name,
            "RGB, ImageNet's mean and deviation");
}

TEST(GuessFeeding, DoesNotGuessAtOtherNumbers) {
  EXPECT_FALSE(GuessFeeding(-48, 102, 1));  // features of sound
  EXPECT_FALSE(GuessFeeding(0, 4000, 3));
  EXPECT_FALSE(GuessFeeding(0, 0, 3));
  EXPECT_FALSE(GuessFeeding(5, 9, 3));
}

// One pixel, in both layouts alike.
TEST(Refeed, GivesWhatTheOtherPreprocessingWouldHave) {
  Tensor bytes(DType::kF32, Shape({1, 3, 1, 1}));
  const std::vector<float> rgb = {255, 51, 0};
  std::ranges::copy(rgb, bytes.as<float>().begin());
  const Feeding unit = OfPreset("yolov8"), byte_bgr = OfPreset("yolox");
  Feeding byte_rgb = byte_bgr;
  byte_rgb.bgr = false;
  for (const auto layout : {vision::Layout::kNchw, vision::Layout::kNhwc}) {
    const Tensor as_unit = Refeed(bytes, layout, byte_rgb, unit);
    EXPECT_FLOAT_EQ(as_unit.as<float>()[0], 1);
    EXPECT_FLOAT_EQ(as_unit.as<float>()[1], 0.2f);
    const Tensor swapped = Refeed(as_unit, layout, unit, byte_bgr);
    EXPECT_FLOAT_EQ(swapped.as<float>()[0], 0);
    EXPECT_FLOAT_EQ(swapped.as<float>()[2], 255);
  }
}

TEST(Refeed, ThereAndBackIsTheSame) {
  const Tensor x = Ramp(Shape({1, 3, 4, 5}));
  const Feeding from = OfPreset("yolox");
  for (const Feeding& to : OtherFeedings(from, true)) {
    const auto layout = vision::Layout::kNchw;
    const Tensor back = Refeed(Refeed(x, layout, from, to), layout, to, from);
    for (size_t i = 0; i < 60; ++i) {
      EXPECT_NEAR(back.as<float>()[i], x.as<float>()[i], 1e-3) << to.name;
    }
  }
}

TEST(Refeed, MovesPixelsOfInterleavedPicturesWithinThePixel) {
  Tensor x = Ramp(Shape({1, 1, 2, 3}));
  Feeding from = OfPreset("yolox"), to = from;
  to.bgr = false;
  const Tensor y = Refeed(x, vision::Layout::kNhwc, from, to);
  EXPECT_THAT(std::vector<float>(y.as<float>().begin(), y.as<float>().end()),
              testing::ElementsAre(2, 1, 0, 5, 4, 3));
}

TEST(ToToml, SaysWhatToWriteIntoThePreprocessingFile) {
  EXPECT_EQ(ToToml(OfPreset("yolox"), true),
            "color = \"BGR\", mean = [0, 0, 0], scale = [1, 1, 1]");
  EXPECT_EQ(ToToml(OfPreset("yolox"), false), "mean = [0], scale = [1]");
}

}  // namespace
}  // namespace octet::doctor
