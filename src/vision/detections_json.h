// Detections as JSON, in a form that other programs may rely on.
#ifndef OCTET_VISION_DETECTIONS_JSON_H_
#define OCTET_VISION_DETECTIONS_JSON_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vision/decode/detect.h"

namespace octet::vision {

struct ImageDetections {
  std::string file;
  int64_t width = 0;
  int64_t height = 0;
  std::vector<Detection> detections;
};

// Fields are only ever added within a version.
inline constexpr int kDetectionsVersion = 1;

// {
//   "format": "octet-detections", "version": 1,
//   "images": [{
//     "file": "a.jpg", "width": 640, "height": 480,
//     "detections": [{"class": 0, "name": "person", "score": 0.8731,
//                     "box": [x0, y0, x1, y1]}]
//   }]
// }
// Boxes are in pixels to two decimals, scores to four, best first. Bytes that
// are not UTF-8 are replaced.
std::string DetectionsJson(std::span<const ImageDetections> images,
                           std::span<const std::string> names);

}  // namespace octet::vision

#endif  // OCTET_VISION_DETECTIONS_JSON_H_
