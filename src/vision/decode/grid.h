// What the grid-based heads share: the order of cells, scores above the
// threshold, the logistic function.
#ifndef OCTET_VISION_DECODE_GRID_H_
#define OCTET_VISION_DECODE_GRID_H_

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "vision/decode/candidate.h"

namespace octet::vision {

// A cell of one grid, row by row: x = column, y = row.
struct Cell {
  int64_t x;
  int64_t y;
  int64_t stride;
};

// Cells of all grids, one grid after the other, of an input of height x width.
// A stride that does not divide a side loses the rest (YOLOX) or gains a cell
// (`round_up`, PicoDet).
inline std::vector<Cell> Cells(int64_t height, int64_t width,
                               std::span<const int64_t> strides,
                               bool round_up) {
  std::vector<Cell> cells;
  for (const int64_t stride : strides) {
    const int64_t add = round_up ? stride - 1 : 0;
    for (int64_t y = 0; y < (height + add) / stride; ++y) {
      for (int64_t x = 0; x < (width + add) / stride; ++x) {
        cells.push_back({x, y, stride});
      }
    }
  }
  return cells;
}

// Number of cells without making them.
inline int64_t CountCells(int64_t height, int64_t width,
                          std::span<const int64_t> strides, bool round_up) {
  int64_t count = 0;
  for (const int64_t stride : strides) {
    const int64_t add = round_up ? stride - 1 : 0;
    count += (height + add) / stride * ((width + add) / stride);
  }
  return count;
}

inline float Sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

inline Box FromCentre(double cx, double cy, double w, double h) {
  return {cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2};
}

}  // namespace octet::vision

#endif  // OCTET_VISION_DECODE_GRID_H_
