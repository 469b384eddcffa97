// How the outputs of a detector become boxes.
#ifndef OCTET_VISION_DECODE_DETECT_SPEC_H_
#define OCTET_VISION_DECODE_DETECT_SPEC_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"

namespace octet::vision {

struct DetectSpec {
  // A row of the decoder table (decoders.h): yolov8, yolox, ...
  std::string decoder;
  // Class names in the order of the outputs; empty if unknown.
  std::vector<std::string> names;
  // A (box, class) pair counts if its score is above this.
  double score_threshold = 0.25;
  // Of two boxes of a class whose intersection over union is above this, the
  // one with the lower score goes.
  double nms_iou = 0.5;
  // Most detections of one picture.
  int64_t max_det = 100;
  // Of the grids, in the order of the outputs; empty: the decoder's own.
  std::vector<int64_t> strides;
  // Size of the model's input in pixels; 0 until the model tells it.
  int64_t input_height = 0;
  int64_t input_width = 0;
  // YOLOv5's raw maps: width and height in pixels of each anchor, one list for
  // each stride; empty: those of the published models.
  std::vector<std::vector<double>> anchors;
};

// The keys of a [detect] table: decoder, names, score_threshold, nms_iou,
// max_det, strides, input_hw = [height, width], anchors. A case.json calls the
// decoder `type`, and its other keys are not read.
//   where:  stands in messages.
//   errors: kBadInput for an unknown key or decoder (TOML), a wrong type or
//           value.
Result<DetectSpec> DetectSpecFromToml(const nlohmann::json& table,
                                      const std::string& where);
Result<DetectSpec> DetectSpecFromCase(const nlohmann::json& table,
                                      const std::string& where);

// A [detect] table that reads back as the same value.
std::string ToText(const DetectSpec& spec);

}  // namespace octet::vision

#endif  // OCTET_VISION_DECODE_DETECT_SPEC_H_
