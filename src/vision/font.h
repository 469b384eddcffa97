// A small bitmap font, so that drawing labels needs no font files.
#ifndef OCTET_VISION_FONT_H_
#define OCTET_VISION_FONT_H_

#include <array>
#include <cstdint>

namespace octet::vision {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 7;

// Rows from the top; bit 4 is the leftmost of five pixels.
using Glyph = std::array<uint8_t, kGlyphHeight>;

// The glyph of a printable ASCII character; an empty box for any other byte.
const Glyph& GlyphOf(char c);

}  // namespace octet::vision

#endif  // OCTET_VISION_FONT_H_
