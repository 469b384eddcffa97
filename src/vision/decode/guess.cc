#include "vision/decode/guess.h"

#include <optional>
#include <string>

#include "base/error.h"
#include "vision/decode/decoders.h"
#include "vision/decode/grid.h"

namespace octet::vision {
namespace {

constexpr int64_t kStrideSets[][4] = {
    {8, 16, 32, 0}, {8, 16, 32, 64}, {16, 32, 0, 0}, {8, 16, 0, 0}};

struct Input {
  int64_t height;
  int64_t width;
};

using Strides = std::vector<int64_t>;

// The set of strides whose grids have `cells` cells in all.
std::optional<Strides> StridesFor(int64_t cells, Input input, bool round_up) {
  for (const auto& row : kStrideSets) {
    Strides strides;
    for (const int64_t stride : row) {
      if (stride > 0) strides.push_back(stride);
    }
    if (CountCells(input.height, input.width, strides, round_up) == cells) {
      return strides;
    }
  }
  return std::nullopt;
}

DetectSpec Spec(std::string_view decoder, Strides strides) {
  DetectSpec spec;
  spec.decoder = decoder;
  spec.strides = std::move(strides);
  return spec;
}

std::optional<DetectSpec> FromRows(const Shape& shape, Input input) {
  if (shape.rank() != 3) return std::nullopt;
  if (shape[2] >= 6) {
    if (auto strides = StridesFor(shape[1], input, false)) {
      return Spec("yolox", *std::move(strides));
    }
    if (shape[1] % 3 == 0) {
      if (auto strides = StridesFor(shape[1] / 3, input, false)) {
        return Spec("yolov5", *std::move(strides));
      }
    }
  }
  if (shape[1] >= 5) {
    if (auto strides = StridesFor(shape[2], input, false)) {
      return Spec("yolov8", *std::move(strides));
    }
  }
  return std::nullopt;
}

std::optional<DetectSpec> FromMap(const Shape& shape) {
  if (shape.rank() != 4 || shape[1] < 6) return std::nullopt;
  return Spec("fastestdet", {});
}

// YOLOv5's raw maps: the published models have three anchors a cell.
std::optional<DetectSpec> FromRawMaps(std::span<const Shape> outputs,
                                      Input input) {
  if (outputs.size() != 3) return std::nullopt;
  Strides strides;
  for (const Shape& shape : outputs) {
    const bool split = shape.rank() == 5 && shape[1] == 3 && shape[4] >= 6;
    const bool joined =
        shape.rank() == 4 && shape[1] % 3 == 0 && shape[1] >= 18;
    if ((!split && !joined) || shape[2] < 1 || shape[3] < 1) {
      return std::nullopt;
    }
    const int64_t stride = input.height / shape[2];
    if (stride < 1 || input.width / shape[3] != stride) return std::nullopt;
    strides.push_back(stride);
  }
  return Spec("yolov5", std::move(strides));
}

std::optional<DetectSpec> FromDistributions(std::span<const Shape> outputs,
                                            Input input) {
  const size_t grids = outputs.size() / 2;
  if (outputs.size() % 2 != 0 || grids == 0) return std::nullopt;
  int64_t cells = 0;
  for (size_t g = 0; g < grids; ++g) {
    const Shape& scores = outputs[g];
    const Shape& sides = outputs[grids + g];
    if (scores.rank() != 3 || sides.rank() != 3 || scores[1] != sides[1] ||
        sides[2] % 4 != 0) {
      return std::nullopt;
    }
    cells += scores[1];
  }
  auto strides = StridesFor(cells, input, true);
  if (!strides || strides->size() != grids) return std::nullopt;
  return Spec("picodet", *std::move(strides));
}

std::optional<DetectSpec> Guess(std::span<const Shape> outputs, Input input) {
  if (outputs.size() == 1) {
    if (auto spec = FromRows(outputs[0], input)) return spec;
    return FromMap(outputs[0]);
  }
  if (auto spec = FromRawMaps(outputs, input)) return spec;
  return FromDistributions(outputs, input);
}

}  // namespace

Result<DetectSpec> GuessDecoder(std::span<const Shape> outputs,
                                int64_t input_height, int64_t input_width) {
  std::optional<DetectSpec> spec = Guess(outputs, {input_height, input_width});
  if (!spec) {
    std::string shapes;
    for (const Shape& shape : outputs) {
      shapes += (shapes.empty() ? "" : ", ") + shape.ToString();
    }
    return Usage(
        "no detection head is known with the outputs {} for an input "
        "of {} x {}; name one with decoder = \"...\" under [detect]",
        shapes, input_width, input_height);
  }
  spec->input_height = input_height;
  spec->input_width = input_width;
  spec->nms_iou = DefaultNmsIou(spec->decoder);
  return *std::move(spec);
}

}  // namespace octet::vision
