#include "vision/decode/detect.h"

#include <algorithm>

#include "vision/decode/decoders.h"
#include "vision/decode/nms.h"

namespace octet::vision {
namespace {

double Back(double input, double pad, double scale, int64_t size) {
  return std::clamp((input - pad) / scale, 0.0, double(size));
}

}  // namespace

Result<std::vector<Detection>> Detect(std::span<const Tensor> outputs,
                                      const DetectSpec& spec,
                                      const Placement& placement, int64_t width,
                                      int64_t height) {
  OCTET_ASSIGN(std::vector<Candidate> candidates, Decode(outputs, spec));
  for (Candidate& candidate : candidates) {
    Box& box = candidate.box;
    box.x0 = Back(box.x0, placement.pad_x, placement.scale_x, width);
    box.x1 = Back(box.x1, placement.pad_x, placement.scale_x, width);
    box.y0 = Back(box.y0, placement.pad_y, placement.scale_y, height);
    box.y1 = Back(box.y1, placement.pad_y, placement.scale_y, height);
  }
  std::vector<Detection> detections;
  for (const Candidate& kept :
       Suppress(std::move(candidates), spec.nms_iou, spec.max_det)) {
    detections.push_back({kept.box, kept.class_index, kept.score});
  }
  return detections;
}

}  // namespace octet::vision
