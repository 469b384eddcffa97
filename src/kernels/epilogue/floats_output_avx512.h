// Outputs of floats: of a tile that was computed in memory, and at once in
// registers.
#ifndef OCTET_KERNELS_EPILOGUE_FLOATS_OUTPUT_AVX512_H_
#define OCTET_KERNELS_EPILOGUE_FLOATS_OUTPUT_AVX512_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/elementary/functions.h"
#include "kernels/elementary/lanes_avx512.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/rounding_avx512.h"

namespace octet::kernels {
namespace {

// Part of a tile: up to sixteen channels from `channel` on.
struct Block {
  float* v;  // the sums, and from Scale on floats in their place
  int64_t stride;
  int64_t pixel;
  int64_t pixels;
  int64_t channel;
  int64_t channels;
};

using StageFn = void (*)(const EpilogueU8&, const Block&);

void StoreFloats(const EpilogueU8& e, const Block& block) {
  const __mmask16 mask = FirstLanes(block.channels);
  float* y = e.y_f32 + block.pixel * e.y_pixel_stride + block.channel;
  for (int64_t i = 0; i < block.pixels; ++i) {
    _mm512_mask_storeu_ps(y, mask, _mm512_loadu_ps(block.v + i * block.stride));
    y += e.y_pixel_stride;
  }
}

// A kFloat of one function and an f32 output, from sums to the output in
// registers.
template <FunctionKind kBefore>
void FloatsBlock(const EpilogueU8& e, const Block& block) {
  const __m512 m = _mm512_loadu_ps(e.multiplier + block.channel);
  const __m512 b = _mm512_loadu_ps(e.offset + block.channel);
  const __m512 none = _mm512_setzero_ps();
  const __mmask16 mask = FirstLanes(block.channels);
  const float* v = block.v;
  float* y = e.y_f32 + block.pixel * e.y_pixel_stride + block.channel;
  for (int64_t i = 0; i < block.pixels; ++i) {
    const __m512 sum = _mm512_cvtepi32_ps(_mm512_loadu_si512(v));
    const __m512 x = _mm512_fmadd_ps(sum, m, b);
    _mm512_mask_storeu_ps(y, mask, Call<Avx512Lanes, kBefore>(x, none, none));
    v += block.stride;
    y += e.y_pixel_stride;
  }
}

// FloatsBlock of an epilogue that it does all of; else null.
StageFn FloatsStage(const EpilogueU8& e) {
  if (e.y_f32 == nullptr || e.residual_u8 != nullptr ||
      e.residual_f32 != nullptr || e.after.kind != FunctionKind::kIdentity) {
    return nullptr;
  }
  if (e.before.kind == FunctionKind::kIdentity) {
    return FloatsBlock<FunctionKind::kIdentity>;
  }
  return e.before.kind == FunctionKind::kSigmoid
             ? FloatsBlock<FunctionKind::kSigmoid>
             : nullptr;
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_FLOATS_OUTPUT_AVX512_H_
