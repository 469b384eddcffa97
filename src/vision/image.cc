#include "vision/image.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.h"
#include "base/file.h"
#include "vision/codecs.h"

namespace octet::vision {
namespace {

// Deflate and Huffman codes cannot pack more than this into one byte; WebP
// and arithmetic coding can, but no real picture of this size does.
constexpr int64_t kMaxPixelsPerByte = 1 << 14;
constexpr int64_t kAlwaysAllowedPixels = 1 << 24;

std::string LowerExtension(std::string_view path) {
  const size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return "";
  std::string extension(path.substr(dot));
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return char(std::tolower(c)); });
  return extension;
}

Result<Image> DecodeStored(Bytes bytes, const std::string& name,
                           const ImageLimits& limits) {
  if (IsJpeg(bytes)) return DecodeJpeg(bytes, name, limits);
  if (IsPng(bytes)) return DecodePng(bytes, name, limits);
  if (IsWebp(bytes)) return DecodeWebp(bytes, name, limits);
  return BadInput("{}: is not a JPEG, PNG or WebP picture", name);
}

}  // namespace

Image::Image(int64_t w, int64_t h, int c)
    : width(w), height(h), channels(c), pixels(size_t(w * h * c)) {}

Status CheckClaimedSize(int64_t width, int64_t height, size_t file_bytes,
                        const std::string& name, const ImageLimits& limits) {
  if (width <= 0 || height <= 0) {
    return BadInput("{}: a picture of {} x {} pixels has no pixels", name,
                    width, height);
  }
  if (width > limits.max_pixels / height) {
    return BadInput("{}: {} x {} pixels are more than the {} allowed", name,
                    width, height, limits.max_pixels);
  }
  const int64_t pixels = width * height;
  if (pixels > kAlwaysAllowedPixels &&
      int64_t(file_bytes) < pixels / kMaxPixelsPerByte) {
    return BadInput("{}: {} bytes claim to hold {} x {} pixels; refused", name,
                    file_bytes, width, height);
  }
  return {};
}

Result<Image> DecodeImage(std::span<const std::byte> bytes,
                          const std::string& name, Channels channels,
                          const ImageLimits& limits) {
  if (bytes.size() > limits.max_bytes) {
    return BadInput("{}: {} bytes are more than the {} allowed for a picture",
                    name, bytes.size(), limits.max_bytes);
  }
  OCTET_ASSIGN(Image image, DecodeStored(bytes, name, limits));
  switch (channels) {
    case Channels::kRgb:
      return ToRgb(std::move(image));
    case Channels::kGray:
      return ToGray(std::move(image));
    case Channels::kAsStored:
      break;
  }
  return image;
}

Result<Image> ReadImage(const std::string& path, Channels channels,
                        const ImageLimits& limits) {
  OCTET_ASSIGN(const MappedFile file, MappedFile::Open(path));
  return DecodeImage(file.bytes(), path, channels, limits);
}

bool HasImageExtension(std::string_view path) {
  constexpr std::array<std::string_view, 4> kExtensions = {".jpg", ".jpeg",
                                                           ".png", ".webp"};
  return std::ranges::find(kExtensions, LowerExtension(path)) !=
         kExtensions.end();
}

Image ToGray(Image image) {
  if (image.channels == 1) return image;
  Image gray(image.width, image.height, 1);
  const uint8_t* rgb = image.pixels.data();
  for (uint8_t& luma : gray.pixels) {
    // 0.299, 0.587, 0.114 times 2^16; they add up to 2^16 exactly.
    luma = uint8_t((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >>
                   16);
    rgb += 3;
  }
  return gray;
}

Image ToRgb(Image image) {
  if (image.channels == 3) return image;
  Image rgb(image.width, image.height, 3);
  uint8_t* out = rgb.pixels.data();
  for (const uint8_t luma : image.pixels) {
    out[0] = out[1] = out[2] = luma;
    out += 3;
  }
  return rgb;
}

Status WriteImage(const std::string& path, const Image& image) {
  const std::string extension = LowerExtension(path);
  if (extension != ".png" && extension != ".jpg" && extension != ".jpeg") {
    return Usage("{}: pictures are written as .png or .jpg", path);
  }
  OCTET_ASSIGN(const std::vector<std::byte> bytes,
               extension == ".png" ? EncodePng(image) : EncodeJpeg(image));
  return WriteFileAtomically(path, bytes);
}

}  // namespace octet::vision
