// AVX2 has no exact product of u8 and s8 (vpmaddubsw saturates at int16, and
// weights that provably never do are rare), so both sides are widened to 16
// bits in scratch and multiplied by vpmaddwd: two products an int32 lane. The
// input is widened while it is copied into a bordered band, the weights panel
// by panel for each band.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_band.h"
#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/conv_u8/conv_u8_piece.h"
#include "kernels/conv_u8/conv_u8_scratch.h"

namespace octet::kernels {
namespace {

// Pixels of a tile: 6 x 16 sums are 12 registers, and 4 are left for two
// vectors of weights, an input pair and a product.
constexpr int kTileRows = 6;

// Copies n codes as 16-bit numbers; may write up to 15 more.
int16_t* Widen(const uint8_t* from, int64_t n, int16_t* to) {
  for (int64_t i = 0; i < n; i += 16) {
    const __m128i codes =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i),
                        _mm256_cvtepu8_epi16(codes));
  }
  return to + n;
}

// Writes n copies of a code; may write up to 15 more.
int16_t* Repeat(uint8_t code, int64_t n, int16_t* to) {
  const __m256i codes = _mm256_set1_epi16(code);
  for (int64_t i = 0; i < n; i += 16) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), codes);
  }
  return to + n;
}

// Widens `n` pixels that are neighbours in the input.
int16_t* WidenPixels(const ConvU8Params& p, const uint8_t* from, int64_t n,
                     int16_t* to) {
  if (p.x_pixel_stride == p.in_channels) {
    return Widen(from, n * p.in_channels, to);
  }
  for (int64_t i = 0; i < n; ++i) {
    to = Widen(from + i * p.x_pixel_stride, p.in_channels, to);
  }
  return to;
}

void WidenFlatBand(const ConvU8Params& p, const ConvU8Band& band, int16_t* to) {
  if (p.window.stride_h == 1 && p.window.stride_w == 1 && p.in_w == p.out_w &&
      p.in_h == p.out_h) {
    WidenPixels(p, p.x + band.pixel_begin * p.x_pixel_stride, band.width, to);
    return;
  }
  for (int64_t i = band.pixel_begin; i < band.pixel_end; ++i) {
    to =
        Widen(p.x + FlatInputPixel(p, i) * p.x_pixel_stride, p.in_channels, to);
  }
}

// Everything is written in the order of memory, so that what a copy writes
// too much is overwritten by the next, or falls into the slack.
void WidenBand(const ConvU8Params& p, const ConvU8Band& band, int16_t* to) {
  int64_t first = -band.in_x;  // columns of the band that the input has
  int64_t last = p.in_w - band.in_x;
  first = first < band.width ? first : band.width;
  last = last < band.width ? last : band.width;
  for (int64_t row = 0; row < band.rows; ++row) {
    const int64_t y = band.in_y + row;
    if (y < 0 || y >= p.in_h || last <= first) {
      to = Repeat(p.x_zero, band.width * p.in_channels, to);
      continue;
    }
    const int64_t pixel =
        (band.image * p.in_h + y) * p.in_w + band.in_x + first;
    to = Repeat(p.x_zero, first * p.in_channels, to);
    to = WidenPixels(p, p.x + pixel * p.x_pixel_stride, last - first, to);
    to = Repeat(p.x_zero, (band.width - last) * p.in_channels, to);
  }
}

// [k4][16][4] s8 becomes [2 * k4][16][2] s16.
void WidenPanel(const int8_t* from, int64_t k4, int16_t* to) {
  for (int64_t k = 0; k < k4; ++k) {
    __m256i four[4];  // of four channels each
    for (int i = 0; i < 4; ++i) {
      four[i] = _mm256_cvtepi8_epi16(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 16 * i)));
    }
    for (int half = 0; half < 2; ++half) {
      const __m256 a = _mm256_castsi256_ps(four[2 * half]);
      const __m256 b = _mm256_castsi256_ps(four[2 * half + 1]);
      const __m256i first = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88));
      const __m256i second = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 16 * half),
                          _mm256_permute4x64_epi64(first, 0xd8));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 32 + 16 * half),
                          _mm256_permute4x64_epi64(second, 0xd8));
    }
    from += 64;
    to += 64;
  }
}

