#include "vision/preprocess.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::vision {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Preprocess Plain(ResizeKind resize, int64_t height, int64_t width) {
  Preprocess p;
  p.resize = resize;
  p.height = height;
  p.width = width;
  p.mean = {0, 0, 0};
  p.scale = {1, 1, 1};
  return p;
}

Preprocess PlainGray(int64_t height, int64_t width) {
  Preprocess p = Plain(ResizeKind::kNone, height, width);
  p.color = ColorOrder::kGray;
  p.mean = {0};
  p.scale = {1};
  return p;
}

// 2 x 1 pixels: (1, 2, 3) and (4, 5, 6).
Image TwoPixels() {
  Image image(2, 1, 3);
  image.pixels = {1, 2, 3, 4, 5, 6};
  return image;
}

Image Filled(int64_t width, int64_t height, uint8_t value) {
  Image image(width, height, 3);
  for (uint8_t& pixel : image.pixels) pixel = value;
  return image;
}

TEST(Apply, PutsChannelsFirstOrLast) {
  const Preprocess p = Plain(ResizeKind::kNone, 1, 2);
  const Result<Tensor> nchw = Apply(p, Layout::kNchw, TwoPixels());
  ASSERT_TRUE(nchw.ok()) << nchw.status().message();
  EXPECT_EQ(nchw->shape(), Shape({1, 3, 1, 2}));
  EXPECT_THAT(nchw->as<float>(), ElementsAre(1, 4, 2, 5, 3, 6));
  const Result<Tensor> nhwc = Apply(p, Layout::kNhwc, TwoPixels());
  ASSERT_TRUE(nhwc.ok());
  EXPECT_EQ(nhwc->shape(), Shape({1, 1, 2, 3}));
  EXPECT_THAT(nhwc->as<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Apply, NormalizesInTheGivenColourOrder) {
  Preprocess p = Plain(ResizeKind::kNone, 1, 2);
  p.color = ColorOrder::kBgr;
  p.mean = {10, 20, 30};
  p.scale = {1, 2, 4};
  const Result<Tensor> x = Apply(p, Layout::kNhwc, TwoPixels());
  ASSERT_TRUE(x.ok());
  EXPECT_THAT(x->as<float>(), ElementsAre(-7, -36, -116, -4, -30, -104));
}

TEST(Apply, RoundsMeanAndScaleToFloatFirst) {
  Preprocess p = Plain(ResizeKind::kNone, 1, 2);
  p.mean = {123.675, 116.28, 103.53};
  p.scale = {0.017124753831663668, 0.01750700280112045, 0.017429193899782137};
  const Result<Tensor> x = Apply(p, Layout::kNhwc, TwoPixels());
  ASSERT_TRUE(x.ok());
  EXPECT_EQ(x->as<float>()[0], (1.0f - 123.675f) * 0.017124753831663668f);
  EXPECT_EQ(x->as<float>()[5], (6.0f - 103.53f) * 0.017429193899782137f);
}

TEST(Apply, CopiesGreyIntoEachChannelOfTheTensor) {
  Preprocess p = PlainGray(1, 2);
  p.channels = 3;
  Image image(2, 1, 1);
  image.pixels = {7, 9};
  const Result<Tensor> x = Apply(p, Layout::kNchw, image);
  ASSERT_TRUE(x.ok());
  EXPECT_THAT(x->as<float>(), ElementsAre(7, 9, 7, 9, 7, 9));
}

TEST(Apply, TurnsColourIntoGreyAndGreyIntoColour) {
  Image gray(1, 1, 1);
  gray.pixels = {8};
  const Result<Tensor> rgb =
      Apply(Plain(ResizeKind::kNone, 1, 1), Layout::kNchw, gray);
  ASSERT_TRUE(rgb.ok());
  EXPECT_THAT(rgb->as<float>(), ElementsAre(8, 8, 8));
  const Result<Tensor> luma =
      Apply(PlainGray(1, 1), Layout::kNchw, Filled(1, 1, 8));
  ASSERT_TRUE(luma.ok());
  EXPECT_THAT(luma->as<float>(), ElementsAre(8));
}

TEST(Apply, RefusesRawAndAnUnknownSize) {
  Preprocess raw;
  raw.raw = true;
  EXPECT_EQ(Apply(raw, Layout::kNchw, TwoPixels()).status().code(),
            Code::kUsage);
  const Preprocess unbound = Plain(ResizeKind::kStretch, 0, 0);
  EXPECT_THAT(Apply(unbound, Layout::kNchw, TwoPixels()).status().message(),
              HasSubstr("size = [height, width]"));
  EXPECT_FALSE(
      Apply(Plain(ResizeKind::kStretch, 4, 4), Layout::kNchw, Image()).ok());
}

TEST(Resize, LetterboxesAtTheTopLeft) {
  Preprocess p = Plain(ResizeKind::kLetterboxTopLeft, 4, 4);
  p.pad_value = 114;
  const Result<Image> image = Resize(p, Filled(8, 4, 9));
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(*image->at(3, 1), 9);
  EXPECT_EQ(*image->at(0, 2), 114);
  const Result<Placement> place = Place(p, 8, 4);
  ASSERT_TRUE(place.ok());
  EXPECT_EQ(place->scale_x, 0.5);
  EXPECT_EQ(place->scale_y, 0.5);
  EXPECT_EQ(place->pad_x, 0);
  EXPECT_EQ(place->pad_y, 0);
}

TEST(Resize, LetterboxesInTheMiddleWithTheOddPixelBehind) {
  Preprocess p = Plain(ResizeKind::kLetterboxCenter, 5, 4);
  p.pad_value = 114;
  const Result<Image> image = Resize(p, Filled(8, 4, 9));
  ASSERT_TRUE(image.ok());
  // Two rows of five: one above, two below.
  EXPECT_EQ(*image->at(0, 0), 114);
  EXPECT_EQ(*image->at(0, 1), 9);
  EXPECT_EQ(*image->at(0, 2), 9);
  EXPECT_EQ(*image->at(0, 3), 114);
  EXPECT_EQ(Place(p, 8, 4)->pad_y, 1);
}

TEST(Resize, KeepsAVeryLongPictureAtLeastOnePixelHigh) {
  const Preprocess p = Plain(ResizeKind::kLetterboxCenter, 8, 8);
  EXPECT_TRUE(Resize(p, Filled(1000, 1, 9)).ok());
  EXPECT_TRUE(Resize(p, Filled(1, 1000, 9)).ok());
}

TEST(Resize, CutsOutTheMiddle) {
  Image image(5, 4, 1);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = uint8_t(i);
  Preprocess p = PlainGray(2, 2);
  p.resize = ResizeKind::kCenterCrop;
  const Result<Image> middle = Resize(p, image);
  ASSERT_TRUE(middle.ok());
  EXPECT_THAT(middle->pixels, ElementsAre(6, 7, 11, 12));
  EXPECT_EQ(Place(p, 5, 4)->pad_x, -1);
  EXPECT_EQ(Place(p, 5, 4)->pad_y, -1);
  EXPECT_THAT(Resize(p, Image(1, 4, 1)).status().message(),
              HasSubstr("too few to cut"));
}

TEST(Resize, ShrinksTheShortSideBeforeItCuts) {
  Preprocess p = Plain(ResizeKind::kResizeShortCenterCrop, 224, 224);
  p.resize_short = 256;
  const Result<Image> image = Resize(p, Filled(1024, 512, 3));
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->width, 224);
  EXPECT_EQ(image->height, 224);
  const Result<Placement> place = Place(p, 1024, 512);
  EXPECT_EQ(place->scale_x, 0.5);
  EXPECT_EQ(place->pad_x, -144);
  EXPECT_EQ(place->pad_y, -16);
}

