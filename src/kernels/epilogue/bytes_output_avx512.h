// Codes of 16, 32, 48 or 64 channels, of as many pixels as fill a vector of
// bytes, on their way to memory.
#ifndef OCTET_KERNELS_EPILOGUE_BYTES_OUTPUT_AVX512_H_
#define OCTET_KERNELS_EPILOGUE_BYTES_OUTPUT_AVX512_H_

#include <immintrin.h>

#include <cstdint>

namespace octet::kernels {
namespace {

// The constants of some channels as often as a vector of bytes holds them.
template <int kVectors>
[[gnu::always_inline]] inline __m512i RepeatBytes(const uint8_t* p) {
  if constexpr (kVectors == 1) {
    return _mm512_broadcast_i32x4(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  } else if constexpr (kVectors == 2) {
    return _mm512_broadcast_i64x4(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  } else {
    return _mm512_loadu_si512(p);
  }
}

// Where bytes of vectors of sixteen channels go.
struct BytesOutput {
  uint8_t* y;
  int64_t stride;
  bool is_whole;  // all of the vectors' channels are valid
  __mmask64 mask;
};

// Pixel `kRow` of those that share a vector of bytes.
template <int kVectors, int kRow>
[[gnu::always_inline]] inline void StoreRow(const BytesOutput& to,
                                            __m512i bytes) {
  uint8_t* const y = to.y + kRow * to.stride;
  if constexpr (kVectors == 1) {
    const __m128i row = _mm512_extracti32x4_epi32(bytes, kRow);
    if (to.is_whole) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(y), row);
    } else {
      _mm_mask_storeu_epi8(y, __mmask16(to.mask), row);
    }
  } else if constexpr (kVectors == 2) {
    const __m256i row = _mm512_extracti64x4_epi64(bytes, kRow);
    if (to.is_whole) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), row);
    } else {
      _mm256_mask_storeu_epi8(y, __mmask32(to.mask), row);
    }
  } else if (kVectors == 4 && to.is_whole) {
    _mm512_storeu_si512(y, bytes);
  } else {
    _mm512_mask_storeu_epi8(y, to.mask, bytes);
  }
}

// The kRows pixels that share a vector of bytes.
template <int kVectors, int kRows>
[[gnu::always_inline]] inline void StoreRows(const BytesOutput& to,
                                             __m512i bytes) {
  if (kVectors * kRows == 4 && kRows > 1 && to.is_whole &&
      to.stride == 16 * kVectors) {
    _mm512_storeu_si512(to.y, bytes);
    return;
  }
  StoreRow<kVectors, 0>(to, bytes);
  if constexpr (kRows >= 2) StoreRow<kVectors, 1>(to, bytes);
  if constexpr (kRows >= 3) StoreRow<kVectors, 2>(to, bytes);
  if constexpr (kRows >= 4) StoreRow<kVectors, 3>(to, bytes);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_BYTES_OUTPUT_AVX512_H_
