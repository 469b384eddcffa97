#include "kernels/conv_f32/conv_f32_geometry.h"

#include <algorithm>

#include "kernels/conv_f32/conv_f32_pack.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Input of a block, in floats: less than half of the smallest second-level
// cache in sight (512 KB, Zen 3), the rest is for a panel and the output.
constexpr int64_t kBlockFloats = int64_t{48} * 1024;
// The same for levels without stretches, whose processors have 1 MB and more,
// and the fewest pixels that are worth reading all weights for: where those
// are beyond the second-level cache too, the weights still come less often.
constexpr int64_t kLargeBlockFloats = int64_t{112} * 1024;
constexpr int64_t kLeastLargeBlock = 192;
// Pixels are handed out in whole tiles of 6, and at least this many per part
// before parts share pixels and split channels.
constexpr int64_t kPixelGrain = 6;
constexpr int64_t kLeastPixels = 48;
// Up to so many pixels an op reads more weights than input, so that parts
// should not share weights.
constexpr int64_t kFewPixels = 128;

// Whole chains; 16 KB of a panel.
constexpr int64_t kStretch = 2 * kConvF32Chain;
constexpr int64_t kStretchPanels = 8;

bool HangsOver(const ConvF32Params& p, int64_t span_h, int64_t span_w) {
  const Window& w = p.window;
  return w.pad_top > 0 || w.pad_left > 0 ||
         (p.out_h - 1) * w.stride_h + span_h > p.in_h ||
         (p.out_w - 1) * w.stride_w + span_w > p.in_w;
}

}  // namespace

ConvF32Geometry GeometryOf(const ConvF32Params& p, bool stretches) {
  const Window& w = p.window;
  const int64_t span_h = (w.kernel_h - 1) * int64_t{w.dilation_h} + 1;
  const int64_t span_w = (w.kernel_w - 1) * int64_t{w.dilation_w} + 1;
  ConvF32Geometry g{};
  g.copies = HangsOver(p, span_h, span_w);
  g.band_columns = g.copies ? (p.out_w - 1) * w.stride_w + span_w : p.in_w;
  g.pixel_stride = g.copies ? p.in_channels : p.x_pixel_stride;
  g.image_row_stride = g.band_columns * g.pixel_stride;
  const int64_t rows_that_fit =
      kBlockFloats / std::max<int64_t>(1, g.image_row_stride);
  g.band_rows = std::clamp<int64_t>((rows_that_fit - span_h) / w.stride_h + 1,
                                    1, std::max<int64_t>(1, p.out_h));
  g.block_pixels = std::max(
      (stretches ? kBlockFloats : kLargeBlockFloats) /
          std::max<int64_t>(1, p.in_channels * w.stride_h * w.stride_w) / 24 *
          24,
      stretches ? int64_t{24} : kLeastLargeBlock);

  g.depth = p.in_channels / p.group;
  const bool is_long = stretches && !g.copies && w.kernel_h == 1 &&
                       w.kernel_w == 1 && g.depth >= 2 * kStretch;
  if (is_long) {
    g.block_pixels = kBlockFloats / kStretch / 24 * 24;
    g.stretch_panels = kStretchPanels;
    g.stretch_floats = g.block_pixels * kStretchPanels * kConvF32Panel;
  }
  const bool row_is_one_run =
      w.kernel_w == 1 ||
      (p.group == 1 && w.dilation_w == 1 && g.pixel_stride == p.in_channels);
  g.window_rows = w.kernel_h;
  g.window_columns = row_is_one_run ? 1 : w.kernel_w;
  g.row_stride = w.dilation_h * g.image_row_stride;
  g.column_stride = w.dilation_w * g.pixel_stride;
  g.run = row_is_one_run ? w.kernel_w * g.depth : g.depth;
  g.stretch = is_long ? kStretch : g.run;
  g.outputs = p.out_channels / p.group;
  g.panels = DivideUp(g.outputs, kConvF32Panel);
  g.panel_floats = g.depth * w.kernel_h * w.kernel_w * kConvF32Panel;
  return g;
}

ConvF32Piece PieceOf(const ConvF32Params& p, const ConvF32Geometry& g,
                     int64_t part, int64_t parts) {
  const int64_t pixels = p.batch * p.out_h * p.out_w;
  const int64_t most_pixel_parts =
      pixels <= kFewPixels ? 1 : std::max<int64_t>(1, pixels / kLeastPixels);
  const int64_t wanted = DivideUp(parts, most_pixel_parts);
  const int64_t panel_parts = WaysToShare(parts, wanted, g.panels);
  const int64_t pixel_parts = parts / panel_parts;
  if (part >= pixel_parts * panel_parts) return {};
  const Piece pixel =
      PieceOf(pixels, part / panel_parts, pixel_parts, kPixelGrain);
  const Piece panel = PieceOf(g.panels, part % panel_parts, panel_parts);
  return {pixel.begin, pixel.end, panel.begin, panel.end};
}

}  // namespace octet::kernels