TEST(Resize, RefusesAPictureTooNarrowForItsShortSide) {
  Preprocess p = Plain(ResizeKind::kResizeShortCenterCrop, 224, 224);
  p.resize_short = 256;
  EXPECT_EQ(Resize(p, Filled(100000, 1, 3)).status().code(), Code::kBadInput);
}

TEST(Resize, WithoutResizeWantsTheExactSize) {
  const Preprocess p = Plain(ResizeKind::kNone, 2, 2);
  EXPECT_THAT(Resize(p, Filled(3, 2, 0)).status().message(),
              HasSubstr("3 x 2 pixels, the model takes 2 x 2"));
}

TEST(BindInput, TakesTheSizeFromTheModel) {
  Preprocess p = Plain(ResizeKind::kStretch, 0, 0);
  ASSERT_TRUE(BindInput(320, 416, 3, &p).ok());
  EXPECT_EQ(p.height, 320);
  EXPECT_EQ(p.width, 416);
}

TEST(BindInput, KeepsItsOwnSizeWhereTheModelIsOpen) {
  Preprocess p = Plain(ResizeKind::kStretch, 64, 96);
  ASSERT_TRUE(BindInput(-1, -1, -1, &p).ok());
  EXPECT_EQ(p.width, 96);
  Preprocess open = Plain(ResizeKind::kStretch, 0, 0);
  EXPECT_EQ(BindInput(-1, -1, 3, &open).code(), Code::kUsage);
}

