#include "vision/resize.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/check.h"

namespace octet::vision {
namespace {

// The two input places that one output place mixes, and their shares.
struct Tap {
  int64_t low;
  int64_t high;
  float low_share;
  float high_share;
};

std::vector<Tap> Taps(int64_t n_in, int64_t n_out) {
  const float ratio = float(double(n_in) / double(n_out));
  std::vector<Tap> taps;
  taps.reserve(size_t(n_out));
  for (int64_t i = 0; i < n_out; ++i) {
    const float centre = std::max((float(i) + 0.5f) * ratio - 0.5f, 0.0f);
    const int64_t low = std::min(int64_t(std::floor(centre)), n_in - 1);
    const float share = float(double(centre) - double(low));
    taps.push_back({low, std::min(low + 1, n_in - 1), 1 - share, share});
  }
  return taps;
}

// One input row, resized along x, kept in float.
void ResizeRow(const Image& image, int64_t y, const std::vector<Tap>& taps,
               std::vector<float>& row) {
  const int channels = image.channels;
  const uint8_t* pixels = image.at(0, y);
  float* out = row.data();
  for (const Tap& tap : taps) {
    const uint8_t* low = pixels + tap.low * channels;
    const uint8_t* high = pixels + tap.high * channels;
    for (int c = 0; c < channels; ++c) {
      *out++ = float(low[c]) * tap.low_share + float(high[c]) * tap.high_share;
    }
  }
}

// The two most recent rows, since neighbouring output rows share them.
class RowCache {
 public:
  RowCache(const Image& image, const std::vector<Tap>& taps)
      : image_(image), taps_(taps) {
    for (Slot& slot : slots_) {
      slot.row.resize(taps.size() * size_t(image.channels));
    }
  }

  // Row `y`; the row returned by the call before stays valid.
  const float* Get(int64_t y) {
    if (slots_[0].y != y) {
      std::swap(slots_[0], slots_[1]);
      if (slots_[0].y != y) {
        ResizeRow(image_, y, taps_, slots_[0].row);
        slots_[0].y = y;
      }
    }
    return slots_[0].row.data();
  }

 private:
  struct Slot {
    int64_t y = -1;
    std::vector<float> row;
  };
  const Image& image_;
  const std::vector<Tap>& taps_;
  Slot slots_[2];
};

}  // namespace

Image ResizeBilinear(const Image& image, int64_t width, int64_t height) {
  OCTET_CHECK(image.width > 0 && image.height > 0 && width > 0 && height > 0);
  const std::vector<Tap> columns = Taps(image.width, width);
  const std::vector<Tap> rows = Taps(image.height, height);
  RowCache cache(image, columns);
  Image result(width, height, image.channels);
  uint8_t* out = result.pixels.data();
  const int64_t row_elements = width * image.channels;
  for (const Tap& tap : rows) {
    const float* low = cache.Get(tap.low);
    const float* high = cache.Get(tap.high);
    for (int64_t i = 0; i < row_elements; ++i) {
      const float mixed = low[i] * tap.low_share + high[i] * tap.high_share;
      *out++ = uint8_t(std::clamp(std::floor(mixed + 0.5f), 0.0f, 255.0f));
    }
  }
  return result;
}

}  // namespace octet::vision
