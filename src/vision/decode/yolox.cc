// YOLOX: [1, N, 5 + C], one row for each cell: centre as an offset in the
// cell, logarithm of the size, both in strides; objectness and class scores
// with their sigmoid done.
// Source: Ge et al., "YOLOX: Exceeding YOLO Series in 2021".
#include <cmath>

#include "base/error.h"
#include "vision/decode/decoders.h"
#include "vision/decode/grid.h"

namespace octet::vision {

Status DecodeYolox(std::span<const Tensor> outputs, const DetectSpec& spec,
                   std::vector<Candidate>* candidates) {
  const int64_t cells = CountCells(spec.input_height, spec.input_width,
                                   spec.strides, /*round_up=*/false);
  if (outputs.size() != 1 || outputs[0].shape().rank() != 3 ||
      outputs[0].shape()[1] != cells || outputs[0].shape()[2] < 6) {
    return Usage(
        "decoder 'yolox' takes one output [1, {}, 5 + classes] for an "
        "input of {} x {}, found {} output(s), the first {}",
        cells, spec.input_width, spec.input_height, outputs.size(),
        outputs.empty() ? "" : outputs[0].shape().ToString());
  }
  const int64_t row_size = outputs[0].shape()[2];
  const float* row = outputs[0].as<float>().data();
  const float threshold = float(spec.score_threshold);
  for (const Cell& cell : Cells(spec.input_height, spec.input_width,
                                spec.strides, /*round_up=*/false)) {
    const double stride = double(cell.stride);
    const Box box = FromCentre((double(row[0]) + double(cell.x)) * stride,
                               (double(row[1]) + double(cell.y)) * stride,
                               double(std::exp(row[2])) * stride,
                               double(std::exp(row[3])) * stride);
    for (int64_t c = 0; c < row_size - 5; ++c) {
      const float score = row[5 + c] * row[4];
      if (score > threshold) candidates->push_back({box, int(c), score});
    }
    row += row_size;
  }
  return {};
}

}  // namespace octet::vision
