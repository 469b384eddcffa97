// The loops that every level of conv_half has: bands of output rows, in them
// the groups, in them some panels at a time.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_PART_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_PART_H_

#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half/conv_half_geometry.h"

namespace octet::kernels {

// Outputs [channel, channel + n) of the output rows [row, end), which are
// panels [panel, panel_end) of a group.
struct ConvHalfBlock {
  int64_t row, end;
  int64_t group, panel, panel_end;
  int64_t channel, n;
  // Where they go: that of the first pixel, and from pixel to pixel.
  float* y;
  int64_t y_stride;
  const float* residual;  // [pixels][n]; null: none
};

// One part of a convolution; levels say how a block is convolved.
class ConvHalfPart {
 public:
  ConvHalfPart(const HalfRows& rows, const ConvHalfParams& params,
               std::byte* scratch);
  virtual ~ConvHalfPart() = default;

  void Run(int64_t part, int64_t parts);

 protected:
  // Brings what the windows of output rows [row, end) see into band().
  virtual void TakeBand(int64_t row, int64_t end) = 0;
  virtual void Convolve(const ConvHalfBlock& block) = 0;

  const ConvHalfParams& params() const { return p_; }
  const ConvHalfGeometry& geometry() const { return g_; }
  const HalfRows& rows() const { return rows_; }
  float* band() const { return band_; }
  float* weight() const { return weight_; }

 private:
  void RunBlock(ConvHalfBlock block);

  const ConvHalfParams& p_;
  const ConvHalfGeometry g_;
  const HalfRows& rows_;
  float* const band_;
  float* const weight_;
  float* const y_;
  float* const residual_;
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_PART_H_
