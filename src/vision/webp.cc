#include <webp/decode.h>

#include <cstring>
#include <utility>

#include "base/error.h"
#include "vision/codecs.h"
#include "vision/exif.h"

namespace octet::vision {

bool IsWebp(Bytes bytes) {
  return bytes.size() >= 12 && std::memcmp(bytes.data(), "RIFF", 4) == 0 &&
         std::memcmp(bytes.data() + 8, "WEBP", 4) == 0;
}

Result<Image> DecodeWebp(Bytes bytes, const std::string& name,
                         const ImageLimits& limits) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK) {
    return BadInput("{}: cannot be decoded as WebP: damaged header", name);
  }
  if (features.has_animation != 0) {
    return Unsupported("{}: is an animated WebP; give single pictures", name);
  }
  OCTET_RETURN_IF_ERROR(CheckClaimedSize(features.width, features.height,
                                         bytes.size(), name, limits));
  Image image(features.width, features.height, 3);
  if (WebPDecodeRGBInto(data, bytes.size(), image.pixels.data(),
                        image.pixels.size(), int(image.width * 3)) == nullptr) {
    return BadInput(
        "{}: cannot be decoded as WebP: it ends early or is "
        "damaged",
        name);
  }
  return Oriented(std::move(image), OrientationOfWebp(bytes));
}

}  // namespace octet::vision
