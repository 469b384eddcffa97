#include "vision/draw.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vision/coco_names.h"
#include "vision/font.h"

namespace octet::vision {
namespace {

Color PixelOf(const Image& image, int64_t x, int64_t y) {
  const uint8_t* pixel = image.at(x, y);
  return {pixel[0], pixel[1], pixel[2]};
}

int64_t CountColor(const Image& image, Color color) {
  int64_t count = 0;
  for (int64_t y = 0; y < image.height; ++y) {
    for (int64_t x = 0; x < image.width; ++x) {
      if (PixelOf(image, x, y) == color) ++count;
    }
  }
  return count;
}

TEST(FillRectangle, ClipsAtEachEdge) {
  constexpr Color kRed = {255, 0, 0};
  Image image(4, 3, 3);
  FillRectangle(-5, 1, 2, 50, kRed, &image);
  EXPECT_EQ(CountColor(image, kRed), 4);
  FillRectangle(2, 2, 1, 1, kRed, &image);
  FillRectangle(10, 10, 20, 20, kRed, &image);
  EXPECT_EQ(CountColor(image, kRed), 4);
}

TEST(DrawText, PaintsTheDotsOfTheGlyphs) {
  constexpr Color kInk = {9, 9, 9};
  Image image(20, 20, 3);
  DrawText("-", 0, 0, 1, kInk, &image);
  EXPECT_EQ(CountColor(image, kInk), kGlyphWidth);
  Image large(40, 40, 3);
  DrawText("-", 0, 0, 3, kInk, &large);
  EXPECT_EQ(CountColor(large, kInk), 9 * kGlyphWidth);
}

TEST(GlyphOf, DiffersForEveryPrintableCharacter) {
  std::set<Glyph> glyphs;
  for (char c = ' '; c <= '~'; ++c) glyphs.insert(GlyphOf(c));
  EXPECT_EQ(glyphs.size(), 95u);
}

TEST(GlyphOf, StaysWithinItsFiveColumns) {
  for (int c = 0; c < 256; ++c) {
    for (const uint8_t row : GlyphOf(char(c))) EXPECT_LT(row, 32);
  }
}

TEST(DrawDetections, OutlinesTheBoxAndNamesIt) {
  const std::vector<std::string> names = {"cat"};
  const Detection found = {{20, 30, 60, 70}, 0, 0.5f};
  Image image(100, 100, 3);
  DrawDetections(std::span(&found, 1), names, &image);
  const Color color = ClassColor(0);
  EXPECT_EQ(PixelOf(image, 20, 50), color);
  EXPECT_EQ(PixelOf(image, 59, 50), color);
  EXPECT_EQ(PixelOf(image, 40, 69), color);
  EXPECT_EQ(PixelOf(image, 40, 50), (Color{0, 0, 0}));
  // The letters stand above the box.
  EXPECT_GT(CountColor(image, {255, 255, 255}), 20);
  EXPECT_EQ(PixelOf(image, 20, 25), color);
}

TEST(DrawDetections, TurnsAGreyPictureIntoColour) {
  Image image(30, 30, 1);
  DrawDetections({}, {}, &image);
  EXPECT_EQ(image.channels, 3);
}

TEST(DrawDetections, CopesWithBoxesBeyondThePicture) {
  const Detection found[] = {{{-1e6, -1e6, 1e6, 1e6}, 3, 1.0f},
                             {{5, 5, 5, 5}, -1, 0.0f}};
  Image image(16, 16, 3);
  DrawDetections(found, {}, &image);
  EXPECT_EQ(image.pixels.size(), 16u * 16 * 3);
}

TEST(ClassName, FallsBackToTheNumber) {
  const std::vector<std::string> names = {"a"};
  EXPECT_EQ(ClassName(names, 0), "a");
  EXPECT_EQ(ClassName(names, 1), "class 1");
  EXPECT_EQ(ClassName({}, 7), "class 7");
}

TEST(CocoNames, AreEightyDifferentOnes) {
  EXPECT_EQ(std::set(kCocoNames.begin(), kCocoNames.end()).size(), 80u);
  EXPECT_EQ(kCocoNames[0], "person");
  EXPECT_EQ(kCocoNames[79], "toothbrush");
}

}  // namespace
}  // namespace octet::vision
