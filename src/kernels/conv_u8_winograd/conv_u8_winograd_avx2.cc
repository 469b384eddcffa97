// AVX2 has no 8-bit product, so that 16 bits cost nothing more: a quarter of
// the products of conv_u8_avx2.cc, with the same vpmaddwd.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8_winograd/conv_u8_winograd.h"
#include "kernels/conv_u8_winograd/conv_u8_winograd_lanes.h"
#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {
namespace {

struct Words {
  using I = __m256i;
  static constexpr int64_t kLanes = 16;

  static I Add(I a, I b) { return _mm256_add_epi16(a, b); }
  static I Sub(I a, I b) { return _mm256_sub_epi16(a, b); }
  template <int kBits>
  static I AddTimes(I a, I b) {
    return Add(a, _mm256_slli_epi16(b, kBits));
  }
  template <int kBits>
  static I SubTimes(I a, I b) {
    return Sub(a, _mm256_slli_epi16(b, kBits));
  }
  static I Read(const uint8_t* codes) {
    return _mm256_cvtepu8_epi16(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
  }
  static void Store(int16_t* to, I a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), a);
  }
};

struct Sums {
  using I = __m256i;
  static constexpr int64_t kLanes = 8;

  static I Zero() { return _mm256_setzero_si256(); }
  static I Add(I a, I b) { return _mm256_add_epi32(a, b); }
  static I Sub(I a, I b) { return _mm256_sub_epi32(a, b); }
  template <int kBits>
  static I AddTimes(I a, I b) {
    return Add(a, _mm256_slli_epi32(b, kBits));
  }
  template <int kBits>
  static I SubTimes(I a, I b) {
    return Sub(a, _mm256_slli_epi32(b, kBits));
  }
  // All is modulo 2^32, so that a multiple of 9 is divided by multiplying with
  // the inverse.
  static I Scale(I a, int row, int column) {
    const I whole =
        _mm256_mullo_epi32(a, _mm256_set1_epi32(int32_t(kInverseOfNine)));
    return _mm256_srai_epi32(whole, kOutputBits[row] + kOutputBits[column]);
  }
  static I Load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
  }
  static void Store(int32_t* to, I a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), a);
  }
};

struct Lanes : ConvU8WinogradBase {
  using Words = kernels::Words;
  using Sums = kernels::Sums;
  static constexpr WinogradWeights kWeights = kWinogradOfAvx2;
  // 6 x 16 sums are 12 registers; two have weights, two a pair and a product.
  static constexpr int64_t kTileRows[] = {0, 6};

  static __m256i Repeat(const int16_t* p) {
    int32_t pair;
    __builtin_memcpy(&pair, p, sizeof pair);
    return _mm256_set1_epi32(pair);
  }
  static void AddProducts(__m256i& sum, __m256i pair, __m256i weights) {
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pair, weights));
  }
  static void ReadTaps(const int8_t* weights, int64_t groups, int64_t group,
                       __m256i (&taps)[9][4]) {
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap) {
      WidenGroup(weights + (tap * groups + group) * 64, taps[tap]);
    }
  }
  static void FinishRow(const Params& p, int32_t* sums, int64_t pixel,
                        int64_t pixels, int64_t panel) {
    const ConvU8Panel at = PanelAt(p, panel);
    ApplyEpilogueAvx2(p.epilogue, sums, 16, pixel, pixels, at.channel,
                      at.channels);
  }

 private:
  // [16][4] s8 as [2][16][2] s16.
  static void WidenGroup(const int8_t* from, __m256i (&to)[4]) {
    __m256 four[4];  // outputs of four channels each
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      four[i] = _mm256_castsi256_ps(_mm256_cvtepi8_epi16(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 16 * i))));
    }
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      const __m256 a = four[2 * half], b = four[2 * half + 1];
      to[half] = Order(_mm256_shuffle_ps(a, b, 0x88));
      to[2 + half] = Order(_mm256_shuffle_ps(a, b, 0xdd));
    }
  }
  static __m256i Order(__m256 pairs) {
    return _mm256_permute4x64_epi64(_mm256_castps_si256(pairs), 0xd8);
  }
};

}  // namespace

void ConvU8WinogradAvx2(const ConvU8Params& params, int64_t part, int64_t parts,
                        std::byte* scratch) {
  RunWinograd<Lanes>(params, part, parts, scratch);
}

}  // namespace octet::kernels
