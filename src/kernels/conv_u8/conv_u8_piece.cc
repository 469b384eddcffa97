#include "kernels/conv_u8/conv_u8_piece.h"

#include <algorithm>

#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr int64_t kFewPixels = 128;
// A multiple of the rows of the tiles that flat work is done in.
constexpr int64_t kFlatGrain = 14;

}  // namespace

bool HasOverhang(const ConvU8Params& p) {
  const Window& w = p.window;
  const int64_t bottom =
      (p.out_h - 1) * w.stride_h + (w.kernel_h - 1) * w.dilation_h + 1;
  const int64_t right =
      (p.out_w - 1) * w.stride_w + (w.kernel_w - 1) * w.dilation_w + 1;
  return w.pad_top > 0 || w.pad_left > 0 || bottom > p.in_h || right > p.in_w;
}

bool IsFlat(const ConvU8Params& p) {
  return p.window.kernel_h == 1 && p.window.kernel_w == 1 && !HasOverhang(p);
}

bool IsOneToOne(const ConvU8Params& p) {
  return IsFlat(p) && p.in_h == p.out_h && p.in_w == p.out_w;
}

int64_t Grain(const ConvU8Params& p) {
  return IsFlat(p) ? kFlatGrain : p.out_w;
}

bool SplitsPanels(const ConvU8Params& p) {
  const int64_t pixels = p.batch * p.out_h * p.out_w;
  const ConvU8Layout layout = LayoutOf(p);
  const int64_t weights =
      p.group * layout.panels * p.weight_parts * layout.panel_bytes;
  const int64_t inputs =
      (IsFlat(p) ? pixels : p.batch * p.in_h * p.in_w) * p.in_channels;
  return pixels <= kFewPixels || weights > inputs;
}

ConvU8Piece PieceOf(const ConvU8Params& p, int64_t part, int64_t parts) {
  const int64_t pixels = p.batch * p.out_h * p.out_w;
  const int64_t grain = Grain(p);
  const int64_t units = DivideUp(pixels, grain);
  const int64_t panels = p.group * LayoutOf(p).panels;
  if (units == 0 || panels == 0) return {0, 0, 0, 0};
  int64_t pixel_parts, panel_parts;
  if (SplitsPanels(p)) {
    panel_parts = std::min(panels, parts);
    pixel_parts = std::min(units, parts / panel_parts);
  } else {
    pixel_parts = std::min(units, parts);
    panel_parts = std::min(panels, parts / pixel_parts);
  }
  if (part >= pixel_parts * panel_parts) return {0, 0, 0, 0};
  const Piece rows = PieceOf(pixels, part / panel_parts, pixel_parts, grain);
  // Threads share the output's lines at the borders of panels: keep to whole
  // lines of 64 channels where there are enough.
  const int64_t panel_grain = panels >= 8 * panel_parts ? 4 : 1;
  const Piece columns =
      PieceOf(panels, part % panel_parts, panel_parts, panel_grain);
  return {rows.begin, rows.end, columns.begin, columns.end};
}

ConvU8Panel PanelAt(const ConvU8Params& p, int64_t panel) {
  const ConvU8Layout layout = LayoutOf(p);
  const int64_t group = panel / layout.panels;
  const int64_t lane = panel % layout.panels * 16;
  const int64_t group_outputs = p.out_channels / p.group;
  return {p.weight + panel * layout.panel_bytes * p.weight_parts, group,
          group * group_outputs + lane,
          std::min<int64_t>(16, group_outputs - lane)};
}

int64_t RunOffset(const ConvU8Params& p, int64_t run, int64_t row,
                  int64_t pixel) {
  const bool run_is_row = LayoutOf(p).runs == p.window.kernel_h;
  const int64_t ky = run_is_row ? run : run / p.window.kernel_w;
  const int64_t kx = run_is_row ? 0 : run % p.window.kernel_w;
  return ky * p.window.dilation_h * row + kx * p.window.dilation_w * pixel;
}

}  // namespace octet::kernels
