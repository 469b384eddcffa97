// The way of a part through its bands, panels and blocks of pixels that the
// kernels of 256-bit registers share.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_PANELS_AVX2_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_PANELS_AVX2_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_band.h"
#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/conv_u8/conv_u8_piece.h"
#include "kernels/conv_u8/conv_u8_scratch.h"
#include "kernels/conv_u8/conv_u8_view.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/fetch_ahead.h"

namespace octet::kernels {
namespace {

// The runs of a panel, those of all parts.
struct PanelRuns {
  const int8_t* weights;
  const int64_t* offsets;  // of each run in a window
  int64_t runs;
  int64_t k4;
};

// A band of pixels in their view.
struct BandView {
  ConvU8Band band;
  const uint8_t* base;
  const int64_t* windows;  // offsets of the pixels' windows

  int64_t pixels() const { return band.pixel_end - band.pixel_begin; }
};

// Calls sum(windows, n) for up to kConvU8Avx2Block pixels at a time, which
// writes their sums to scratch.sums, [n][16], and makes outputs of them.
template <typename Sum>
[[gnu::always_inline]] inline void ForEachBlock(
    const ConvU8Params& p, const BandView& view, const ConvU8Panel& panel,
    const ConvU8Avx2Scratch& scratch, const Sum& sum) {
  const int64_t pixels = view.pixels();
  for (int64_t begin = 0; begin < pixels; begin += kConvU8Avx2Block) {
    const int64_t rest = pixels - begin;
    const int64_t n = rest < kConvU8Avx2Block ? rest : kConvU8Avx2Block;
    const int64_t pixel = view.band.pixel_begin + begin;
    FetchAhead(p.epilogue, pixel, n, panel.channel);
    sum(view.windows + begin, n);
    ApplyEpilogueAvx2(p.epilogue, scratch.sums, 16, pixel, n, panel.channel,
                      panel.channels);
  }
}

// Calls use(view, runs, panel, scratch) for all pixels of a band, sixteen
// channels.
template <typename Use>
[[gnu::always_inline]] inline void ForEachPanel(const ConvU8Params& params,
                                                int64_t part, int64_t parts,
                                                std::byte* scratch_memory,
                                                const Use& use) {
  const ConvU8Piece piece = PieceOf(params, part, parts);
  const ConvU8Layout layout = LayoutOf(params);
  const ConvU8Avx2Scratch scratch =
      PlaceConvU8Avx2Scratch(params, scratch_memory);
  const int64_t runs = params.weight_parts * layout.runs;
  const int64_t band_pixels = BandPixels(params);
  for (int64_t pixel = piece.pixel_begin; pixel < piece.pixel_end;) {
    const ConvU8Band band = BandAt(params, piece, pixel, band_pixels);
    const ConvU8View view = ViewOf(params, band, scratch.input);
    WindowOffsets(params, band, view, scratch.windows);
    for (int64_t run = 0; run < runs; ++run) {
      scratch.run_offsets[run] = RunOffset(params, run % layout.runs,
                                           view.row_stride, view.pixel_stride);
    }
    for (int64_t i = piece.panel_begin; i < piece.panel_end; ++i) {
      const ConvU8Panel panel = PanelAt(params, i);
      const int64_t group_offset =
          panel.group * (params.in_channels / params.group);
      use(BandView{band, view.base + group_offset, scratch.windows},
          PanelRuns{panel.weight, scratch.run_offsets, runs, layout.k4}, panel,
          scratch);
    }
    pixel = band.pixel_end;
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_PANELS_AVX2_H_
