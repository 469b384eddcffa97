// Pictures in memory, and to and from JPEG, PNG and WebP.
#ifndef OCTET_VISION_IMAGE_H_
#define OCTET_VISION_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"

namespace octet::vision {

// 8-bit pixels, rows from the top, no padding: pixels[(y * width + x) *
// channels + c]. Three channels are R, G, B; one is grey.
struct Image {
  int64_t width = 0;
  int64_t height = 0;
  int channels = 3;
  std::vector<uint8_t> pixels;

  Image() = default;
  // All pixels 0. Sizes that come from input are checked before this.
  Image(int64_t width, int64_t height, int channels);

  const uint8_t* at(int64_t x, int64_t y) const {
    return pixels.data() + (y * width + x) * channels;
  }
  uint8_t* at(int64_t x, int64_t y) {
    return pixels.data() + (y * width + x) * channels;
  }
};

// What a reader accepts. A small file can claim a picture that fills the
// memory, so the claim is checked before anything is allocated.
struct ImageLimits {
  size_t max_bytes = size_t{1} << 28;  // of the encoded file
  int64_t max_pixels = int64_t{1} << 28;
};

// How the caller wants its pixels.
enum class Channels : uint8_t {
  kRgb,       // grey is copied into three channels
  kGray,      // colour becomes its luma, as ToGray
  kAsStored,  // grey stays grey, all else is RGB
};

// Decodes a JPEG, PNG or WebP picture; which one is told from its first bytes.
//
//   name:    stands in messages (a path).
//   result:  alpha is dropped, not blended; a palette is looked up; 16-bit
//            samples keep their high byte; CMYK is taken as inverted (Adobe)
//            and becomes RGB. JPEG gives the pixels of libjpeg's accurate
//            integer transform with smooth chroma upsampling. Pictures are
//            turned upright as their EXIF orientation says, as OpenCV's imread
//            does.
//   errors:  kBadInput if the bytes are truncated, damaged, beyond `limits`
//            or no picture; kUnsupported for animated WebP.
Result<Image> DecodeImage(std::span<const std::byte> bytes,
                          const std::string& name,
                          Channels channels = Channels::kRgb,
                          const ImageLimits& limits = {});

// The same for a file.
Result<Image> ReadImage(const std::string& path,
                        Channels channels = Channels::kRgb,
                        const ImageLimits& limits = {});

// True if the name ends like a picture that DecodeImage reads (any case).
bool HasImageExtension(std::string_view path);

// L = 0.299 R + 0.587 G + 0.114 B in 16-bit fixed point, rounded half up
// (ITU-R BT.601). A grey image is returned as it is.
Image ToGray(Image image);
// Grey copied into three channels. An RGB image is returned as it is.
Image ToRgb(Image image);

// Encodes with 1 or 3 channels.
//   quality: 1..100.
//   errors:  kBadInput if the image is empty or too large for the format.
Result<std::vector<std::byte>> EncodePng(const Image& image);
Result<std::vector<std::byte>> EncodeJpeg(const Image& image, int quality = 92);

// Encodes by the extension of `path` (.png, .jpg, .jpeg) and writes the file
// whole.
Status WriteImage(const std::string& path, const Image& image);

}  // namespace octet::vision

#endif  // OCTET_VISION_IMAGE_H_