TEST(BindInput, RefusesAnotherSizeOrNumberOfChannels) {
  Preprocess p = Plain(ResizeKind::kStretch, 64, 64);
  EXPECT_THAT(BindInput(64, 96, 3, &p).message(),
              HasSubstr("width of 64, the model takes 96"));
  EXPECT_THAT(BindInput(64, 64, 1, &p).message(),
              HasSubstr("3 channels, the model takes 1"));
}

TEST(BindInput, CopiesGreyForAModelOfColour) {
  Preprocess p = PlainGray(8, 8);
  ASSERT_TRUE(BindInput(8, 8, 3, &p).ok());
  EXPECT_EQ(p.tensor_channels(), 3);
}

TEST(BindInput, GivesTheShortSideOfImageNet) {
  Preprocess p = Plain(ResizeKind::kResizeShortCenterCrop, 0, 0);
  ASSERT_TRUE(BindInput(224, 224, 3, &p).ok());
  EXPECT_EQ(p.resize_short, 256);
  Preprocess wide = Plain(ResizeKind::kResizeShortCenterCrop, 0, 0);
  ASSERT_TRUE(BindInput(100, 400, 3, &wide).ok());
  EXPECT_EQ(wide.resize_short, 400);
}

TEST(Validate, RefusesFieldsThatContradictEachOther) {
  const auto refuses = [](auto change) {
    Preprocess p = Plain(ResizeKind::kStretch, 8, 8);
    change(p);
    EXPECT_EQ(Validate(p).code(), Code::kUsage);
  };
  refuses([](Preprocess& p) { p.mean = {1}; });
  refuses([](Preprocess& p) { p.scale.clear(); });
  refuses([](Preprocess& p) { p.color = ColorOrder::kGray; });
  refuses([](Preprocess& p) { p.pad_value = 256; });
  refuses([](Preprocess& p) { p.height = -1; });
  refuses([](Preprocess& p) { p.width = 65537; });
  refuses([](Preprocess& p) { p.height = p.width = 65536; });
  refuses([](Preprocess& p) { p.channels = 4; });
  refuses([](Preprocess& p) {
    p.scale[1] = std::numeric_limits<double>::infinity();
  });
  refuses([](Preprocess& p) {
    p.resize = ResizeKind::kResizeShortCenterCrop;
    p.resize_short = 7;
  });
}

TEST(InputFormOf, FindsTheChannels) {
  const Result<InputForm> nchw = InputFormOf(Shape({1, 3, 320, 416}));
  ASSERT_TRUE(nchw.ok());
  EXPECT_EQ(nchw->layout, Layout::kNchw);
  EXPECT_EQ(nchw->width, 416);
  const Result<InputForm> nhwc = InputFormOf(Shape({-1, 320, 416, 3}));
  ASSERT_TRUE(nhwc.ok());
  EXPECT_EQ(nhwc->layout, Layout::kNhwc);
  EXPECT_EQ(nhwc->width, 416);
  const Result<InputForm> open = InputFormOf(Shape({-1, -1, -1, -1}));
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->channels, -1);
  EXPECT_FALSE(InputFormOf(Shape({1, 128})).ok());
}

}  // namespace
}  // namespace octet::vision
