// AVX2: the codes of two taps are interleaved, widened and multiplied by
// vpmaddwd: sums of two products in each int32 lane, sixteen channels at a
// time. For 3x3 windows at stride 1 the interleaved columns serve all three
// outputs that see them.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/depthwise_u8/depthwise_u8_band.h"
#include "kernels/depthwise_u8/depthwise_u8_piece.h"
#include "kernels/depthwise_u8/depthwise_u8_scratch.h"
#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {
namespace {

// Taps that share a vector of weights: first and second, -1 for none.
struct TapPair {
  int64_t first;
  int64_t second;
};

// Pairs of the 3x3 form: columns of the two upper rows, then the lower row.
constexpr TapPair kPairs3x3[] = {{0, 3}, {1, 4}, {2, 5}, {6, 7}, {-1, 8}};

bool Is3x3(const Window& w) {
  return w.kernel_h == 3 && w.kernel_w == 3 && w.stride_w == 1 &&
         w.dilation_w == 1;
}

int64_t PairCount(const Window& w) {
  return Is3x3(w) ? 5 : (w.kernel_h * w.kernel_w + 1) / 2;
}

TapPair PairAt(const Window& w, int64_t pair) {
  if (Is3x3(w)) return kPairs3x3[pair];
  const int64_t second = 2 * pair + 1;
  return {2 * pair, second < w.kernel_h * w.kernel_w ? second : -1};
}

// Weights of a block of sixteen channels: [pairs][16][2] s16.
void WidenWeights(const DepthwiseU8Params& p, int64_t channel, int16_t* to) {
  const int64_t tap_stride = RoundUp(p.channels, 64);
  for (int64_t i = 0; i < PairCount(p.window); ++i, to += 32) {
    const TapPair pair = PairAt(p.window, i);
    for (int64_t c = 0; c < 16; ++c) {
      const int8_t* w = p.weight + channel + c;
      to[2 * c] = pair.first < 0 ? 0 : w[pair.first * tap_stride];
      to[2 * c + 1] = pair.second < 0 ? 0 : w[pair.second * tap_stride];
    }
  }
}

struct Sums {
  __m256i low, high;  // channels 0 to 7 and 8 to 15
};

// Codes of two taps side by side, widened.
struct Pair {
  __m256i low, high;
};

__m128i LoadCodes(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

Pair Interleave(__m128i first, __m128i second) {
  return {_mm256_cvtepu8_epi16(_mm_unpacklo_epi8(first, second)),
          _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(first, second))};
}

Sums LoadSums(const int32_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 8))};
}

void StoreSums(int32_t* p, const Sums& sums) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), sums.low);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 8), sums.high);
}

[[gnu::always_inline]] inline void Add(Sums& sums, const Pair& pair,
                                       const int16_t* weights) {
  const __m256i* w = reinterpret_cast<const __m256i*>(weights);
  sums.low = _mm256_add_epi32(
      sums.low, _mm256_madd_epi16(pair.low, _mm256_loadu_si256(w)));
  sums.high = _mm256_add_epi32(
      sums.high, _mm256_madd_epi16(pair.high, _mm256_loadu_si256(w + 1)));
}

// Sixteen channels of some neighbouring output pixels.
struct Row {
  const uint8_t* input;  // window of the first
  int64_t step;          // bytes from one window to the next
  int64_t row_stride;    // bytes between rows of a window
  const int64_t* tap_offsets;
  int64_t pairs;
  const int16_t* weights;
  const int32_t* comp;
};

// Any window. tap_offsets has an offset for the missing tap of an odd number.
void AnyWindow(const Row& row, int64_t pixels, int32_t* sums) {
  const uint8_t* x = row.input;
  for (int64_t i = 0; i < pixels; ++i) {
    Sums sum = LoadSums(row.comp);
    for (int64_t pair = 0; pair < row.pairs; ++pair) {
      const __m128i first = LoadCodes(x + row.tap_offsets[2 * pair]);
      const __m128i second = LoadCodes(x + row.tap_offsets[2 * pair + 1]);
      Add(sum, Interleave(first, second), row.weights + 32 * pair);
    }
    StoreSums(sums + 16 * i, sum);
    x += row.step;
  }
}

