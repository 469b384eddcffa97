#include "kernels/conv_u8/conv_u8_tactic.h"

#include <algorithm>

#include "kernels/conv_u8/conv_u8_band.h"
#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/conv_u8/conv_u8_piece.h"
#include "kernels/conv_u8/conv_u8_tile_avx512vnni.h"
#include "kernels/conv_u8/conv_u8_woven_avx512vnni.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// Estimated cycles of the tiles for one row of `pixels` neighbours.
double RowCycles(int64_t vectors, int64_t panels, int64_t pixels,
                 double groups) {
  // A call, the first loads and what of the epilogue does not overlap.
  constexpr double kTileCycles = 40;
  const int64_t tiles = DivideUp(pixels, kConvU8TilePixels[vectors]);
  const int64_t blocks = DivideUp(panels, vectors);
  const double rows = double(pixels) / double(tiles);
  const double columns = double(panels) / double(blocks);
  // Two products and two loads a cycle; a product's latency is 4, so fewer
  // than eight sums wait for each other.
  const double step = std::max({rows * columns / 2, (rows + columns) / 2, 4.0});
  return double(tiles * blocks) * (step * groups + kTileCycles);
}

// Channels of a flat row before anything is known about cutting it.
int64_t RowPixels(const ConvU8Params& p) {
  return IsOneToOne(p) ? p.batch * p.out_h * p.out_w : p.out_w;
}

// Tiles of four vectors read half of their weights from memory for each pixel.
// Where panels lie multiples of 4 KiB apart that costs up to a sixth (Zen 4),
// and elsewhere it gains nothing over three; only a measured tactic takes them.
constexpr int64_t kMostVectors = 3;

int64_t ChooseVectors(const ConvU8Params& p, int64_t panels) {
  const ConvU8Layout layout = LayoutOf(p);
  const int64_t runs = p.weight_parts * layout.runs;
  const int64_t pixels = RowPixels(p);
  const int64_t woven = std::min(panels, kConvU8WovenVectors);
  if (p.epilogue.kind != EpilogueKind::kFloat &&
      pixels >= kConvU8WovenPixels[woven]) {
    return woven;
  }
  const double groups = double(runs * layout.k4);
  int64_t best = std::min(panels, kMostVectors);
  double least = RowCycles(best, panels, pixels, groups);
  for (int64_t vectors = best - 1; vectors >= 1; --vectors) {
    const double cycles = RowCycles(vectors, panels, pixels, groups);
    // Wide tiles read the input less often: narrow ones must win clearly.
    if (cycles < 0.97 * least) {
      least = cycles;
      best = vectors;
    }
  }
  return best;
}

}  // namespace

ConvU8Tactic TacticOf(const ConvU8Params& p, int64_t panels) {
  ConvU8Tactic tactic;
  tactic.vectors = p.tile_vectors >= 1 && p.tile_vectors <= 4
                       ? p.tile_vectors
                       : ChooseVectors(p, panels);
  tactic.band_pixels = BandPixels(p);
  if (p.tile_block > 0) {
    // A band may be smaller than the scratch allows, never larger.
    const int64_t asked =
        p.tile_block *
        (IsFlat(p) ? kConvU8TilePixels[tactic.vectors] : p.out_w);
    tactic.band_pixels = std::min(tactic.band_pixels, asked);
  }
  return tactic;
}

}  // namespace octet::kernels
