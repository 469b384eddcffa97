// Bilinear resizing with one fixed sequence of float operations, so that every
// machine, and the scripts that trained or checked a model, see equal pixels.
#ifndef OCTET_VISION_RESIZE_H_
#define OCTET_VISION_RESIZE_H_

#include <cstdint>

#include "vision/image.h"

namespace octet::vision {

// Resizes to width x height, both positive; the image is not empty.
//
//   An output pixel i lies at c = max((i + 0.5) * (n_in / n_out) - 0.5, 0) of
//   the input (half-pixel centres, edges clamped) and mixes the two pixels
//   around it, first along x, then along y. No antialiasing. All in float32
//   without contraction; the result is floor(v + 0.5).
Image ResizeBilinear(const Image& image, int64_t width, int64_t height);

}  // namespace octet::vision

#endif  // OCTET_VISION_RESIZE_H_
