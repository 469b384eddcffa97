// YOLOv5 (anchor-based), in the two forms in which it is exported.
//
// Decoded: [1, N, 5 + C], a row holding cx, cy, w, h in input pixels,
// objectness and class scores, sigmoid done.
// Raw: one map for each stride, before the sigmoid s(t):
//   centre = (2 s(t) - 0.5 + cell) * stride,  size = (2 s(t))^2 * anchor.
// Either: score = objectness * class score.
#include <cmath>

#include "base/error.h"
#include "vision/decode/decoders.h"
#include "vision/decode/grid.h"

namespace octet::vision {
namespace {

// Width and height in pixels, three for each of the strides 8, 16, 32: the
// anchors of the published P5 models.
constexpr double kPublishedAnchors[3][6] = {
    {10, 13, 16, 30, 33, 23},
    {30, 61, 62, 45, 59, 119},
    {116, 90, 156, 198, 373, 326},
};

Status DecodeRows(const Tensor& output, const DetectSpec& spec,
                  std::vector<Candidate>* candidates) {
  const int64_t rows = output.shape()[1];
  const int64_t row_size = output.shape()[2];
  if (row_size < 6) {
    return Usage(
        "decoder 'yolov5' takes an output [1, n, 5 + classes], found "
        "{}",
        output.shape().ToString());
  }
  const float threshold = float(spec.score_threshold);
  const float* row = output.as<float>().data();
  for (int64_t n = 0; n < rows; ++n, row += row_size) {
    const Box box = FromCentre(row[0], row[1], row[2], row[3]);
    for (int64_t c = 0; c < row_size - 5; ++c) {
      const float score = row[5 + c] * row[4];
      if (score > threshold) candidates->push_back({box, int(c), score});
    }
  }
  return {};
}

// A raw map of either rank: where value v of anchor a at cell i stands.
struct Map {
  int64_t anchors;
  int64_t values;  // 5 + classes
  int64_t rows;
  int64_t columns;
  int64_t cell_step;
  int64_t value_step;
  const float* data;

  float At(int64_t anchor, int64_t cell, int64_t value) const {
    return data[anchor * values * rows * columns + cell * cell_step +
                value * value_step];
  }
};

Result<Map> MapOf(const Tensor& output, int64_t anchors) {
  const Shape& shape = output.shape();
  const float* data = output.as<float>().data();
  if (shape.rank() == 5 && shape[1] == anchors && shape[4] >= 6) {
    return Map{anchors, shape[4], shape[2], shape[3], shape[4], 1, data};
  }
  if (shape.rank() == 4 && shape[1] % anchors == 0 && shape[1] / anchors >= 6) {
    return Map{anchors, shape[1] / anchors,  shape[2], shape[3],
               1,       shape[2] * shape[3], data};
  }
  return Usage(
      "decoder 'yolov5' takes maps [1, {0}, h, w, 5 + classes] or [1, "
      "{0} * (5 + classes), h, w], found {1}",
      anchors, shape.ToString());
}

void DecodeMap(const Map& map, int64_t stride, std::span<const double> anchors,
               const DetectSpec& spec, std::vector<Candidate>* candidates) {
  const float threshold = float(spec.score_threshold);
  const auto doubled = [&](int64_t a, int64_t i, int64_t v) {
    return 2 * double(Sigmoid(map.At(a, i, v)));
  };
  for (int64_t a = 0; a < map.anchors; ++a) {
    for (int64_t i = 0; i < map.rows * map.columns; ++i) {
      const float objectness = Sigmoid(map.At(a, i, 4));
      if (!(objectness > threshold)) continue;
      const double x = doubled(a, i, 0) - 0.5 + double(i % map.columns);
      const double y = doubled(a, i, 1) - 0.5 + double(i / map.columns);
      const double w = doubled(a, i, 2);
      const double h = doubled(a, i, 3);
      const Box box = FromCentre(x * double(stride), y * double(stride),
                                 w * w * anchors[size_t(2 * a)],
                                 h * h * anchors[size_t(2 * a + 1)]);
      for (int64_t c = 0; c < map.values - 5; ++c) {
        const float score = Sigmoid(map.At(a, i, 5 + c)) * objectness;
        if (score > threshold) candidates->push_back({box, int(c), score});
      }
    }
  }
}

}  // namespace

Status DecodeYolov5(std::span<const Tensor> outputs, const DetectSpec& spec,
                    std::vector<Candidate>* candidates) {
  if (outputs.size() == 1 && outputs[0].shape().rank() == 3) {
    return DecodeRows(outputs[0], spec, candidates);
  }
  std::vector<std::vector<double>> anchors = spec.anchors;
  if (anchors.empty()) {
    for (const auto& list : kPublishedAnchors) {
      anchors.emplace_back(std::begin(list), std::end(list));
    }
  }
  if (outputs.size() != spec.strides.size() ||
      outputs.size() != anchors.size()) {
    return Usage(
        "decoder 'yolov5' takes one output [1, n, 5 + classes], or "
        "one map for each stride; found {} outputs for {} strides and "
        "{} lists of anchors",
        outputs.size(), spec.strides.size(), anchors.size());
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    OCTET_ASSIGN(const Map map,
                 MapOf(outputs[i], int64_t(anchors[i].size() / 2)));
    DecodeMap(map, spec.strides[i], anchors[i], spec, candidates);
  }
  return {};
}

}  // namespace octet::vision
