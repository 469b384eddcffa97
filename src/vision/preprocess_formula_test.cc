// The input tensor, element by element, from a second formulation: for each
// element of the tensor the place in the picture that it shows, in double and
// without tables, frames or copies.
#include <algorithm>
#include <cmath>
#include <random>

#include "gtest/gtest.h"
#include "vision/preprocess.h"

namespace octet::vision {
namespace {

// A picture of noise: every misplaced pixel shows.
Image Noise(int64_t width, int64_t height, int channels) {
  std::mt19937 random(unsigned(width * 1000 + height * 10 + channels));
  Image image(width, height, channels);
  for (uint8_t& pixel : image.pixels) pixel = uint8_t(random());
  return image;
}

// A side of the resized picture and where it begins in the input.
struct Side {
  double length;
  double start;
};

double Rounded(double x) { return std::floor(x + 0.5); }

Side SideOf(const Preprocess& p, double own, double other, double target,
            double other_target) {
  switch (p.resize) {
    case ResizeKind::kNone:
    case ResizeKind::kStretch:
      return {target, 0};
    case ResizeKind::kCenterCrop:
      return {own, -std::floor((own - target) / 2)};
    case ResizeKind::kLetterboxTopLeft:
    case ResizeKind::kLetterboxCenter: {
      const double ratio = std::min(target / own, other_target / other);
      const double length = std::clamp(Rounded(own * ratio), 1.0, target);
      const bool center = p.resize == ResizeKind::kLetterboxCenter;
      return {length, center ? std::floor((target - length) / 2) : 0};
    }
    case ResizeKind::kResizeShortCenterCrop: {
      const double ratio = double(p.resize_short) / std::min(own, other);
      const double length = Rounded(own * ratio);
      return {length, -std::floor((length - target) / 2)};
    }
  }
  return {0, 0};
}

// What pixel (x, y) of the picture holds for channel c of the colour order.
double Channel(const Preprocess& p, const Image& image, int64_t x, int64_t y,
               int c) {
  const uint8_t* pixel = image.at(x, y);
  if (image.channels == 1) return pixel[0];
  if (p.color == ColorOrder::kGray) {
    return Rounded(
        (19595.0 * pixel[0] + 38470.0 * pixel[1] + 7471.0 * pixel[2]) / 65536);
  }
  return pixel[p.color == ColorOrder::kBgr ? 2 - c : c];
}

// The two pixels around a position and the share of the second.
struct Between {
  int64_t first, second;
  double share;
};

Between At(double position, double length, int64_t size) {
  const double at =
      std::max((position + 0.5) * double(size) / length - 0.5, 0.0);
  const int64_t first = std::min(int64_t(at), size - 1);
  return {first, std::min(first + 1, size - 1), at - double(first)};
}

double Expected(const Preprocess& p, const Image& image, int64_t x, int64_t y,
                int c) {
  const double w = double(image.width), h = double(image.height);
  const Side across = SideOf(p, w, h, double(p.width), double(p.height));
  const Side down = SideOf(p, h, w, double(p.height), double(p.width));
  const double in_x = double(x) - across.start;
  const double in_y = double(y) - down.start;
  if (in_x < 0 || in_x >= across.length || in_y < 0 || in_y >= down.length) {
    return p.pad_value;
  }
  const Between bx = At(in_x, across.length, image.width);
  const Between by = At(in_y, down.length, image.height);
  const auto row = [&](int64_t yy) {
    return Channel(p, image, bx.first, yy, c) * (1 - bx.share) +
           Channel(p, image, bx.second, yy, c) * bx.share;
  };
  return row(by.first) * (1 - by.share) + row(by.second) * by.share;
}

Preprocess Make(ResizeKind resize, ColorOrder color, int64_t height,
                int64_t width) {
  Preprocess p;
  p.resize = resize;
  p.color = color;
  p.height = height;
  p.width = width;
  p.resize_short = std::max(height, width) + 3;
  p.pad_value = 114;
  p.mean.assign(size_t(p.color_channels()), 0);
  p.scale.assign(size_t(p.color_channels()), 1);
  return p;
}

// Every element within rounding: half a step, and what float32 loses of it.
void ExpectFormula(const Preprocess& p, const Image& image) {
  const Result<Tensor> nchw = Apply(p, Layout::kNchw, image);
  const Result<Tensor> nhwc = Apply(p, Layout::kNhwc, image);
  ASSERT_TRUE(nchw.ok()) << nchw.status().message();
  ASSERT_TRUE(nhwc.ok()) << nhwc.status().message();
  const int channels = p.tensor_channels();
  for (int c = 0; c < channels; ++c) {
    for (int64_t y = 0; y < p.height; ++y) {
      for (int64_t x = 0; x < p.width; ++x) {
        const float found =
            nchw->as<float>()[size_t((c * p.height + y) * p.width + x)];
        ASSERT_EQ(nhwc->as<float>()[size_t((y * p.width + x) * channels + c)],
                  found);
        ASSERT_NEAR(found, Expected(p, image, x, y, c), 0.5001)
            << "(" << x << ", " << y << ") channel " << c;
      }
    }
  }
}

struct Sizes {
  int64_t width, height;  // of the picture
  int64_t to_width, to_height;
};

constexpr Sizes kSizes[] = {{8, 8, 8, 8},     {16, 9, 8, 8},  {9, 16, 8, 8},
                            {5, 3, 8, 12},    {31, 17, 7, 5}, {12, 12, 12, 5},
                            {13, 40, 11, 11}, {1, 1, 4, 6},   {100, 2, 9, 9}};

TEST(PreprocessFormula, HoldsForEveryResizeAndColourOrder) {
  for (const ResizeKind resize :
       {ResizeKind::kStretch, ResizeKind::kLetterboxTopLeft,
        ResizeKind::kLetterboxCenter, ResizeKind::kResizeShortCenterCrop}) {
    for (const ColorOrder color :
         {ColorOrder::kRgb, ColorOrder::kBgr, ColorOrder::kGray}) {
      for (const Sizes& s : kSizes) {
        SCOPED_TRACE(testing::Message()
                     << int(resize) << " " << int(color) << " " << s.width
                     << " x " << s.height << " to " << s.to_width << " x "
                     << s.to_height);
        ExpectFormula(Make(resize, color, s.to_height, s.to_width),
                      Noise(s.width, s.height, 3));
      }
    }
  }
}

TEST(PreprocessFormula, HoldsForCropsAndPicturesOfTheRightSize) {
  for (const int64_t extra_x : {0, 1, 2, 7}) {
    for (const int64_t extra_y : {0, 1, 2, 7}) {
      SCOPED_TRACE(testing::Message() << extra_x << " " << extra_y);
      const Image image = Noise(6 + extra_x, 5 + extra_y, 3);
      ExpectFormula(Make(ResizeKind::kCenterCrop, ColorOrder::kBgr, 5, 6),
                    image);
    }
  }
  ExpectFormula(Make(ResizeKind::kNone, ColorOrder::kRgb, 5, 6),
                Noise(6, 5, 3));
}

TEST(PreprocessFormula, HoldsForGreyPictures) {
  for (const ColorOrder color : {ColorOrder::kRgb, ColorOrder::kGray}) {
    ExpectFormula(Make(ResizeKind::kLetterboxCenter, color, 9, 12),
                  Noise(7, 5, 1));
  }
}

TEST(PreprocessFormula, NormalizesWhatTheResizeGives) {
  Preprocess p = Make(ResizeKind::kLetterboxCenter, ColorOrder::kBgr, 9, 12);
  const Image image = Noise(20, 11, 3);
  const Result<Tensor> pixels = Apply(p, Layout::kNchw, image);
  p.mean = {103.53, 116.28, 123.675};
  p.scale = {0.017429, 0.017507, 0.017125};
  const Result<Tensor> normalized = Apply(p, Layout::kNchw, image);
  ASSERT_TRUE(pixels.ok() && normalized.ok());
  for (size_t i = 0; i < size_t(pixels->elements()); ++i) {
    const size_t c = i / (9 * 12);
    const float mean = float(p.mean[c]), scale = float(p.scale[c]);
    ASSERT_EQ(normalized->as<float>()[i],
              (pixels->as<float>()[i] - mean) * scale);
  }
}

TEST(Place, SaysWhereAPointOfThePictureComesToLie) {
  // The picture's corners, in the middle of nowhere or on the edge.
  for (const ResizeKind resize :
       {ResizeKind::kStretch, ResizeKind::kLetterboxTopLeft,
        ResizeKind::kLetterboxCenter, ResizeKind::kResizeShortCenterCrop}) {
    for (const Sizes& s : kSizes) {
      const Preprocess p =
          Make(resize, ColorOrder::kRgb, s.to_height, s.to_width);
      const Result<Placement> place = Place(p, s.width, s.height);
      ASSERT_TRUE(place.ok()) << place.status().message();
      const Side across = SideOf(p, double(s.width), double(s.height),
                                 double(p.width), double(p.height));
      const Side down = SideOf(p, double(s.height), double(s.width),
                               double(p.height), double(p.width));
      EXPECT_EQ(place->pad_x, across.start);
      EXPECT_EQ(place->pad_y, down.start);
      EXPECT_NEAR(double(s.width) * place->scale_x, across.length, 1e-9);
      EXPECT_NEAR(double(s.height) * place->scale_y, down.length, 1e-9);
    }
  }
}

}  // namespace
}  // namespace octet::vision
