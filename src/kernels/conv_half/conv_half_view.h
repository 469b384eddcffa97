// Where the windows of bf16 that conv_half_dots multiplies lie: in x itself, or
// in a bordered copy of the rows that are in work.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_VIEW_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_VIEW_H_

#include <cstdint>

#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half/conv_half_geometry.h"

namespace octet::kernels {

// Output pixels whose windows are equally far apart.
struct ConvHalfLine {
  int64_t pixel, pixels;   // of the output, counted through rows and images
  const uint16_t* window;  // of the first
  int64_t stride;          // halves
};

class ConvHalfView {
 public:
  // `copy` has CopyHalves. Both must outlive the view.
  ConvHalfView(const ConvHalfParams& params, const ConvHalfGeometry& geometry,
               uint16_t* copy);

  // Rows (of geometry) that are worked on together, at most.
  int64_t BandRows() const { return band_rows_; }
  int64_t CopyHalves() const;

  // Brings what the windows of rows [row, end) of one image see into view.
  void Take(int64_t row, int64_t end);
  // Of what was taken, the line that starts at output pixel `pixel`.
  ConvHalfLine LineAt(int64_t pixel) const;

  // The runs of a window: their number, pairs of one and distances from the
  // first in halves.
  int64_t Runs() const;
  int64_t RunPairs() const;
  int64_t RunOffset(int64_t run) const;

 private:
  // True if pixels are read where they lie: their pairs end with them.
  bool IsInPlace() const;
  bool RunIsRow() const;

  const ConvHalfParams& p_;
  const ConvHalfGeometry& g_;
  const int64_t channels_;  // of a pixel of the copy
  int64_t band_rows_ = 1;
  uint16_t* const copy_;
  int64_t row_ = 0, end_ = 0;  // what was taken
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_VIEW_H_
