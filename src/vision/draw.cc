#include "vision/draw.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "vision/font.h"

namespace octet::vision {
namespace {

// Bright enough on dark pictures, dark enough for white letters.
constexpr Color kPalette[] = {
    {214, 39, 40},  {31, 119, 180}, {44, 140, 44},  {230, 110, 10},
    {128, 80, 180}, {0, 140, 140},  {200, 60, 140}, {120, 90, 60},
    {150, 140, 0},  {60, 70, 200},  {10, 110, 70},  {170, 30, 90},
};
constexpr Color kWhite = {255, 255, 255};

// Pictures of this short side are drawn with lines of one pixel.
constexpr int64_t kBaseSide = 320;

void DrawOutline(int64_t x0, int64_t y0, int64_t x1, int64_t y1,
                 int64_t thickness, Color color, Image* image) {
  FillRectangle(x0, y0, x1, y0 + thickness, color, image);
  FillRectangle(x0, y1 - thickness, x1, y1, color, image);
  FillRectangle(x0, y0, x0 + thickness, y1, color, image);
  FillRectangle(x1 - thickness, y0, x1, y1, color, image);
}

int64_t TextWidth(std::string_view text, int64_t dot) {
  return int64_t(text.size()) * (kGlyphWidth + 1) * dot;
}

void DrawLabel(std::string_view text, int64_t x, int64_t y, int64_t dot,
               Color color, Image* image) {
  const int64_t height = (kGlyphHeight + 2) * dot;
  const int64_t width = TextWidth(text, dot) + dot;
  // Above the box if there is room, else inside it; never off the right edge.
  const int64_t top = y >= height ? y - height : y;
  const int64_t left = std::max<int64_t>(std::min(x, image->width - width), 0);
  FillRectangle(left, top, left + width, top + height, color, image);
  DrawText(text, left + dot, top + dot, dot, kWhite, image);
}

}  // namespace

Color ClassColor(int class_index) {
  return kPalette[size_t(std::max(class_index, 0)) % std::size(kPalette)];
}

std::string ClassName(std::span<const std::string> names, int class_index) {
  if (class_index >= 0 && size_t(class_index) < names.size()) {
    return names[size_t(class_index)];
  }
  return fmt::format("class {}", class_index);
}

void FillRectangle(int64_t x0, int64_t y0, int64_t x1, int64_t y1, Color color,
                   Image* image) {
  x0 = std::max<int64_t>(x0, 0);
  y0 = std::max<int64_t>(y0, 0);
  x1 = std::min(x1, image->width);
  y1 = std::min(y1, image->height);
  for (int64_t y = y0; y < y1; ++y) {
    for (int64_t x = x0; x < x1; ++x) {
      std::ranges::copy(color, image->at(x, y));
    }
  }
}

void DrawText(std::string_view text, int64_t x, int64_t y, int64_t dot,
              Color color, Image* image) {
  for (const char c : text) {
    const Glyph& glyph = GlyphOf(c);
    for (int row = 0; row < kGlyphHeight; ++row) {
      for (int column = 0; column < kGlyphWidth; ++column) {
        if ((glyph[size_t(row)] >> (kGlyphWidth - 1 - column) & 1) == 0) {
          continue;
        }
        const int64_t left = x + column * dot;
        const int64_t top = y + row * dot;
        FillRectangle(left, top, left + dot, top + dot, color, image);
      }
    }
    x += (kGlyphWidth + 1) * dot;
  }
}

void DrawDetections(std::span<const Detection> detections,
                    std::span<const std::string> names, Image* image) {
  *image = ToRgb(std::move(*image));
  const int64_t dot =
      std::max<int64_t>(1, std::min(image->width, image->height) / kBaseSide);
  for (size_t i = detections.size(); i-- > 0;) {
    const Detection& d = detections[i];
    const Color color = ClassColor(d.class_index);
    const int64_t x0 = std::llround(d.box.x0);
    const int64_t y0 = std::llround(d.box.y0);
    DrawOutline(x0, y0, std::llround(d.box.x1), std::llround(d.box.y1), 2 * dot,
                color, image);
    DrawLabel(
        fmt::format("{} {:.2f}", ClassName(names, d.class_index), d.score), x0,
        y0, dot, color, image);
  }
}

}  // namespace octet::vision
