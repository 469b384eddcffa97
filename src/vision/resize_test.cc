#include "vision/resize.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::vision {
namespace {

using testing::Each;
using testing::ElementsAre;

// Pixel i is (37 i + 11 i^2) mod 256.
Image Pattern(int64_t width, int64_t height, int channels) {
  Image image(width, height, channels);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = uint8_t(i * 37 + i * i * 11);
  }
  return image;
}

// The expected pixels of the next two tests were computed with NumPy by the
// formula in the header.
TEST(ResizeBilinear, EnlargesAlongXAndShrinksAlongY) {
  EXPECT_THAT(
      ResizeBilinear(Pattern(5, 4, 1), 8, 3).pixels,
      ElementsAre(34, 44, 61, 89, 138, 207, 144, 90, 197, 178, 153, 140, 133,
                  134, 147, 157, 210, 162, 108, 187, 192, 124, 93, 74));
}

TEST(ResizeBilinear, TreatsChannelsApart) {
  EXPECT_THAT(ResizeBilinear(Pattern(7, 5, 3), 3, 6).pixels,
              ElementsAre(140, 61, 175, 200, 190, 202, 187, 75, 156, 126, 138,
                          150, 52, 196, 171, 224, 75, 118, 145, 158, 157, 21,
                          188, 120, 201, 159, 61, 168, 139, 168, 37, 162, 159,
                          174, 197, 57, 174, 125, 140, 35, 119, 224, 165, 146,
                          129, 165, 143, 57, 20, 66, 134, 143, 87, 224));
}

TEST(ResizeBilinear, KeepsAPictureOfTheSameSize) {
  const Image image = Pattern(13, 9, 3);
  EXPECT_EQ(ResizeBilinear(image, 13, 9).pixels, image.pixels);
}

TEST(ResizeBilinear, KeepsAnEvenPictureEven) {
  Image image(11, 7, 1);
  for (uint8_t& pixel : image.pixels) pixel = 200;
  for (const int64_t side : {1, 2, 5, 30, 77}) {
    EXPECT_THAT(ResizeBilinear(image, side, 3).pixels, Each(200));
  }
}

TEST(ResizeBilinear, SpreadsASinglePixel) {
  Image image(1, 1, 3);
  image.pixels = {1, 2, 3};
  const Image large = ResizeBilinear(image, 2, 2);
  EXPECT_THAT(large.pixels, ElementsAre(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3));
}

TEST(ResizeBilinear, MixesTheFourMiddlePixelsWhenHalved) {
  Image image(2, 2, 1);
  image.pixels = {0, 1, 1, 0};
  // 0.5 is rounded up.
  EXPECT_THAT(ResizeBilinear(image, 1, 1).pixels, ElementsAre(1));
}

}  // namespace
}  // namespace octet::vision
