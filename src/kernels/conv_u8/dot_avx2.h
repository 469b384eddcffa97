// Products of u8 codes and s8 weights with AVX2, which has no exact one.
//
// A quad is four neighbouring codes of a run and the weights for them of
// sixteen channels, [16][4] s8. vpmaddubsw adds two products in an int16 that
// saturates: exact, whatever the codes, where in each pair of weights neither
// the positive nor the negative ones add up to more than 128 (255 * 128 <
// 2^15). How many quads are such depends on the weights (5 to 80 % of a trained
// network's, docs/designs/0001); the others are widened to 16 bits for
// vpmaddwd, at 1.4 times the time.
//
// Weights and constants are operands in memory: the sums of a tile and what is
// on the way fill the registers, and g++ 12 would load the weights into some
// and spill sums for it.
#ifndef OCTET_KERNELS_CONV_U8_DOT_AVX2_H_
#define OCTET_KERNELS_CONV_U8_DOT_AVX2_H_

#include <immintrin.h>

#include <cstdint>

namespace octet::kernels {
namespace {

constexpr int64_t kQuadBytes = 64;
constexpr int64_t kWideQuadElements = 64;

[[gnu::always_inline]] inline __m256i LoadVector(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}

[[gnu::always_inline]] inline void StoreVector(void* p, __m256i v) {
  _mm256_storeu_si256(static_cast<__m256i*>(p), v);
}

// Four neighbouring codes in every lane of 32 bits.
[[gnu::always_inline]] inline __m256i RepeatFour(const uint8_t* p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return _mm256_set1_epi32(four);
}

// Sums of two products of u8 codes and s8 weights, int16 and saturating.
[[gnu::always_inline]] inline __m256i MultiplyPairs(__m256i codes,
                                                    const int8_t* weights) {
  __m256i sums;
  asm("vpmaddubsw %2, %1, %0"
      : "=x"(sums)
      : "x"(codes), "m"(*reinterpret_cast<const __m256i*>(weights)));
  return sums;
}

// Sums of two products of 16-bit codes and weights, int32.
[[gnu::always_inline]] inline __m256i MultiplyWidePairs(
    __m256i codes, const int16_t* weights) {
  __m256i sums;
  asm("vpmaddwd %2, %1, %0"
      : "=x"(sums)
      : "x"(codes), "m"(*reinterpret_cast<const __m256i*>(weights)));
  return sums;
}

// The codes 0 and 2 of every four, as 16-bit numbers.
[[gnu::always_inline]] inline __m256i EvenCodes(__m256i codes) {
  alignas(32) static constexpr uint16_t kLowBytes[16] = {
      255, 255, 255, 255, 255, 255, 255, 255,
      255, 255, 255, 255, 255, 255, 255, 255};
  __m256i even;
  asm("vpand %2, %1, %0"
      : "=x"(even)
      : "x"(codes), "m"(*reinterpret_cast<const __m256i*>(kLowBytes)));
  return even;
}

// All ones in the int16 lanes of those pairs of weights for which MultiplyPairs
// may saturate.
[[gnu::always_inline]] inline __m256i MaySaturate(__m256i weights) {
  const __m256i ones = _mm256_set1_epi8(1);
  const __m256i magnitudes =
      _mm256_maddubs_epi16(_mm256_abs_epi8(weights), ones);
  const __m256i sums = _mm256_maddubs_epi16(ones, weights);
  // Twice the larger one of the positive and the negative sum.
  const __m256i twice = _mm256_add_epi16(magnitudes, _mm256_abs_epi16(sums));
  return _mm256_cmpgt_epi16(twice, _mm256_set1_epi16(256));
}

// A quad's weights as MultiplyWide wants them: [2][16][2] s16, first those of
// the codes 0 and 2, then those of 1 and 3.
[[gnu::always_inline]] inline void WidenQuad(__m256i first, __m256i second,
                                             int16_t* to) {
  StoreVector(to, _mm256_srai_epi16(_mm256_slli_epi16(first, 8), 8));
  StoreVector(to + 16, _mm256_srai_epi16(_mm256_slli_epi16(second, 8), 8));
  StoreVector(to + 32, _mm256_srai_epi16(first, 8));
  StoreVector(to + 48, _mm256_srai_epi16(second, 8));
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_DOT_AVX2_H_
