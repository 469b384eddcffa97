// PicoDet and its relatives: for each stride the class scores [1, n, C] with
// their sigmoid done, then for each stride [1, n, 4 * bins]: each side's
// distance from the cell's centre as a distribution over 0 .. bins - 1 strides
// before its softmax.
// Source: Li et al., "Generalized Focal Loss", NeurIPS 2020; Yu et al.,
// "PP-PicoDet", 2021.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "vision/decode/decoders.h"
#include "vision/decode/grid.h"

namespace octet::vision {
namespace {

// Mean of the distribution that `bins` values give by softmax.
float ExpectedBin(const float* values, int64_t bins) {
  const float most = *std::max_element(values, values + bins);
  float sum = 0;
  for (int64_t k = 0; k < bins; ++k) sum += std::exp(values[k] - most);
  float mean = 0;
  for (int64_t k = 0; k < bins; ++k) {
    mean += std::exp(values[k] - most) / sum * float(k);
  }
  return mean;
}

Box BoxAround(const Cell& cell, const float* distances, int64_t bins) {
  float sides[4];  // left, top, right, bottom
  for (int side = 0; side < 4; ++side) {
    sides[side] =
        ExpectedBin(distances + side * bins, bins) * float(cell.stride);
  }
  const double cx = (double(cell.x) + 0.5) * double(cell.stride);
  const double cy = (double(cell.y) + 0.5) * double(cell.stride);
  return {cx - sides[0], cy - sides[1], cx + sides[2], cy + sides[3]};
}

bool FitsGrid(const Tensor& scores, const Tensor& distances, int64_t cells) {
  const Shape& s = scores.shape();
  const Shape& d = distances.shape();
  return s.rank() == 3 && d.rank() == 3 && s[1] == cells && d[1] == cells &&
         d[2] >= 4 && d[2] % 4 == 0;
}

}  // namespace

Status DecodePicodet(std::span<const Tensor> outputs, const DetectSpec& spec,
                     std::vector<Candidate>* candidates) {
  const size_t grids = spec.strides.size();
  if (outputs.size() != 2 * grids) {
    return Usage("decoder 'picodet' takes {} outputs for {} strides, found {}",
                 2 * grids, grids, outputs.size());
  }
  const float threshold = float(spec.score_threshold);
  for (size_t g = 0; g < grids; ++g) {
    const std::span stride(&spec.strides[g], 1);
    const int64_t cells = CountCells(spec.input_height, spec.input_width,
                                     stride, /*round_up=*/true);
    if (!FitsGrid(outputs[g], outputs[grids + g], cells)) {
      return Usage(
          "decoder 'picodet' takes [1, {0}, classes] and [1, {0}, 4 * "
          "bins] for stride {1}, found {2} and {3}",
          cells, spec.strides[g], outputs[g].shape().ToString(),
          outputs[grids + g].shape().ToString());
    }
    const int64_t classes = outputs[g].shape()[2];
    const int64_t bins = outputs[grids + g].shape()[2] / 4;
    const float* scores = outputs[g].as<float>().data();
    const float* distances = outputs[grids + g].as<float>().data();
    for (const Cell& cell : Cells(spec.input_height, spec.input_width, stride,
                                  /*round_up=*/true)) {
      const bool any = std::any_of(scores, scores + classes,
                                   [&](float s) { return s > threshold; });
      const Box box = any ? BoxAround(cell, distances, bins) : Box();
      for (int64_t c = 0; any && c < classes; ++c) {
        if (scores[c] > threshold) {
          candidates->push_back({box, int(c), scores[c]});
        }
      }
      scores += classes;
      distances += 4 * bins;
    }
  }
  return {};
}

}  // namespace octet::vision
