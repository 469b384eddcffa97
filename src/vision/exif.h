// How the camera was held: the EXIF orientation of a picture.
// Source: CIPA DC-008 (EXIF 2.32), 4.5.2 and 4.6.4; TIFF 6.0, section 2; for
// WebP RFC 9649, section 2.7.
#ifndef OCTET_VISION_EXIF_H_
#define OCTET_VISION_EXIF_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "vision/image.h"

namespace octet::vision {

// What has to be done to the stored pixels to see the picture upright; the
// values are those of the tag.
enum class Orientation : uint8_t {
  kUpright = 1,
  kMirrored,  // left and right change places
  kHalfTurn,
  kFlipped,          // top and bottom change places
  kTransposed,       // rows become columns
  kQuarterTurn,      // clockwise
  kTransversed,      // as kTransposed, from the other corner
  kThreeQuarterTurn  // clockwise
};

// The orientation that an EXIF block tells (a TIFF header and what follows,
// with or without "Exif" before it); upright if it tells none or is damaged: a
// picture is not refused for its notes.
Orientation OrientationOfExif(std::span<const std::byte> block);

// That of the first EXIF segment of a JPEG file. Looks at the segments before
// the pixels only, at each once.
Orientation OrientationOfJpeg(std::span<const std::byte> file);

// That of the first EXIF chunk of a WebP file, before or behind the pixels.
Orientation OrientationOfWebp(std::span<const std::byte> file);

// The picture upright. Quarter turns and transpositions swap the sides.
Image Oriented(Image image, Orientation orientation);

}  // namespace octet::vision

#endif  // OCTET_VISION_EXIF_H_
