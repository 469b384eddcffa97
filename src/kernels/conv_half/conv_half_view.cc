#include "kernels/conv_half/conv_half_view.h"

#include <algorithm>

#include "kernels/half_band/half_band.h"
#include "kernels/split.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// A copied band, or the input and output of a flat one: less than half of the
// smallest second-level cache in sight (512 KB).
constexpr int64_t kBandHalves = int64_t{96} * 1024;
// Flat bands have so many pixels at least, whatever they weigh: weights that do
// not stay in the cache are read once for each band.
constexpr int64_t kLeastFlatPixels = 128;

// The fewest bands of at most `most` rows, of even size.
int64_t EvenBand(int64_t rows, int64_t most) {
  rows = std::max<int64_t>(rows, 1);
  most = std::clamp<int64_t>(most, 1, rows);
  return EvenPiece(rows, most);
}

}  // namespace

ConvHalfView::ConvHalfView(const ConvHalfParams& params,
                           const ConvHalfGeometry& geometry, uint16_t* copy)
    : p_(params),
      g_(geometry),
      channels_(RoundUp(params.in_channels, 2)),
      copy_(copy) {
  if (g_.pointwise) {
    const int64_t pixel = channels_ + p_.group * g_.outputs;
    band_rows_ =
        EvenBand(g_.rows, std::max(kBandHalves / pixel, kLeastFlatPixels));
    return;
  }
  const int64_t row = g_.band.Columns() * channels_;
  const int64_t rows = kBandHalves / std::max<int64_t>(1, row);
  band_rows_ =
      EvenBand(p_.out_h, (rows - g_.band.Rows(1)) / p_.window.stride_h + 1);
}

bool ConvHalfView::IsInPlace() const {
  return g_.pointwise && channels_ == p_.in_channels;
}

int64_t ConvHalfView::CopyHalves() const {
  if (IsInPlace()) return 0;
  if (g_.pointwise) return band_rows_ * channels_;
  return g_.band.Rows(band_rows_) * g_.band.Columns() * channels_;
}

void ConvHalfView::Take(int64_t row, int64_t end) {
  row_ = row;
  end_ = end;
  if (IsInPlace()) return;
  if (!g_.pointwise) {
    const int64_t first = row % p_.out_h;
    return g_.band.Copy(row / p_.out_h, first, first + end - row, channels_,
                        copy_);
  }
  for (int64_t i = row; i < end; ++i) {
    CopyHalfPixel(p_.x + InputPixel(p_, i) * p_.x_pixel_stride, p_.in_channels,
                  channels_, copy_ + (i - row) * channels_);
  }
}

ConvHalfLine ConvHalfView::LineAt(int64_t pixel) const {
  const int64_t rest = end_ * g_.row_pixels - pixel;
  const int64_t row_rest = std::min(rest, p_.out_w - pixel % p_.out_w);
  if (IsInPlace()) {
    const bool is_flat = IsOneToOne(p_);
    return {pixel, is_flat ? rest : row_rest,
            p_.x + InputPixel(p_, pixel) * p_.x_pixel_stride,
            (is_flat ? 1 : p_.window.stride_w) * p_.x_pixel_stride};
  }
  const int64_t i = pixel - row_ * g_.row_pixels;
  if (g_.pointwise) return {pixel, rest, copy_ + i * channels_, channels_};
  const int64_t row = i / p_.out_w * p_.window.stride_h * g_.band.Columns();
  const int64_t column = i % p_.out_w * p_.window.stride_w;
  return {pixel, row_rest, copy_ + (row + column) * channels_,
          p_.window.stride_w * channels_};
}

bool ConvHalfView::RunIsRow() const {
  return p_.window.dilation_w == 1 && p_.group == 1;
}

int64_t ConvHalfView::Runs() const {
  return p_.window.kernel_h * (RunIsRow() ? 1 : p_.window.kernel_w);
}

int64_t ConvHalfView::RunPairs() const {
  return g_.weight.pairs() * (RunIsRow() ? p_.window.kernel_w : 1);
}

int64_t ConvHalfView::RunOffset(int64_t run) const {
  const int64_t columns = RunIsRow() ? 1 : p_.window.kernel_w;
  const int64_t row = run / columns * p_.window.dilation_h;
  const int64_t column = run % columns * p_.window.dilation_w;
  return (row * g_.band.Columns() + column) * channels_;
}

}  // namespace octet::kernels
