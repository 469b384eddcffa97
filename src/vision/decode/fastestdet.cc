// FastestDet: one map [1, 5 + C, h, w]: objectness, offset of the centre (its
// tanh in cells), size (its sigmoid as a share of the input), class
// probabilities. Score = objectness^0.6 * probability^0.4.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "vision/decode/decoders.h"
#include "vision/decode/grid.h"

namespace octet::vision {

Status DecodeFastestdet(std::span<const Tensor> outputs, const DetectSpec& spec,
                        std::vector<Candidate>* candidates) {
  if (outputs.size() != 1 || outputs[0].shape().rank() != 4 ||
      outputs[0].shape()[1] < 6) {
    return Usage(
        "decoder 'fastestdet' takes one output [1, 5 + classes, h, "
        "w], found {} output(s), the first {}",
        outputs.size(), outputs.empty() ? "" : outputs[0].shape().ToString());
  }
  const Shape& shape = outputs[0].shape();
  const int64_t classes = shape[1] - 5;
  const int64_t rows = shape[2];
  const int64_t columns = shape[3];
  const int64_t cells = rows * columns;
  const float* values = outputs[0].as<float>().data();
  const float threshold = float(spec.score_threshold);
  const double width = double(spec.input_width);
  const double height = double(spec.input_height);
  for (int64_t i = 0; i < cells; ++i) {
    const auto value = [&](int64_t channel) {
      return values[channel * cells + i];
    };
    const double x = double(i % columns) + double(std::tanh(value(1)));
    const double y = double(i / columns) + double(std::tanh(value(2)));
    const Box box = FromCentre(
        x / double(columns) * width, y / double(rows) * height,
        Sigmoid(value(3)) * float(width), Sigmoid(value(4)) * float(height));
    const float objectness = std::pow(std::max(value(0), 0.0f), 0.6f);
    for (int64_t c = 0; c < classes; ++c) {
      const float score =
          objectness * std::pow(std::max(value(5 + c), 0.0f), 0.4f);
      if (score > threshold) candidates->push_back({box, int(c), score});
    }
  }
  return {};
}

}  // namespace octet::vision
