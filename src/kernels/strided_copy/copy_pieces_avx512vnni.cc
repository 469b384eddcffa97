#include <immintrin.h>

#include <cstdint>

#include "kernels/strided_copy/copy_pieces.h"
#include "kernels/strided_copy/transpose_avx512.h"

namespace octet::kernels {
namespace {

void TransposeWords(const uint32_t* x, int64_t x_step, uint32_t* y,
                    int64_t y_step, int64_t rows, int64_t columns) {
  __m512 block[16];
#pragma GCC unroll 16
  for (int64_t j = 0; j < 16; ++j) {
    // Rows that do not exist are read as the last one, and not stored.
    block[j] = _mm512_loadu_ps(x + (j < rows ? j : rows - 1) * x_step);
  }
  TransposeLanes(block);
  if (rows == 16 && columns == 16) {
#pragma GCC unroll 16
    for (int64_t i = 0; i < 16; ++i) _mm512_storeu_ps(y + i * y_step, block[i]);
    return;
  }
  const __mmask16 mask = __mmask16((1u << rows) - 1);
#pragma GCC unroll 16
  for (int64_t i = 0; i < 16; ++i) {
    if (i == columns) return;
    _mm512_mask_storeu_ps(y + i * y_step, mask, block[i]);
  }
}

// Which byte of the planes each byte of a third of 64 pixels is: bytes 0 to 127
// are those of the first two planes, and of the third plane where the mask is
// set.
struct Third {
  alignas(64) uint8_t from[64];
  uint64_t last_plane;
};

constexpr Third MakeThird(int third) {
  Third t{};
  for (int i = 0; i < 64; ++i) {
    const int at = third * 64 + i, plane = at % 3, pixel = at / 3;
    t.from[i] = uint8_t(plane == 1 ? 64 + pixel : pixel);
    if (plane == 2) t.last_plane |= uint64_t{1} << i;
  }
  return t;
}
constexpr Third kThirds[] = {MakeThird(0), MakeThird(1), MakeThird(2)};

void InterleaveBytes(const uint8_t* x, int64_t x_step, uint8_t* y,
                     int64_t pixels) {
  int64_t i = 0;
  for (; i + 64 <= pixels; i += 64) {
    const __m512i a = _mm512_loadu_si512(x + i);
    const __m512i b = _mm512_loadu_si512(x + x_step + i);
    const __m512i c = _mm512_loadu_si512(x + 2 * x_step + i);
#pragma GCC unroll 3
    for (int third = 0; third < 3; ++third) {
      const Third& t = kThirds[third];
      const __m512i from = _mm512_load_si512(t.from);
      const __m512i two = _mm512_permutex2var_epi8(a, from, b);
      _mm512_storeu_si512(
          y + 3 * i + 64 * third,
          _mm512_mask_permutexvar_epi8(two, t.last_plane, from, c));
    }
  }
  for (; i < pixels; ++i) {
    for (int64_t j = 0; j < 3; ++j) y[3 * i + j] = x[j * x_step + i];
  }
}

// The same for words: 16 pixels.
struct WordThird {
  alignas(64) uint32_t from[16];
  uint16_t last_plane;
};

constexpr WordThird MakeWordThird(int third) {
  WordThird t{};
  for (int i = 0; i < 16; ++i) {
    const int at = third * 16 + i, plane = at % 3, pixel = at / 3;
    t.from[i] = uint32_t(plane == 1 ? 16 + pixel : pixel);
    if (plane == 2) t.last_plane |= uint16_t(1u << i);
  }
  return t;
}
constexpr WordThird kWordThirds[] = {MakeWordThird(0), MakeWordThird(1),
                                     MakeWordThird(2)};

void InterleaveWords(const uint32_t* x, int64_t x_step, uint32_t* y,
                     int64_t pixels) {
  int64_t i = 0;
  for (; i + 16 <= pixels; i += 16) {
    const __m512i a = _mm512_loadu_si512(x + i);
    const __m512i b = _mm512_loadu_si512(x + x_step + i);
    const __m512i c = _mm512_loadu_si512(x + 2 * x_step + i);
#pragma GCC unroll 3
    for (int third = 0; third < 3; ++third) {
      const WordThird& t = kWordThirds[third];
      const __m512i from = _mm512_load_si512(t.from);
      const __m512i two = _mm512_permutex2var_epi32(a, from, b);
      _mm512_storeu_si512(
          y + 3 * i + 16 * third,
          _mm512_mask_permutexvar_epi32(two, t.last_plane, from, c));
    }
  }
  for (; i < pixels; ++i) {
    for (int64_t j = 0; j < 3; ++j) y[3 * i + j] = x[j * x_step + i];
  }
}

}  // namespace

const CopyPieces kCopyPiecesAvx512Vnni = {TransposeWords, InterleaveBytes,
                                          InterleaveWords};

}  // namespace octet::kernels