// A column of three rows: the upper two side by side; the lower one beside its
// left neighbour.
struct Column {
  Pair upper;
  Pair lower;
};

[[gnu::always_inline]] inline Column LoadColumn(const uint8_t* x,
                                                int64_t row_stride,
                                                __m128i& left) {
  const __m128i lower = LoadCodes(x + 2 * row_stride);
  const Column column = {Interleave(LoadCodes(x), LoadCodes(x + row_stride)),
                         Interleave(left, lower)};
  left = lower;
  return column;
}

void Window3x3(const Row& row, int64_t pixels, int32_t* sums) {
  const uint8_t* x = row.input;
  const int16_t* w = row.weights;
  __m128i left = _mm_setzero_si128();
  Column a = LoadColumn(x, row.row_stride, left);
  Column b = LoadColumn(x + row.step, row.row_stride, left);
  x += 2 * row.step;
  for (int64_t i = 0; i < pixels; ++i) {
    const Column c = LoadColumn(x, row.row_stride, left);
    Sums sum = LoadSums(row.comp);
    Add(sum, a.upper, w);
    Add(sum, b.upper, w + 32);
    Add(sum, c.upper, w + 64);
    Add(sum, b.lower, w + 96);
    Add(sum, c.lower, w + 128);
    StoreSums(sums + 16 * i, sum);
    a = b;
    b = c;
    x += row.step;
  }
}

// All pixels of an output row, sixteen channels from `channel` on.
void RunRow(const DepthwiseU8Params& p, Row row, int64_t pixel, int64_t channel,
            int64_t channels, int32_t* sums) {
  const auto window = Is3x3(p.window) ? Window3x3 : AnyWindow;
  for (int64_t x = 0; x < p.out_w; x += kDepthwiseU8Block) {
    const int64_t rest = p.out_w - x;
    const int64_t n = rest < kDepthwiseU8Block ? rest : kDepthwiseU8Block;
    window(row, n, sums);
    ApplyEpilogueAvx2(p.epilogue, sums, 16, pixel + x, n, channel, channels);
    row.input += n * row.step;
  }
}

}  // namespace

void DepthwiseU8Avx2(const DepthwiseU8Params& params, int64_t part,
                     int64_t parts, std::byte* scratch_memory) {
  const DepthwiseU8Piece piece = PieceOf(params, part, parts);
  const DepthwiseU8Scratch scratch =
      PlaceDepthwiseU8Scratch(params, scratch_memory);
  const Window& w = params.window;
  const int64_t pairs = PairCount(w);
  int16_t* const weights = reinterpret_cast<int16_t*>(scratch.weights);
  for (int64_t c = piece.channel_begin; c < piece.channel_end; c += 16) {
    WidenWeights(params, c, weights + (c - piece.channel_begin) * 2 * pairs);
  }
  for (int64_t y = piece.row_begin; y < piece.row_end;) {
    const DepthwiseU8Band band = BandAt(params, piece, y, scratch.input);
    const int64_t taps = w.kernel_h * w.kernel_w;
    for (int64_t tap = 0; tap < taps; ++tap) {
      scratch.tap_offsets[tap] =
          tap / w.kernel_w * w.dilation_h * band.row_stride +
          tap % w.kernel_w * w.dilation_w * band.pixel_stride;
    }
    if (taps % 2 != 0) scratch.tap_offsets[taps] = 0;
    for (; y < band.row_end; ++y) {
      for (int64_t c = piece.channel_begin; c < piece.channel_end; c += 16) {
        const int64_t from_first = c - piece.channel_begin;
        const Row row = {
            band.input + (y - band.row_begin) * w.stride_h * band.row_stride +
                from_first,
            w.stride_w * band.pixel_stride,
            w.dilation_h * band.row_stride,
            scratch.tap_offsets,
            pairs,
            weights + from_first * 2 * pairs,
            params.epilogue.comp + c};
        const int64_t rest = piece.channel_end - c;
        RunRow(params, row, y * params.out_w, c, rest < 16 ? rest : 16,
               scratch.sums);
      }
    }
  }
}

}  // namespace octet::kernels
