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

// Which element of the planes each element of a third of a vector's pixels is:
// those of the first two planes count as one row, and those of the third plane
// are where the mask is set.
template <typename T>
struct Third {
  static constexpr int kLanes = 64 / sizeof(T);
  alignas(64) T from[kLanes];
  uint64_t last_plane;
};

template <typename T>
constexpr Third<T> MakeThird(int third) {
  constexpr int kLanes = Third<T>::kLanes;
  Third<T> t{};
  for (int i = 0; i < kLanes; ++i) {
    const int at = third * kLanes + i, plane = at % 3, pixel = at / 3;
    t.from[i] = T(plane == 1 ? kLanes + pixel : pixel);
    if (plane == 2) t.last_plane |= uint64_t{1} << i;
  }
  return t;
}
template <typename T>
constexpr Third<T> kThirds[] = {MakeThird<T>(0), MakeThird<T>(1),
                                MakeThird<T>(2)};

// A third of the pixels of planes a, b and c.
[[gnu::always_inline]] inline __m512i Mix(const Third<uint8_t>& t, __m512i a,
                                          __m512i b, __m512i c) {
  const __m512i from = _mm512_load_si512(t.from);
  return _mm512_mask_permutexvar_epi8(_mm512_permutex2var_epi8(a, from, b),
                                      t.last_plane, from, c);
}
[[gnu::always_inline]] inline __m512i Mix(const Third<uint32_t>& t, __m512i a,
                                          __m512i b, __m512i c) {
  const __m512i from = _mm512_load_si512(t.from);
  return _mm512_mask_permutexvar_epi32(_mm512_permutex2var_epi32(a, from, b),
                                       __mmask16(t.last_plane), from, c);
}

template <typename T>
void Interleave(const T* x, int64_t x_step, T* y, int64_t pixels) {
  constexpr int64_t kLanes = Third<T>::kLanes;
  int64_t i = 0;
  for (; i + kLanes <= pixels; i += kLanes) {
    const __m512i a = _mm512_loadu_si512(x + i);
    const __m512i b = _mm512_loadu_si512(x + x_step + i);
    const __m512i c = _mm512_loadu_si512(x + 2 * x_step + i);
#pragma GCC unroll 3
    for (int third = 0; third < 3; ++third) {
      _mm512_storeu_si512(y + 3 * i + kLanes * third,
                          Mix(kThirds<T>[third], a, b, c));
    }
  }
  for (; i < pixels; ++i) {
    for (int64_t j = 0; j < 3; ++j) y[3 * i + j] = x[j * x_step + i];
  }
}

}  // namespace

const CopyPieces kCopyPiecesAvx512Vnni = {TransposeWords, Interleave<uint8_t>,
                                          Interleave<uint32_t>};

}  // namespace octet::kernels
