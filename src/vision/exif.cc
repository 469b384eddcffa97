#include "vision/exif.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace octet::vision {
namespace {

using Bytes = std::span<const std::byte>;

constexpr char kExif[] = "Exif\0";  // and the 0 that ends the literal
constexpr size_t kExifBytes = 6;
constexpr size_t kEntryBytes = 12;
constexpr uint32_t kOrientationTag = 0x0112;
constexpr uint32_t kTypeShort = 3;

// Numbers of a TIFF block, whose first two bytes say their order. What lies
// outside reads as 0.
class Tiff {
 public:
  explicit Tiff(Bytes bytes) : bytes_(bytes) {
    big_endian_ = Byte(0) == 'M' && Byte(1) == 'M';
    valid_ = (big_endian_ || (Byte(0) == 'I' && Byte(1) == 'I')) &&
             Number(2, 2) == 42;
  }
  bool valid() const { return valid_; }
  size_t size() const { return bytes_.size(); }
  uint32_t Number(size_t at, int size) const {
    uint32_t value = 0;
    for (int i = 0; i < size; ++i) {
      const int place = big_endian_ ? i : size - 1 - i;
      value = value << 8 | Byte(at + size_t(place));
    }
    return value;
  }

 private:
  uint32_t Byte(size_t at) const {
    return at < bytes_.size() ? uint32_t(bytes_[at]) : 0;
  }
  Bytes bytes_;
  bool big_endian_ = false;
  bool valid_ = false;
};

// Of the main picture, which the first directory is about.
Orientation OrientationOf(const Tiff& tiff) {
  const size_t directory = tiff.Number(4, 4);
  if (!tiff.valid() || directory >= tiff.size()) return Orientation::kUpright;
  const size_t entries =
      std::min<size_t>(tiff.Number(directory, 2), tiff.size() / kEntryBytes);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes;
    if (tiff.Number(entry, 2) != kOrientationTag) continue;
    const uint32_t value = tiff.Number(entry + 8, 2);
    const bool valid = tiff.Number(entry + 2, 2) == kTypeShort &&
                       tiff.Number(entry + 4, 4) == 1 && value >= 1 &&
                       value <= 8;
    return valid ? Orientation(value) : Orientation::kUpright;
  }
  return Orientation::kUpright;
}

bool StartsWithExif(Bytes block) {
  return block.size() >= kExifBytes &&
         std::memcmp(block.data(), kExif, kExifBytes) == 0;
}

// The EXIF block of a JPEG file, or nothing.
Bytes FindInJpeg(Bytes file) {
  constexpr std::byte kMark{0xff};
  constexpr std::byte kApp1{0xe1}, kStartOfScan{0xda}, kEndOfImage{0xd9};
  size_t at = 2;  // behind the start of the image
  while (at + 4 <= file.size() && file[at] == kMark) {
    const std::byte marker = file[at + 1];
    if (marker == kMark) {  // padding
      ++at;
      continue;
    }
    if (marker == kStartOfScan || marker == kEndOfImage) break;
    // The length counts itself.
    const size_t length = size_t(file[at + 2]) << 8 | size_t(file[at + 3]);
    if (length < 2 || length > file.size() - at - 2) break;
    const Bytes segment = file.subspan(at + 4, length - 2);
    if (marker == kApp1 && StartsWithExif(segment)) return segment;
    at += 2 + length;
  }
  return {};
}

// The EXIF block of a WebP file, or nothing. The file is one RIFF chunk whose
// chunks have a name, a length and padding to an even one.
Bytes FindInWebp(Bytes file) {
  constexpr size_t kChunkHeader = 8;
  size_t at = 12;  // behind "RIFF", its length and "WEBP"
  while (at <= file.size() && file.size() - at >= kChunkHeader) {
    size_t length = 0;
    for (size_t i = 0; i < 4; ++i) {
      length |= size_t(file[at + 4 + i]) << 8 * i;
    }
    const Bytes rest = file.subspan(at + kChunkHeader);
    if (length > rest.size()) break;
    if (std::memcmp(file.data() + at, "EXIF", 4) == 0) {
      return rest.first(length);
    }
    at += kChunkHeader + length + length % 2;
  }
  return {};
}

struct Turn {
  bool swap, flip_x, flip_y;  // where an upright pixel lies in the stored ones
};

Turn TurnFor(Orientation orientation) {
  switch (orientation) {
    case Orientation::kUpright:
      break;
    case Orientation::kMirrored:
      return {false, true, false};
    case Orientation::kHalfTurn:
      return {false, true, true};
    case Orientation::kFlipped:
      return {false, false, true};
    case Orientation::kTransposed:
      return {true, false, false};
    case Orientation::kQuarterTurn:
      return {true, false, true};
    case Orientation::kTransversed:
      return {true, true, true};
    case Orientation::kThreeQuarterTurn:
      return {true, true, false};
  }
  return {false, false, false};
}

}  // namespace

Orientation OrientationOfExif(Bytes block) {
  const bool named = StartsWithExif(block);
  return OrientationOf(Tiff(named ? block.subspan(kExifBytes) : block));
}

Orientation OrientationOfJpeg(Bytes file) {
  return OrientationOfExif(FindInJpeg(file));
}

Orientation OrientationOfWebp(Bytes file) {
  return OrientationOfExif(FindInWebp(file));
}

Image Oriented(Image image, Orientation orientation) {
  if (orientation == Orientation::kUpright) return image;
  const Turn turn = TurnFor(orientation);
  Image upright(turn.swap ? image.height : image.width,
                turn.swap ? image.width : image.height, image.channels);
  uint8_t* out = upright.pixels.data();
  for (int64_t y = 0; y < upright.height; ++y) {
    for (int64_t x = 0; x < upright.width; ++x, out += image.channels) {
      int64_t from_x = turn.swap ? y : x;
      int64_t from_y = turn.swap ? x : y;
      if (turn.flip_x) from_x = image.width - 1 - from_x;
      if (turn.flip_y) from_y = image.height - 1 - from_y;
      std::copy_n(std::as_const(image).at(from_x, from_y), image.channels, out);
    }
  }
  return upright;
}

}  // namespace octet::vision
