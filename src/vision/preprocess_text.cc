#include "vision/preprocess_text.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "vision/document.h"
#include "vision/fields.h"
#include "vision/presets.h"

namespace octet::vision {
namespace {

// In the order of the enumerators.
constexpr std::string_view kResizeNames[] = {"none",
                                             "stretch",
                                             "letterbox_topleft",
                                             "letterbox_center",
                                             "center_crop",
                                             "resize_short_center_crop"};
constexpr std::string_view kColorNames[] = {"RGB", "BGR", "GRAY"};
constexpr std::string_view kKeys[] = {
    "preset", "resize",   "size", "pad_value", "resize_short",
    "color",  "channels", "mean", "scale",     "text"};
constexpr int64_t kMaxSize = 65536;

Status ReadSize(const Fields& fields, Preprocess* p) {
  std::vector<int64_t> size;
  OCTET_RETURN_IF_ERROR(fields.Read("size", 2, &size));
  if (!fields.Has("size")) return {};
  if (size.size() != 2 || std::min(size[0], size[1]) < 1 ||
      std::max(size[0], size[1]) > kMaxSize) {
    return BadInput("{}: 'size' must be [height, width], each from 1 to {}",
                    fields.where(), kMaxSize);
  }
  p->height = size[0];
  p->width = size[1];
  return {};
}

Status ReadInt(const Fields& fields, std::string_view key, int high,
               int* value) {
  int64_t wide = *value;
  OCTET_RETURN_IF_ERROR(fields.Read(key, 0, high, &wide));
  *value = int(wide);
  return {};
}

// What the text does not say: no normalization.
void FillDefaults(Preprocess* p) {
  const size_t n = size_t(p->color_channels());
  if (p->mean.empty()) p->mean.assign(n, 0.0);
  if (p->scale.empty()) p->scale.assign(n, 1.0);
}

Result<Preprocess> StartingPoint(const Fields& fields) {
  std::string preset;
  OCTET_RETURN_IF_ERROR(fields.Read("preset", &preset));
  if (preset.empty()) return Preprocess();
  return FindPreset(preset);
}

// The fields as name and text, in the canonical order.
using FieldTexts = std::vector<std::pair<std::string_view, std::string>>;

std::string ListText(const std::vector<double>& values) {
  return fmt::format("[{}]", fmt::join(values, ", "));
}

FieldTexts FieldsOf(const Preprocess& p) {
  FieldTexts fields = {
      {"resize", fmt::format("\"{}\"", kResizeNames[size_t(p.resize)])}};
  if (p.height > 0) {
    fields.emplace_back("size", fmt::format("[{}, {}]", p.height, p.width));
  }
  if (p.resize == ResizeKind::kResizeShortCenterCrop && p.resize_short > 0) {
    fields.emplace_back("resize_short", fmt::format("{}", p.resize_short));
  }
  if (p.resize == ResizeKind::kLetterboxCenter ||
      p.resize == ResizeKind::kLetterboxTopLeft) {
    fields.emplace_back("pad_value", fmt::format("{}", p.pad_value));
  }
  fields.emplace_back("color",
                      fmt::format("\"{}\"", kColorNames[size_t(p.color)]));
  if (p.tensor_channels() != p.color_channels()) {
    fields.emplace_back("channels", fmt::format("{}", p.tensor_channels()));
  }
  fields.emplace_back("mean", ListText(p.mean));
  fields.emplace_back("scale", ListText(p.scale));
  return fields;
}

// 1 / 255 may be written with more or fewer digits; what counts is the
// float32 that the arithmetic uses.
Preprocess RoundedToFloat(Preprocess p) {
  for (double& x : p.mean) x = double(float(x));
  for (double& x : p.scale) x = double(float(x));
  return p;
}

std::string_view TextOf(const FieldTexts& fields, std::string_view name) {
  for (const auto& [key, text] : fields) {
    if (key == name) return text;
  }
  return "not given";
}

}  // namespace

std::vector<std::string_view> PreprocessKeys() {
  return {std::begin(kKeys), std::end(kKeys)};
}

Result<Preprocess> PreprocessFromTable(const nlohmann::json& table,
                                       const std::string& where) {
  const Fields fields(table, where);
  OCTET_ASSIGN(Preprocess p, StartingPoint(fields));
  int choice = -1;
  OCTET_RETURN_IF_ERROR(fields.ReadChoice("resize", kResizeNames, &choice));
  if (choice >= 0) p.resize = ResizeKind(choice);
  OCTET_RETURN_IF_ERROR(fields.ReadChoice("color", kColorNames, &choice));
  if (choice >= 0) p.color = ColorOrder(choice);
  OCTET_RETURN_IF_ERROR(ReadSize(fields, &p));
  OCTET_RETURN_IF_ERROR(
      fields.Read("resize_short", 1, kMaxSize, &p.resize_short));
  OCTET_RETURN_IF_ERROR(ReadInt(fields, "pad_value", 255, &p.pad_value));
  OCTET_RETURN_IF_ERROR(ReadInt(fields, "channels", 4, &p.channels));
  OCTET_RETURN_IF_ERROR(fields.Read("mean", 3, &p.mean));
  OCTET_RETURN_IF_ERROR(fields.Read("scale", 3, &p.scale));
  FillDefaults(&p);
  if (const Status valid = Validate(p); !valid.ok()) {
    return BadInput("{}: {}", where, valid.message());
  }
  return p;
}

std::string ToText(const Preprocess& preprocess) {
  if (preprocess.raw) return "preset = \"raw\"\n";
  std::string text;
  for (const auto& [key, value] : FieldsOf(preprocess)) {
    text += fmt::format("{} = {}\n", key, value);
  }
  return text;
}

Result<Preprocess> PreprocessFromText(std::string_view text,
                                      const std::string& name) {
  OCTET_ASSIGN(const nlohmann::json table, ParseToml(text, name));
  OCTET_RETURN_IF_ERROR(Fields(table, name).CheckKeys(kKeys));
  return PreprocessFromTable(table, name);
}

std::string DescribeDifference(const Preprocess& a, std::string_view in_a,
                               const Preprocess& b, std::string_view in_b) {
  if (a.raw || b.raw) {
    if (a.raw == b.raw) return "";
    return fmt::format("{} takes ready tensors ('raw') and {} pictures",
                       a.raw ? in_a : in_b, a.raw ? in_b : in_a);
  }
  const FieldTexts of_a = FieldsOf(RoundedToFloat(a));
  const FieldTexts of_b = FieldsOf(RoundedToFloat(b));
  for (const std::string_view key : kKeys) {
    const std::string_view text_a = TextOf(of_a, key);
    const std::string_view text_b = TextOf(of_b, key);
    if (text_a != text_b) {
      return fmt::format("{} is {} in {} and {} in {}", key, text_a, in_a,
                         text_b, in_b);
    }
  }
  return "";
}

}  // namespace octet::vision
