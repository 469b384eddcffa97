// The quads (dot_avx2.h) of a panel, sorted by how they can be multiplied.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_QUADS_AVX2_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_QUADS_AVX2_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8_panels_avx2.h"
#include "kernels/conv_u8/conv_u8_scratch.h"
#include "kernels/conv_u8/dot_avx2.h"

namespace octet::kernels {
namespace {

// Quads of one kind: where their codes lie in a window, and their weights.
template <typename Weight>
struct QuadList {
  const int64_t* offsets;  // bytes
  const Weight* weights;
  int64_t count;
};

struct Quads {
  QuadList<int8_t> pairs;  // never saturate
  QuadList<int16_t> wide;
};

// Sorts into scratch. Pairs grow from the front of its memory and wide quads
// from the back; each is written as both, and the list it does not belong to
// stays as long as it was.
[[gnu::always_inline]] inline Quads SortQuads(
    const PanelRuns& panel, const ConvU8Avx2Scratch& scratch) {
  const int64_t most = panel.runs * panel.k4 + 1;
  int8_t* pairs = reinterpret_cast<int8_t*>(scratch.weights);
  int16_t* wide = scratch.weights + most * kWideQuadElements;
  int64_t* pair_offsets = scratch.quad_offsets;
  int64_t* wide_offsets = scratch.quad_offsets + most;
  const int8_t* w = panel.weights;
  for (int64_t r = 0; r < panel.runs; ++r) {
    for (int64_t k = 0; k < panel.k4; ++k) {
      const __m256i first = LoadVector(w);
      const __m256i second = LoadVector(w + 32);
      const __m256i excess =
          _mm256_or_si256(MaySaturate(first), MaySaturate(second));
      const int64_t is_pair = _mm256_testz_si256(excess, excess);
      WidenQuad(first, second, wide - kWideQuadElements);
      StoreVector(pairs, first);
      StoreVector(pairs + 32, second);
      pair_offsets[0] = wide_offsets[-1] = panel.offsets[r] + 4 * k;
      pairs += is_pair * kQuadBytes;
      pair_offsets += is_pair;
      wide -= (1 - is_pair) * kWideQuadElements;
      wide_offsets -= 1 - is_pair;
      w += kQuadBytes;
    }
  }
  const int64_t count = pair_offsets - scratch.quad_offsets;
  return {
      {scratch.quad_offsets, reinterpret_cast<int8_t*>(scratch.weights), count},
      {wide_offsets, wide, most - 1 - count}};
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_QUADS_AVX2_H_
