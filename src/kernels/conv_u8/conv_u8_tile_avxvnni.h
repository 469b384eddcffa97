// Convolution of codes by dot products of four in 256-bit registers: tiles of
// six pixels and sixteen channels, weights as they are packed.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_TILE_AVXVNNI_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_TILE_AVXVNNI_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_panels_avx2.h"
#include "kernels/conv_u8/conv_u8_sums_avx2.h"
#include "kernels/conv_u8/dot_avx2.h"

namespace octet::kernels {
namespace {

template <typename Dots, int kRows>
void DotTile(const PanelRuns& panel, const uint8_t* base,
             const int64_t* windows, const int32_t* comp, int32_t* acc) {
  const uint8_t* x[kRows];
#pragma GCC unroll 6
  for (int i = 0; i < kRows; ++i) x[i] = base + windows[i];
  Sums<kRows> sums;
  sums.Load(comp);
  const int8_t* w = panel.weights;
  for (int64_t r = 0; r < panel.runs; ++r) {
    const int64_t begin = panel.offsets[r];
    for (int64_t offset = begin; offset < begin + 4 * panel.k4; offset += 4) {
#pragma GCC unroll 6
      for (int i = 0; i < kRows; ++i) {
        const __m256i codes = RepeatFour(x[i] + offset);
        Dots::Add(codes, w, &sums.half[i][0]);
        Dots::Add(codes, w + 32, &sums.half[i][1]);
      }
      w += kQuadBytes;
    }
  }
  sums.Store(acc);
}

template <typename Dots>
void SumPanelByDots(const BandOfPanel& work) {
  constexpr TileFn<PanelRuns> kTiles[kTileRows + 1] = {
      nullptr,          DotTile<Dots, 1>, DotTile<Dots, 2>, DotTile<Dots, 3>,
      DotTile<Dots, 4>, DotTile<Dots, 5>, DotTile<Dots, 6>};
  ForEachBlock(work, [&](const PixelBlock& block) {
    SumTiles(kTiles, work.runs, block);
  });
}

// Dots::Add(codes, weights, &sums): to each 32-bit sum the products of four
// neighbouring u8 codes and s8 weights; the two encodings of the instruction
// belong to different machines.
template <typename Dots>
[[gnu::always_inline]] inline void ConvU8ByDots(const ConvU8Params& params,
                                                int64_t part, int64_t parts,
                                                std::byte* scratch_memory) {
  ForEachPanel(params, part, parts, scratch_memory, SumPanelByDots<Dots>);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_TILE_AVXVNNI_H_