struct TileInput {
  const int16_t* input;
  const int64_t* run_offsets;
  int64_t runs;   // of all parts
  int64_t pairs;  // of a run; less than 2 * k4 where the last one is all zeros
  int64_t k4;
  const int16_t* weights;
  const int32_t* comp;
};

__m256i LoadSums(const int32_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

void StoreSums(int32_t* p, __m256i sums) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), sums);
}

__m256i LoadWeights(const int16_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

__m256i RepeatPair(const int16_t* p) {
  int32_t pair;
  __builtin_memcpy(&pair, p, sizeof pair);
  return _mm256_set1_epi32(pair);
}

// The sums of kRows pixels and sixteen channels.
template <int kRows>
void Tile(const TileInput& in, const int32_t* offsets, int32_t* acc) {
  __m256i sum[kRows][2];
#pragma GCC unroll 6
  for (int i = 0; i < kRows; ++i) {
    sum[i][0] = LoadSums(in.comp);
    sum[i][1] = LoadSums(in.comp + 8);
  }
  const int16_t* w = in.weights;
  const int64_t runs = in.runs;
  // Nine taps, as a first layer's three pixels have, need five pairs of six.
  const int64_t rest = 32 * (2 * in.k4 - in.pairs);
  for (int64_t r = 0; r < runs; ++r) {
    const int16_t* const run = in.input + in.run_offsets[r];
    const int16_t* x[kRows];
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) x[i] = run + offsets[i];
    for (int64_t k = 0; k < 2 * in.pairs; k += 2) {
      const __m256i w0 = LoadWeights(w);
      const __m256i w1 = LoadWeights(w + 16);
#pragma GCC unroll 6
      for (int i = 0; i < kRows; ++i) {
        const __m256i pair = RepeatPair(x[i] + k);
        sum[i][0] = _mm256_add_epi32(sum[i][0], _mm256_madd_epi16(pair, w0));
        sum[i][1] = _mm256_add_epi32(sum[i][1], _mm256_madd_epi16(pair, w1));
      }
      w += 32;
    }
    w += rest;
  }
#pragma GCC unroll 6
  for (int i = 0; i < kRows; ++i) {
    StoreSums(acc + 16 * i, sum[i][0]);
    StoreSums(acc + 16 * i + 8, sum[i][1]);
  }
}

// The same for one pixel and weights as they are packed, [k4][16][4] s8: each
// lane sums half of the four products of a channel, and the halves meet at the
// end. Costs more a product, but needs no widened panel.
void NarrowTile(const TileInput& in, const int8_t* w, const int32_t* offsets,
                int32_t* acc) {
  __m256i sum[4];  // of four channels each
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) sum[v] = _mm256_setzero_si256();
  for (int64_t r = 0; r < in.runs; ++r) {
    const int16_t* x = in.input + in.run_offsets[r] + offsets[0];
    for (int64_t k = 0; k < in.k4; ++k) {
      const __m256i four = _mm256_broadcastq_epi64(
          _mm_loadl_epi64(reinterpret_cast<const __m128i*>(x + 4 * k)));
#pragma GCC unroll 4
      for (int v = 0; v < 4; ++v) {
        const __m256i weights = _mm256_cvtepi8_epi16(
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(w + 16 * v)));
        sum[v] = _mm256_add_epi32(sum[v], _mm256_madd_epi16(four, weights));
      }
      w += 64;
    }
  }
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const __m256i mixed = _mm256_hadd_epi32(sum[2 * half], sum[2 * half + 1]);
    StoreSums(acc + 8 * half,
              _mm256_add_epi32(LoadSums(in.comp + 8 * half),
                               _mm256_permute4x64_epi64(mixed, 0xd8)));
  }
}

