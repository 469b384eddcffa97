#include "vision/decode/detect_spec.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "vision/decode/decoders.h"
#include "vision/fields.h"

namespace octet::vision {
namespace {

using nlohmann::json;

constexpr std::string_view kDetectKeys[] = {
    "decoder", "names",   "score_threshold", "nms_iou",
    "max_det", "strides", "input_hw",        "anchors"};
constexpr size_t kMaxClasses = 65536;
constexpr size_t kMaxGrids = 8;
constexpr size_t kMaxAnchorNumbers = 32;
constexpr int64_t kMostPixels = 65536;
constexpr int64_t kMaxDetections = 1000;

Status ReadInputSize(const Fields& fields, DetectSpec* spec) {
  std::vector<int64_t> size;
  OCTET_RETURN_IF_ERROR(fields.Read("input_hw", 2, &size));
  if (!fields.Has("input_hw")) return {};
  if (size.size() != 2 || std::min(size[0], size[1]) < 1 ||
      std::max(size[0], size[1]) > kMostPixels) {
    return BadInput("{}: 'input_hw' must be [height, width], each from 1 to {}",
                    fields.where(), kMostPixels);
  }
  spec->input_height = size[0];
  spec->input_width = size[1];
  return {};
}

Status ReadAnchors(const json& table, const Fields& fields, DetectSpec* spec) {
  if (!fields.Has("anchors")) return {};
  const json& lists = table["anchors"];
  if (!lists.is_array() || lists.size() > kMaxGrids) {
    return BadInput(
        "{}: 'anchors' must be a list of lists, one for each "
        "stride",
        fields.where());
  }
  spec->anchors.clear();
  for (const json& list : lists) {
    const json holder = {{"anchors", list}};
    std::vector<double> numbers;
    OCTET_RETURN_IF_ERROR(Fields(holder, fields.where())
                              .Read("anchors", kMaxAnchorNumbers, &numbers));
    if (numbers.empty() || numbers.size() % 2 != 0) {
      return BadInput("{}: 'anchors' must hold pairs of width and height",
                      fields.where());
    }
    spec->anchors.push_back(std::move(numbers));
  }
  return {};
}

Status ReadRest(const json& table, const Fields& fields, DetectSpec* spec) {
  spec->nms_iou = DefaultNmsIou(spec->decoder);
  OCTET_RETURN_IF_ERROR(fields.Read("names", kMaxClasses, &spec->names));
  OCTET_RETURN_IF_ERROR(
      fields.Read("score_threshold", 0.0, 1.0, &spec->score_threshold));
  OCTET_RETURN_IF_ERROR(fields.Read("nms_iou", 0.0, 1.0, &spec->nms_iou));
  OCTET_RETURN_IF_ERROR(
      fields.Read("max_det", 1, kMaxDetections, &spec->max_det));
  OCTET_RETURN_IF_ERROR(fields.Read("strides", kMaxGrids, &spec->strides));
  for (const int64_t stride : spec->strides) {
    if (stride < 1 || stride > kMostPixels) {
      return BadInput("{}: a stride of {} is not between 1 and {}",
                      fields.where(), stride, kMostPixels);
    }
  }
  OCTET_RETURN_IF_ERROR(ReadInputSize(fields, spec));
  return ReadAnchors(table, fields, spec);
}

Result<DetectSpec> FromTable(const json& table, std::string_view decoder_key,
                             const std::string& where) {
  const Fields fields(table, where);
  int row = -1;
  OCTET_RETURN_IF_ERROR(fields.ReadChoice(decoder_key, DecoderNames(), &row));
  DetectSpec spec;
  if (row >= 0) spec.decoder = DecoderNames()[size_t(row)];
  OCTET_RETURN_IF_ERROR(ReadRest(table, fields, &spec));
  return spec;
}

std::string Quoted(const std::string& text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Result<DetectSpec> DetectSpecFromToml(const json& table,
                                      const std::string& where) {
  OCTET_RETURN_IF_ERROR(Fields(table, where).CheckKeys(kDetectKeys));
  return FromTable(table, "decoder", where);
}

Result<DetectSpec> DetectSpecFromCase(const json& table,
                                      const std::string& where) {
  return FromTable(table, "type", where);
}

std::string ToText(const DetectSpec& spec) {
  std::string text = "[detect]\n";
  if (!spec.decoder.empty()) {
    text += fmt::format("decoder = \"{}\"\n", spec.decoder);
  }
  if (!spec.names.empty()) {
    std::vector<std::string> quoted;
    for (const std::string& name : spec.names) quoted.push_back(Quoted(name));
    text += fmt::format("names = [{}]\n", fmt::join(quoted, ", "));
  }
  text += fmt::format("score_threshold = {}\nnms_iou = {}\nmax_det = {}\n",
                      spec.score_threshold, spec.nms_iou, spec.max_det);
  if (!spec.strides.empty()) {
    text += fmt::format("strides = [{}]\n", fmt::join(spec.strides, ", "));
  }
  if (spec.input_height > 0) {
    text += fmt::format("input_hw = [{}, {}]\n", spec.input_height,
                        spec.input_width);
  }
  if (!spec.anchors.empty()) {
    std::vector<std::string> lists;
    for (const std::vector<double>& list : spec.anchors) {
      lists.push_back(fmt::format("[{}]", fmt::join(list, ", ")));
    }
    text += fmt::format("anchors = [{}]\n", fmt::join(lists, ", "));
  }
  return text;
}

}  // namespace octet::vision
