// One decoder for each picture format, behind DecodeImage. They give grey or
// RGB, whatever the file holds.
#ifndef OCTET_VISION_CODECS_H_
#define OCTET_VISION_CODECS_H_

#include <cstddef>
#include <span>
#include <string>

#include "vision/image.h"

namespace octet::vision {

using Bytes = std::span<const std::byte>;

bool IsJpeg(Bytes bytes);
bool IsPng(Bytes bytes);
bool IsWebp(Bytes bytes);

Result<Image> DecodeJpeg(Bytes bytes, const std::string& name,
                         const ImageLimits& limits);
Result<Image> DecodePng(Bytes bytes, const std::string& name,
                        const ImageLimits& limits);
Result<Image> DecodeWebp(Bytes bytes, const std::string& name,
                         const ImageLimits& limits);

// Checks a size that a file claims before memory is set aside for it.
//   errors: kBadInput if a side is not positive, the picture has more than
//           limits.max_pixels, or it is large and yet the file is so small
//           that it can only be there to fill the memory.
Status CheckClaimedSize(int64_t width, int64_t height, size_t file_bytes,
                        const std::string& name, const ImageLimits& limits);

}  // namespace octet::vision

#endif  // OCTET_VISION_CODECS_H_
