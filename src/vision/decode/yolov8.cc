// YOLOv8, v9, 11 and others in their form: [1, 4 + C, N], column n holding cx,
// cy, w, h in input pixels and C class scores with their sigmoid done.
#include "base/error.h"
#include "vision/decode/decoders.h"
#include "vision/decode/grid.h"

namespace octet::vision {

Status DecodeYolov8(std::span<const Tensor> outputs, const DetectSpec& spec,
                    std::vector<Candidate>* candidates) {
  if (outputs.size() != 1 || outputs[0].shape().rank() != 3 ||
      outputs[0].shape()[1] < 5) {
    return Usage(
        "decoder 'yolov8' takes one output [1, 4 + classes, n], found "
        "{} output(s), the first {}",
        outputs.size(), outputs.empty() ? "" : outputs[0].shape().ToString());
  }
  const int64_t classes = outputs[0].shape()[1] - 4;
  const int64_t places = outputs[0].shape()[2];
  const float* values = outputs[0].as<float>().data();
  const float threshold = float(spec.score_threshold);
  for (int64_t n = 0; n < places; ++n) {
    const float cx = values[n];
    const float cy = values[places + n];
    const float half_w = values[2 * places + n] / 2;
    const float half_h = values[3 * places + n] / 2;
    const Box box = {cx - half_w, cy - half_h, cx + half_w, cy + half_h};
    for (int64_t c = 0; c < classes; ++c) {
      const float score = values[(4 + c) * places + n];
      if (score > threshold) candidates->push_back({box, int(c), score});
    }
  }
  return {};
}

}  // namespace octet::vision