using TileFn = void (*)(const TileInput&, const int32_t*, int32_t*);
constexpr TileFn kTiles[kTileRows + 1] = {nullptr, Tile<1>, Tile<2>, Tile<3>,
                                          Tile<4>, Tile<5>, Tile<6>};

// Bands of so few pixels use the panel too seldom to widen it first: 3 cycles
// for 64 products against 6 to widen them and 2 or more to use them.
constexpr int64_t kNarrowPixels = 2;

// All pixels of a band, sixteen channels; for at most kNarrowPixels.
void NarrowBandTimesPanel(const ConvU8Params& p, const TileInput& in,
                          const ConvU8Band& band, const ConvU8Panel& panel,
                          const ConvU8Avx2Scratch& scratch) {
  const int64_t n = band.pixel_end - band.pixel_begin;
  for (int64_t i = 0; i < n; ++i) {
    NarrowTile(in, panel.weight, scratch.offsets + i, scratch.sums + 16 * i);
  }
  ApplyEpilogueAvx2(p.epilogue, scratch.sums, 16, band.pixel_begin, n,
                    panel.channel, panel.channels);
}

// All pixels of a band, sixteen channels.
void BandTimesPanel(const ConvU8Params& p, const TileInput& in,
                    const ConvU8Band& band, const ConvU8Panel& panel,
                    const ConvU8Avx2Scratch& scratch) {
  int64_t pixel = band.pixel_begin;
  while (pixel < band.pixel_end) {
    int64_t n = band.pixel_end - pixel;
    if (n > kConvU8Avx2Block) n = kConvU8Avx2Block;
    const int32_t* offsets = scratch.offsets + (pixel - band.pixel_begin);
    for (int64_t i = 0; i < n; i += kTileRows) {
      const int64_t rows = n - i < kTileRows ? n - i : kTileRows;
      kTiles[rows](in, offsets + i, scratch.sums + 16 * i);
    }
    ApplyEpilogueAvx2(p.epilogue, scratch.sums, 16, pixel, n, panel.channel,
                      panel.channels);
    pixel += n;
  }
}

}  // namespace

void ConvU8Avx2(const ConvU8Params& params, int64_t part, int64_t parts,
                std::byte* scratch_memory) {
  const ConvU8Piece piece = PieceOf(params, part, parts);
  const ConvU8Layout layout = LayoutOf(params);
  const ConvU8Avx2Scratch scratch =
      PlaceConvU8Avx2Scratch(params, scratch_memory);
  const int64_t runs = params.weight_parts * layout.runs;
  const int64_t band_pixels = BandPixels(params, sizeof(int16_t));
  const bool is_flat = IsFlat(params);
  for (int64_t pixel = piece.pixel_begin; pixel < piece.pixel_end;) {
    const ConvU8Band band = BandAt(params, piece, pixel, band_pixels);
    BandOffsets(params, band, scratch.offsets);
    if (is_flat) {
      WidenFlatBand(params, band, scratch.input);
    } else {
      WidenBand(params, band, scratch.input);
    }
    for (int64_t run = 0; run < runs; ++run) {
      scratch.run_offsets[run] =
          RunOffset(params, run % layout.runs, band.width * params.in_channels,
                    params.in_channels);
    }
    for (int64_t i = piece.panel_begin; i < piece.panel_end; ++i) {
      const ConvU8Panel panel = PanelAt(params, i);
      const TileInput in = {
          scratch.input + panel.group * (params.in_channels / params.group),
          scratch.run_offsets,
          runs,
          (layout.run_length + 1) / 2,
          layout.k4,
          scratch.weights,
          params.epilogue.comp + panel.channel};
      if (band.pixel_end - band.pixel_begin <= kNarrowPixels) {
        NarrowBandTimesPanel(params, in, band, panel, scratch);
        continue;
      }
      WidenPanel(panel.weight, runs * layout.k4, scratch.weights);
      BandTimesPanel(params, in, band, panel, scratch);
    }
    pixel = band.pixel_end;
  }
}

}  // namespace octet::kernels
