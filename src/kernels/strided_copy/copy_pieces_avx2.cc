#include <immintrin.h>

#include <cstdint>

#include "kernels/strided_copy/copy_pieces.h"
#include "kernels/strided_copy/transpose_avx2.h"

namespace octet::kernels {
namespace {

// Eight rows, or as many as there are, and eight columns or fewer.
void TransposeEight(const float* x, int64_t x_step, float* y, int64_t y_step,
                    int64_t rows, int64_t columns) {
  __m256 block[8];
#pragma GCC unroll 8
  for (int64_t j = 0; j < 8; ++j) {
    // Rows that do not exist are read as the last one, and not stored.
    block[j] = _mm256_loadu_ps(x + (j < rows ? j : rows - 1) * x_step);
  }
  TransposeLanes(block);
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(int(rows)), lanes);
#pragma GCC unroll 8
  for (int64_t i = 0; i < 8; ++i) {
    if (i == columns) return;
    if (rows >= 8) {
      _mm256_storeu_ps(y + i * y_step, block[i]);
    } else {
      _mm256_maskstore_ps(y + i * y_step, mask, block[i]);
    }
  }
}

void TransposeWords(const uint32_t* x, int64_t x_step, uint32_t* y,
                    int64_t y_step, int64_t rows, int64_t columns) {
  const auto* from = reinterpret_cast<const float*>(x);
  auto* to = reinterpret_cast<float*>(y);
  for (int64_t i = 0; i < columns; i += 8) {
    for (int64_t j = 0; j < rows; j += 8) {
      TransposeEight(from + j * x_step + i, x_step, to + i * y_step + j, y_step,
                     rows - j, columns - i);
    }
  }
}

// For each third of 16 pixels and each plane, the bytes of the plane that
// belong there; 0x80: another plane's.
struct Shuffles {
  alignas(16) uint8_t from[3][3][16];
};

constexpr Shuffles MakeShuffles() {
  Shuffles s{};
  for (int third = 0; third < 3; ++third) {
    for (int plane = 0; plane < 3; ++plane) {
      for (int i = 0; i < 16; ++i) {
        const int at = third * 16 + i;
        s.from[third][plane][i] = at % 3 == plane ? uint8_t(at / 3) : 0x80;
      }
    }
  }
  return s;
}
constexpr Shuffles kShuffles = MakeShuffles();

void InterleaveBytes(const uint8_t* x, int64_t x_step, uint8_t* y,
                     int64_t pixels) {
  int64_t i = 0;
  for (; i + 16 <= pixels; i += 16) {
    __m128i planes[3];
#pragma GCC unroll 3
    for (int64_t j = 0; j < 3; ++j) {
      planes[j] =
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + j * x_step + i));
    }
#pragma GCC unroll 3
    for (int third = 0; third < 3; ++third) {
      __m128i mixed = _mm_setzero_si128();
#pragma GCC unroll 3
      for (int j = 0; j < 3; ++j) {
        const __m128i from = _mm_load_si128(
            reinterpret_cast<const __m128i*>(kShuffles.from[third][j]));
        mixed = _mm_or_si128(mixed, _mm_shuffle_epi8(planes[j], from));
      }
      _mm_storeu_si128(reinterpret_cast<__m128i*>(y + 3 * i + 16 * third),
                       mixed);
    }
  }
  for (; i < pixels; ++i) {
    for (int64_t j = 0; j < 3; ++j) y[3 * i + j] = x[j * x_step + i];
  }
}

}  // namespace

// Words are interleaved by portable code.
const CopyPieces kCopyPiecesAvx2 = {TransposeWords, InterleaveBytes, nullptr};

}  // namespace octet::kernels
