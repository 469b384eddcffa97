#include "vision/presets.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/nearest.h"

namespace octet::vision {
namespace {

enum class Normalization : uint8_t {
  kImageNet,  // (pixel / 255 - mean) / deviation of ImageNet's training set
  kUnit,      // 0..1
  kByte,      // 0..255
  kSigned,    // -1..1
};

struct PresetRow {
  std::string_view name;
  bool raw;
  ResizeKind resize;
  int pad_value;
  ColorOrder color;
  Normalization normalization;
};

using enum ResizeKind;
constexpr PresetRow kPresets[] = {
    {"imagenet", false, kResizeShortCenterCrop, 0, ColorOrder::kRgb,
     Normalization::kImageNet},
    {"yolov5", false, kLetterboxCenter, 114, ColorOrder::kRgb,
     Normalization::kUnit},
    {"yolov8", false, kLetterboxCenter, 114, ColorOrder::kRgb,
     Normalization::kUnit},
    {"yolov11", false, kLetterboxCenter, 114, ColorOrder::kRgb,
     Normalization::kUnit},
    {"yolox", false, kLetterboxTopLeft, 114, ColorOrder::kBgr,
     Normalization::kByte},
    {"picodet", false, kStretch, 0, ColorOrder::kRgb, Normalization::kImageNet},
    {"ssd", false, kStretch, 0, ColorOrder::kRgb, Normalization::kSigned},
    {"raw", true, kNone, 0, ColorOrder::kRgb, Normalization::kByte},
};

constexpr auto kPresetNames = [] {
  std::array<std::string_view, std::size(kPresets)> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = kPresets[i].name;
  return names;
}();

void SetNormalization(Normalization normalization, Preprocess* p) {
  switch (normalization) {
    case Normalization::kImageNet:
      p->mean = {123.675, 116.28, 103.53};
      p->scale = {1 / 58.395, 1 / 57.12, 1 / 57.375};
      return;
    case Normalization::kUnit:
      p->mean = {0, 0, 0};
      p->scale = {1 / 255.0, 1 / 255.0, 1 / 255.0};
      return;
    case Normalization::kByte:
      p->mean = {0, 0, 0};
      p->scale = {1, 1, 1};
      return;
    case Normalization::kSigned:
      p->mean = {127.5, 127.5, 127.5};
      p->scale = {1 / 127.5, 1 / 127.5, 1 / 127.5};
      return;
  }
}

}  // namespace

Result<Preprocess> FindPreset(std::string_view name) {
  const auto* row = std::ranges::find(kPresets, name, &PresetRow::name);
  if (row == std::end(kPresets)) {
    return Usage("'{}' is no preprocessing preset{}", name,
                 Suggestion(name, kPresetNames));
  }
  Preprocess p;
  p.raw = row->raw;
  p.resize = row->resize;
  p.pad_value = row->pad_value;
  p.color = row->color;
  SetNormalization(row->normalization, &p);
  return p;
}

std::span<const std::string_view> PresetNames() { return kPresetNames; }

}  // namespace octet::vision
