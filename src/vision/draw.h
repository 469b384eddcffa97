// Boxes and labels on a picture.
#ifndef OCTET_VISION_DRAW_H_
#define OCTET_VISION_DRAW_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "vision/decode/detect.h"
#include "vision/image.h"

namespace octet::vision {

using Color = std::array<uint8_t, 3>;  // R, G, B

// A colour for each class; neighbouring classes differ clearly.
Color ClassColor(int class_index);

// The name of a class; "class 7" if there is none.
std::string ClassName(std::span<const std::string> names, int class_index);

// Fills [x0, x1) x [y0, y1) as far as it lies in the RGB picture.
void FillRectangle(int64_t x0, int64_t y0, int64_t x1, int64_t y1, Color color,
                   Image* image);

// Writes text with its top left corner at (x, y), each dot of the font being
// `dot` pixels wide; bytes that are not printable ASCII become empty boxes.
void DrawText(std::string_view text, int64_t x, int64_t y, int64_t dot,
              Color color, Image* image);

// Draws each detection's outline and "name 0.87" above it, the best on top.
// Lines and letters grow with the picture. A grey picture becomes RGB.
void DrawDetections(std::span<const Detection> detections,
                    std::span<const std::string> names, Image* image);

}  // namespace octet::vision

#endif  // OCTET_VISION_DRAW_H_
