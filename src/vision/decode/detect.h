// The whole way from a detector's outputs to detections in a picture.
#ifndef OCTET_VISION_DECODE_DETECT_H_
#define OCTET_VISION_DECODE_DETECT_H_

#include <cstdint>
#include <span>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"
#include "vision/decode/candidate.h"
#include "vision/decode/detect_spec.h"
#include "vision/preprocess.h"

namespace octet::vision {

// An object found in a picture.
struct Detection {
  Box box;  // in pixels of the picture, inside it
  int class_index = 0;
  float score = 0;
};

// Decodes, maps the boxes back to the picture, clips them to it, suppresses
// doubles; best first, at most spec.max_det.
//   outputs:       of one picture, f32, in the model's order, batch of 1.
//   placement:     where the picture lay in the input (Place).
//   width, height: of the picture.
//   errors:        as Decode.
Result<std::vector<Detection>> Detect(std::span<const Tensor> outputs,
                                      const DetectSpec& spec,
                                      const Placement& placement, int64_t width,
                                      int64_t height);

}  // namespace octet::vision

#endif  // OCTET_VISION_DECODE_DETECT_H_
