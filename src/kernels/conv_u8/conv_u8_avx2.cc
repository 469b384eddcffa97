// AVX2: tiles of six pixels and sixteen channels over the quads of a panel
// (dot_avx2.h), sorted for each band of pixels by how they can be multiplied.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_panels_avx2.h"
#include "kernels/conv_u8/conv_u8_quads_avx2.h"
#include "kernels/conv_u8/conv_u8_scratch.h"
#include "kernels/conv_u8/conv_u8_sums_avx2.h"
#include "kernels/conv_u8/dot_avx2.h"

namespace octet::kernels {
namespace {

template <int kRows>
[[gnu::always_inline]] inline void Add(Sums<kRows>& sums, int i, int v,
                                       __m256i products) {
  sums.half[i][v] = _mm256_add_epi32(sums.half[i][v], products);
}

template <int kRows>
[[gnu::always_inline]] inline void AddPairs(const QuadList<int8_t>& quads,
                                            const uint8_t* const (&x)[kRows],
                                            Sums<kRows>& sums) {
  const __m256i ones = _mm256_set1_epi16(1);
  const int8_t* w = quads.weights;
  for (int64_t k = 0; k < quads.count; ++k, w += kQuadBytes) {
    const int64_t offset = quads.offsets[k];
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) {
      const __m256i codes = RepeatFour(x[i] + offset);
      Add(sums, i, 0, _mm256_madd_epi16(MultiplyPairs(codes, w), ones));
      Add(sums, i, 1, _mm256_madd_epi16(MultiplyPairs(codes, w + 32), ones));
    }
  }
}

template <int kRows>
[[gnu::always_inline]] inline void AddWide(const QuadList<int16_t>& quads,
                                           const uint8_t* const (&x)[kRows],
                                           Sums<kRows>& sums) {
  const int16_t* w = quads.weights;
  for (int64_t k = 0; k < quads.count; ++k, w += kWideQuadElements) {
    const int64_t offset = quads.offsets[k];
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) {
      const __m256i codes = RepeatFour(x[i] + offset);
      const __m256i even = EvenCodes(codes);
      const __m256i odd = _mm256_srli_epi16(codes, 8);
      Add(sums, i, 0, MultiplyWidePairs(even, w));
      Add(sums, i, 1, MultiplyWidePairs(even, w + 16));
      Add(sums, i, 0, MultiplyWidePairs(odd, w + 32));
      Add(sums, i, 1, MultiplyWidePairs(odd, w + 48));
    }
  }
}

template <int kRows>
void Tile(const Quads& quads, const uint8_t* base, const int64_t* windows,
          const int32_t* comp, int32_t* acc) {
  const uint8_t* x[kRows];
#pragma GCC unroll 6
  for (int i = 0; i < kRows; ++i) x[i] = base + windows[i];
  Sums<kRows> sums;
  sums.Load(comp);
  AddPairs(quads.pairs, x, sums);
  AddWide(quads.wide, x, sums);
  sums.Store(acc);
}

// The same for one pixel and quads as they are packed: each lane sums half of
// the four products of a channel, and the halves meet at the end.
void UnsortedTile(const PanelRuns& panel, const uint8_t* window,
                  const int32_t* comp, int32_t* acc) {
  __m256i sum[4];  // of four channels each
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) sum[v] = _mm256_setzero_si256();
  const int8_t* w = panel.weights;
  for (int64_t r = 0; r < panel.runs; ++r) {
    const uint8_t* x = window + panel.offsets[r];
    for (int64_t k = 0; k < panel.k4; ++k) {
      const __m256i four =
          _mm256_cvtepu8_epi16(_mm256_castsi256_si128(RepeatFour(x + 4 * k)));
#pragma GCC unroll 4
      for (int v = 0; v < 4; ++v) {
        const __m256i weights = _mm256_cvtepi8_epi16(
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(w + 16 * v)));
        sum[v] = _mm256_add_epi32(sum[v], _mm256_madd_epi16(four, weights));
      }
      w += kQuadBytes;
    }
  }
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const __m256i mixed = _mm256_hadd_epi32(sum[2 * half], sum[2 * half + 1]);
    StoreVector(acc + 8 * half,
                _mm256_add_epi32(LoadVector(comp + 8 * half),
                                 _mm256_permute4x64_epi64(mixed, 0xd8)));
  }
}

constexpr TileFn<Quads> kTiles[kTileRows + 1] = {
    nullptr, Tile<1>, Tile<2>, Tile<3>, Tile<4>, Tile<5>, Tile<6>};

// Bands of so few pixels use a panel too seldom to sort it first.
constexpr int64_t kUnsortedPixels = 2;

void SumUnsorted(const BandOfPanel& work) {
  ForEachBlock(work, [&](const PixelBlock& block) {
    for (int64_t i = 0; i < block.pixels; ++i) {
      UnsortedTile(work.runs, block.base + block.windows[i], block.comp,
                   block.sums + 16 * i);
    }
  });
}

void SumSorted(const BandOfPanel& work) {
  const Quads quads = SortQuads(work.runs, work.scratch);
  ForEachBlock(
      work, [&](const PixelBlock& block) { SumTiles(kTiles, quads, block); });
}

void SumPanel(const BandOfPanel& work) {
  const bool is_sorted = work.view.pixels() > kUnsortedPixels;
  (is_sorted ? SumSorted : SumUnsorted)(work);
}

}  // namespace

void ConvU8Avx2(const ConvU8Params& params, int64_t part, int64_t parts,
                std::byte* scratch_memory) {
  ForEachPanel(params, part, parts, scratch_memory, SumPanel);
}

}  // namespace octet::kernels
