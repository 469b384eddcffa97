// AVX-512: vpdpwssd does half as many products as vpdpbusd, and a quarter of
// them is needed.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8_winograd/conv_u8_winograd.h"
#include "kernels/conv_u8_winograd/conv_u8_winograd_lanes.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/rounding_avx512.h"

namespace octet::kernels {
namespace {

struct Words {
  using I = __m512i;
  static constexpr int64_t kLanes = 32;

  static I Add(I a, I b) { return _mm512_add_epi16(a, b); }
  static I Sub(I a, I b) { return _mm512_sub_epi16(a, b); }
  template <int kBits>
  static I AddTimes(I a, I b) {
    return Add(a, _mm512_slli_epi16(b, kBits));
  }
  template <int kBits>
  static I SubTimes(I a, I b) {
    return Sub(a, _mm512_slli_epi16(b, kBits));
  }
  static I Read(const uint8_t* codes) {
    return _mm512_cvtepu8_epi16(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes)));
  }
  static void Store(int16_t* to, I a) { _mm512_storeu_si512(to, a); }
};

struct Sums {
  using I = __m512i;
  static constexpr int64_t kLanes = 16;

  static I Zero() { return _mm512_setzero_si512(); }
  static I Add(I a, I b) { return _mm512_add_epi32(a, b); }
  static I Sub(I a, I b) { return _mm512_sub_epi32(a, b); }
  template <int kBits>
  static I AddTimes(I a, I b) {
    return Add(a, _mm512_slli_epi32(b, kBits));
  }
  template <int kBits>
  static I SubTimes(I a, I b) {
    return Sub(a, _mm512_slli_epi32(b, kBits));
  }
  // All is modulo 2^32, so that a multiple of 9 is divided by multiplying with
  // the inverse.
  static I Scale(I a, int row, int column) {
    const I whole =
        _mm512_mullo_epi32(a, _mm512_set1_epi32(int32_t(kInverseOfNine)));
    return _mm512_srai_epi32(whole,
                             unsigned(kOutputBits[row] + kOutputBits[column]));
  }
  static I Load(const void* from) { return _mm512_loadu_si512(from); }
  static void Store(int32_t* to, I a) { _mm512_storeu_si512(to, a); }
};

struct Lanes : ConvU8WinogradBase {
  using Words = kernels::Words;
  using Sums = kernels::Sums;
  static constexpr WinogradWeights kWeights = kWinogradCodes;
  // As many sums as there are registers beside the weights and a pair.
  static constexpr int64_t kTileRows[] = {0, 24};

  static __m512i Repeat(const int16_t* p) {
    int32_t pair;
    __builtin_memcpy(&pair, p, sizeof pair);
    return _mm512_set1_epi32(pair);
  }
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  static void AddProducts(__m512i& sum, __m512i pair, __m512i weights) {
    asm("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(pair), "v"(weights));
  }
  static void ReadTaps(const int8_t* weights, int64_t groups, int64_t group,
                       __m512i (&taps)[9][2]) {
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap) {
      WidenGroup(weights + (tap * groups + group) * 64, taps[tap]);
    }
  }
  static void FinishRow(const Params& p, int32_t* sums, int64_t pixel,
                        int64_t pixels, int64_t panel) {
    const ConvU8Panel at = PanelAt(p, panel);
    const bool fits =
        FitsInt32(p.epilogue, at.channel, at.channels, float(p.sum_bound));
    (fits ? ApplyFittingEpilogueAvx512Vnni : ApplyEpilogueAvx512Vnni)(
        p.epilogue, sums, 16, pixel, pixels, at.channel, at.channels);
  }

 private:
  // [16][4] s8 as [2][16][2] s16.
  static void WidenGroup(const int8_t* from, __m512i (&to)[2]) {
    // Of a channel's four: the first two, then the last two.
    const __m512i first = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18,
                                            20, 22, 24, 26, 28, 30);
    const __m512i second = _mm512_or_si512(first, _mm512_set1_epi32(1));
    const __m512i a = WidenCodes(from), b = WidenCodes(from + 32);
    to[0] = _mm512_permutex2var_epi32(a, first, b);
    to[1] = _mm512_permutex2var_epi32(a, second, b);
  }
  static __m512i WidenCodes(const int8_t* from) {
    return _mm512_cvtepi8_epi16(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }
};

}  // namespace

void ConvU8WinogradAvx512Vnni(const ConvU8Params& params, int64_t part,
                              int64_t parts, std::byte* scratch) {
  RunWinograd<Lanes>(params, part, parts, scratch);
}

}  // namespace octet::kernels
