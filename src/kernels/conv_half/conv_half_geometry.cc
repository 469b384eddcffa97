#include "kernels/conv_half/conv_half_geometry.h"

#include <algorithm>

#include "kernels/split.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// Input and output of a band, in floats, and likewise weights: each less than
// half of the smallest second-level cache in sight (512 KB, Zen 3).
constexpr int64_t kBandFloats = 48 * 1024;
constexpr int64_t kWeightFloats = 64 * 1024;
// A band has so many pixels at least, whatever they weigh: weights that do not
// stay are widened once for all of them.
constexpr int64_t kLeastBandPixels = 48;
// As conv_f32: rows are handed out in pieces of so many pixels at least, and up
// to kFewPixels parts share pixels and split channels.
constexpr int64_t kLeastPixels = 48;
constexpr int64_t kFewPixels = 128;

bool StaysInside(const ConvHalfParams& p) {
  const Window& w = p.window;
  return w.pad_top == 0 && w.pad_left == 0 &&
         (p.out_h - 1) * w.stride_h < p.in_h &&
         (p.out_w - 1) * w.stride_w < p.in_w;
}

}  // namespace

ConvHalfGeometry GeometryOf(const ConvHalfParams& p) {
  ConvHalfGeometry g{};
  const Window& w = p.window;
  g.band = {p.x,      p.in_h, p.in_w, p.in_channels, p.x_pixel_stride,
            p.window, p.out_w};
  g.weight = {p.out_channels, w.kernel_h * w.kernel_w, p.in_channels / p.group,
              p.group};
  g.pointwise = w.kernel_h * w.kernel_w == 1 && StaysInside(p);
  g.outputs = p.out_channels / p.group;
  const int64_t panel_floats = g.weight.taps * g.weight.depth * 16;
  g.panels_once = std::clamp<int64_t>(
      kWeightFloats / std::max<int64_t>(1, panel_floats), 1,
      std::clamp<int64_t>(g.weight.panels(), 1, kMostHalfPanels));
  const int64_t out_floats = g.panels_once * 16;
  if (g.pointwise) {
    g.rows = p.batch * p.out_h * p.out_w;
    g.row_pixels = 1;
    g.band_rows =
        std::max(kBandFloats / (p.in_channels + out_floats), kLeastBandPixels);
    g.x_floats = g.band_rows * p.in_channels;
  } else {
    g.rows = p.batch * p.out_h;
    g.row_pixels = p.out_w;
    const int64_t by_output = kBandFloats / std::max<int64_t>(1, p.out_w * 64);
    const int64_t least =
        DivideUp(kLeastBandPixels, std::max<int64_t>(1, p.out_w));
    g.band_rows = std::clamp<int64_t>(
        std::max(std::min(g.band.RowsThatFit(kBandFloats, p.out_h), by_output),
                 least),
        1, std::max<int64_t>(1, p.out_h));
    g.x_floats = g.band.Rows(g.band_rows) * g.band.RowFloats();
  }
  g.x_floats = RoundUp(g.x_floats, 16);
  // A whole row of pairs is widened where the depth is odd.
  g.weight_floats = g.panels_once * panel_floats + 16;
  g.y_floats = g.band_rows * g.row_pixels * out_floats;
  return g;
}

int64_t InputPixel(const ConvHalfParams& p, int64_t pixel) {
  const int64_t y = pixel / p.out_w % p.out_h * p.window.stride_h;
  const int64_t x = pixel % p.out_w * p.window.stride_w;
  const int64_t image = pixel / p.out_w / p.out_h;
  return (image * p.in_h + y) * p.in_w + x;
}

bool IsOneToOne(const ConvHalfParams& p) {
  return p.window.stride_h == 1 && p.window.stride_w == 1 &&
         p.out_h == p.in_h && p.out_w == p.in_w;
}

ConvHalfPiece PieceOf(const ConvHalfGeometry& g, int64_t part, int64_t parts) {
  const int64_t pixels = g.rows * g.row_pixels;
  const int64_t least_rows =
      DivideUp(kLeastPixels, std::max<int64_t>(1, g.row_pixels));
  const int64_t most_row_parts =
      pixels <= kFewPixels ? 1 : std::max<int64_t>(1, g.rows / least_rows);
  const int64_t wanted = DivideUp(parts, most_row_parts);
  const int64_t panels = g.weight.panels();
  const int64_t panel_parts = WaysToShare(parts, wanted, panels);
  const int64_t row_parts = parts / panel_parts;
  if (part >= row_parts * panel_parts) return {};
  const Piece rows = PieceOf(g.rows, part / panel_parts, row_parts);
  const Piece own = PieceOf(panels, part % panel_parts, panel_parts);
  return {rows.begin, rows.end, own.begin, own.end};
}

}  // namespace octet::kernels
