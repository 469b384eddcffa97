#include "doctor/feeding.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace octet::doctor {
namespace {

// Channels in the order red, green, blue.
struct Normalization {
  const char* name;
  std::array<double, 3> mean, scale;
  float low, high;  // of the numbers that it gives
};

constexpr double kByte = 1.0 / 255;
constexpr Normalization kNormalizations[] = {
    {"0..1", {0, 0, 0}, {kByte, kByte, kByte}, 0, 1},
    {"0..255", {0, 0, 0}, {1, 1, 1}, 0, 255},
    {"-1..1", {127.5, 127.5, 127.5}, {1 / 127.5, 1 / 127.5, 1 / 127.5}, -1, 1},
    {"ImageNet's mean and deviation",
     {123.675, 116.28, 103.53},
     {1 / 58.395, 1 / 57.12, 1 / 57.375},
     -2.118f,
     2.640f},
    {"0..255 less ImageNet's mean",
     {123.675, 116.28, 103.53},
     {1, 1, 1},
     -123.7f,
     151.5f},
};

Feeding Make(const Normalization& normalization, bool bgr, int channels,
             bool coloured) {
  Feeding feeding;
  feeding.bgr = bgr;
  feeding.channels = channels;
  feeding.name = normalization.name;
  if (coloured) feeding.name = (bgr ? "BGR, " : "RGB, ") + feeding.name;
  for (size_t c = 0; c < 3; ++c) {
    // Grey is normalized as green, the nearest to luma.
    const size_t from = !coloured ? 1 : bgr ? 2 - c : c;
    feeding.mean[c] = normalization.mean[from];
    feeding.scale[c] = normalization.scale[from];
  }
  return feeding;
}

// Numbers that differ by less are no other feeding: 2 % of the deviation of
// ordinary pictures (60).
bool Equal(const Feeding& a, const Feeding& b) {
  if (a.bgr != b.bgr) return false;
  for (size_t c = 0; c < size_t(a.channels); ++c) {
    if (std::abs(a.mean[c] - b.mean[c]) > 1.2) return false;
    if (std::abs(a.scale[c] / b.scale[c] - 1) > 0.02) return false;
  }
  return true;
}

std::string Describe(const Feeding& feeding, bool coloured) {
  for (const Normalization& row : kNormalizations) {
    for (const bool bgr : {false, true}) {
      const Feeding known = Make(row, bgr, feeding.channels, coloured);
      if (Equal(known, feeding)) return known.name;
    }
  }
  return fmt::format("{}mean {:g}, scale {:.4g}",
                     !coloured     ? ""
                     : feeding.bgr ? "BGR, "
                                   : "RGB, ",
                     feeding.mean[0], feeding.scale[0]);
}

}  // namespace

Feeding FeedingOf(const vision::Preprocess& preprocess, int channels) {
  Feeding feeding;
  feeding.bgr = preprocess.color == vision::ColorOrder::kBgr;
  feeding.channels = channels;
  for (size_t c = 0; c < 3; ++c) {
    const size_t from = std::min(c, preprocess.mean.size() - 1);
    feeding.mean[c] = preprocess.mean[from];
    feeding.scale[c] = preprocess.scale[from];
  }
  feeding.name =
      Describe(feeding, preprocess.color != vision::ColorOrder::kGray);
  return feeding;
}

std::optional<Feeding> GuessFeeding(float low, float high, int channels) {
  for (const Normalization& row : kNormalizations) {
    const float slack = (row.high - row.low) * 1e-3f;
    const float middle = (row.high + row.low) / 2;
    const bool fits = low >= row.low - slack && high <= row.high + slack;
    // Pictures together come near both ends.
    const float reach = (row.high - row.low) * 0.3f;
    if (fits && high > middle + reach && low < middle - reach) {
      return Make(row, false, channels, channels == 3);
    }
  }
  return std::nullopt;
}

Feeding SwapColours(const Feeding& feeding) {
  Feeding swapped = feeding;
  swapped.bgr = !swapped.bgr;
  std::swap(swapped.mean[0], swapped.mean[2]);
  std::swap(swapped.scale[0], swapped.scale[2]);
  swapped.name = Describe(swapped, true);
  return swapped;
}

std::vector<Feeding> OtherFeedings(const Feeding& current, bool coloured) {
  std::vector<Feeding> others;
  if (coloured) others.push_back(SwapColours(current));
  for (const Normalization& row : kNormalizations) {
    for (const bool bgr : {false, true}) {
      if (bgr && !coloured) continue;
      const Feeding other = Make(row, bgr, current.channels, coloured);
      const bool known = Equal(other, current) ||
                         std::ranges::any_of(others, [&](const Feeding& f) {
                           return Equal(f, other);
                         });
      if (!known) others.push_back(other);
    }
  }
  return others;
}

Tensor Refeed(const Tensor& tensor, vision::Layout layout, const Feeding& from,
              const Feeding& to) {
  Tensor out = tensor;
  const auto x = tensor.as<float>();
  const auto y = out.as<float>();
  const auto channels = size_t(from.channels);
  const size_t pixels = x.size() / channels;
  const bool planar = layout == vision::Layout::kNchw;
  for (size_t c = 0; c < channels; ++c) {
    const size_t source = from.bgr != to.bgr ? channels - 1 - c : c;
    // ((x / s + m) - m') * s'
    const double factor = to.scale[c] / from.scale[source];
    const double shift = (from.mean[source] - to.mean[c]) * to.scale[c];
    for (size_t p = 0; p < pixels; ++p) {
      const size_t at = planar ? source * pixels + p : p * channels + source;
      const size_t write = planar ? c * pixels + p : p * channels + c;
      y[write] = float(double(x[at]) * factor + shift);
    }
  }
  return out;
}

std::string ToToml(const Feeding& feeding, bool coloured) {
  const auto list = [&](const std::array<double, 3>& numbers) {
    return coloured ? fmt::format("[{:.6g}, {:.6g}, {:.6g}]", numbers[0],
                                  numbers[1], numbers[2])
                    : fmt::format("[{:.6g}]", numbers[0]);
  };
  return fmt::format("{}mean = {}, scale = {}",
                     !coloured     ? ""
                     : feeding.bgr ? "color = \"BGR\", "
                                   : "color = \"RGB\", ",
                     list(feeding.mean), list(feeding.scale));
}

}  // namespace octet::doctor
