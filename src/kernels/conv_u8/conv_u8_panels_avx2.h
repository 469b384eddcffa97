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
#include "kernels/conv_u8/conv_u8_sums_avx2.h"
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

// All pixels of a band, sixteen channels.
struct BandOfPanel {
  const ConvU8Params& params;
  BandView view;
  ConvU8Panel panel;
  PanelRuns runs;
  const ConvU8Avx2Scratch& scratch;
};

// Pixels of them whose sums wait together for the epilogue.
struct PixelBlock {
  const uint8_t* base;
  const int64_t* windows;
  int64_t pixels;
  const int32_t* comp;  // what the sums start with, [16]
  int32_t* sums;        // [pixels][16]
};

// Calls sum(block) for up to kConvU8Avx2Block pixels at a time, which writes
// their sums, and makes outputs of them.
template <typename Sum>
[[gnu::always_inline]] inline void ForEachBlock(const BandOfPanel& work,
                                                const Sum& sum) {
  const EpilogueU8& epilogue = work.params.epilogue;
  const ConvU8Panel& panel = work.panel;
  const int64_t pixels = work.view.pixels();
  for (int64_t begin = 0; begin < pixels; begin += kConvU8Avx2Block) {
    const int64_t rest = pixels - begin;
    const int64_t n = rest < kConvU8Avx2Block ? rest : kConvU8Avx2Block;
    const int64_t pixel = work.view.band.pixel_begin + begin;
    FetchAhead(epilogue, pixel, n, panel.channel);
    sum(PixelBlock{work.view.base, work.view.windows + begin, n,
                   epilogue.comp + panel.channel, work.scratch.sums});
    ApplyEpilogueAvx2(epilogue, work.scratch.sums, 16, pixel, n, panel.channel,
                      panel.channels);
  }
}

// Sums of a tile of pixels; Weights are those of a panel, in whatever order.
template <typename Weights>
using TileFn = void (*)(const Weights& weights, const uint8_t* base,
                        const int64_t* windows, const int32_t* comp,
                        int32_t* sums);

// tiles[n] is for n pixels.
template <typename Weights>
[[gnu::always_inline]] inline void SumTiles(
    const TileFn<Weights> (&tiles)[kTileRows + 1], const Weights& weights,
    const PixelBlock& block) {
  for (int64_t i = 0; i < block.pixels; i += kTileRows) {
    const int64_t rest = block.pixels - i;
    tiles[rest < kTileRows ? rest : kTileRows](weights, block.base,
                                               block.windows + i, block.comp,
                                               block.sums + 16 * i);
  }
}

// Calls use(work) for each panel of each band of a part.
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
      use(BandOfPanel{
          params, BandView{band, view.base + group_offset, scratch.windows},
          panel, PanelRuns{panel.weight, scratch.run_offsets, runs, layout.k4},
          scratch});
    }
    pixel = band.pixel_end;
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_PANELS_AVX2_H_
