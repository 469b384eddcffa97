#include <immintrin.h>

#include <cstdint>

#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/functions.h"
#include "kernels/elementary/lanes_avx512.h"
#include "kernels/epilogue/bytes_output_avx512.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/factor_avx512.h"
#include "kernels/epilogue/floats_output_avx512.h"
#include "kernels/epilogue/in_registers.h"
#include "kernels/epilogue/rounding_avx512.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

void Scale(const EpilogueU8& e, const Block& block) {
  const __m512 m = _mm512_loadu_ps(e.multiplier + block.channel);
  const __m512 b = _mm512_loadu_ps(e.offset + block.channel);
  for (int64_t i = 0; i < block.pixels; ++i) {
    float* v = block.v + i * block.stride;
    const __m512 sum = _mm512_cvtepi32_ps(_mm512_loadu_si512(v));
    _mm512_storeu_ps(v, _mm512_fmadd_ps(sum, m, b));
  }
}

void AddFloats(const EpilogueU8& e, const Block& block) {
  const float* r =
      e.residual_f32 + block.pixel * e.residual_pixel_stride + block.channel;
  const __mmask16 mask = FirstLanes(block.channels);
  for (int64_t i = 0; i < block.pixels; ++i) {
    float* v = block.v + i * block.stride;
    const __m512 residual = _mm512_maskz_loadu_ps(mask, r);
    _mm512_storeu_ps(v, _mm512_add_ps(_mm512_loadu_ps(v), residual));
    r += e.residual_pixel_stride;
  }
}

__m128i LoadBytes(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

// Codes of sixteen channels as multiples of a residual's scale.
__m512 Steps(const uint8_t* codes, __m512i zero) {
  return _mm512_cvtepi32_ps(
      _mm512_sub_epi32(_mm512_cvtepu8_epi32(LoadBytes(codes)), zero));
}

void AddCodes(const EpilogueU8& e, const Block& block) {
  const uint8_t* r =
      e.residual_u8 + block.pixel * e.residual_pixel_stride + block.channel;
  const __m512i zero = _mm512_loadu_si512(e.residual_zero + block.channel);
  const __m512 scale = _mm512_loadu_ps(e.residual_scale + block.channel);
  for (int64_t i = 0; i < block.pixels; ++i) {
    float* v = block.v + i * block.stride;
    _mm512_storeu_ps(
        v, _mm512_fmadd_ps(Steps(r, zero), scale, _mm512_loadu_ps(v)));
    r += e.residual_pixel_stride;
  }
}

void StoreBytes(uint8_t* y, __m512i ints, __m128i low, __m128i high,
                __mmask16 mask) {
  const __m128i bytes =
      _mm512_cvtusepi32_epi8(_mm512_max_epi32(ints, _mm512_setzero_si512()));
  _mm_mask_storeu_epi8(y, mask, _mm_min_epu8(_mm_max_epu8(bytes, low), high));
}

// rne(v) of a kFloat, 0 for a NaN. From 2^16 on, all is clamped anyway.
__m512i RoundNumbers(__m512 v) {
  const __mmask16 is_number = _mm512_cmp_ps_mask(v, v, _CMP_ORD_Q);
  return _mm512_cvtps_epi32(
      _mm512_maskz_min_ps(is_number, v, _mm512_set1_ps(65536.0f)));
}

void StoreCodes(const EpilogueU8& e, const Block& block) {
  const __m512 scale = _mm512_loadu_ps(e.inv_scale + block.channel);
  const __m512i zero = _mm512_loadu_si512(e.y_zero + block.channel);
  const __m128i low = LoadBytes(e.clamp_low + block.channel);
  const __m128i high = LoadBytes(e.clamp_high + block.channel);
  const __mmask16 mask = FirstLanes(block.channels);
  uint8_t* y = e.y_u8 + block.pixel * e.y_pixel_stride + block.channel;
  for (int64_t i = 0; i < block.pixels; ++i) {
    const __m512 v =
        _mm512_mul_ps(_mm512_loadu_ps(block.v + i * block.stride), scale);
    StoreBytes(y, _mm512_add_epi32(RoundNumbers(v), zero), low, high, mask);
    y += e.y_pixel_stride;
  }
}

// The sums' scale, from a block's first channel.
struct ScaleConstants {
  ScaleConstants(const EpilogueU8& e, int64_t channel)
      : multiplier(e.multiplier + channel), offset(e.offset + channel) {}

  const float* multiplier;
  const float* offset;
};

// The constants of a kFloat with codes on both sides.
template <typename Stages>
struct FloatConstants : ScaleConstants {
  FloatConstants(const EpilogueU8& e, int64_t channel)
      : ScaleConstants(e, channel),
        inv_scale(e.inv_scale + channel),
        residual_scale(nullptr),
        residual_zero(nullptr) {
    if constexpr (Stages::kHasResidual) {
      residual_scale = e.residual_scale + channel;
      residual_zero = e.residual_zero + channel;
    }
  }

  const float* inv_scale;
  const float* residual_scale;
  const int32_t* residual_zero;
};

// kFloat as Stages says, of blocks of kVectors vectors of channels.
template <typename Stages, int kVectors>
struct FloatForm : Stages {
  explicit FloatForm(const EpilogueU8& e, int64_t channel)
      : constants(e, channel),
        low(RepeatBytes<kVectors>(e.clamp_low + channel)),
        high(RepeatBytes<kVectors>(e.clamp_high + channel)) {
    LoadWords<kVectors>(e.y_zero + channel, zeros);
  }

  // Sixteen channels of a pixel, up to where they are integers.
  template <bool kFits>
  [[gnu::always_inline]] __m512i Ints(int64_t at, const float* sums,
                                      const uint8_t* residual) const {
    const auto& c = constants;
    const __m512 none = _mm512_setzero_ps();
    __m512 x =
        ScaleSum(_mm512_loadu_si512(sums), c.multiplier + at, c.offset + at);
    x = Call<Avx512Lanes, Stages::kBefore, true>(x, none, none);
    if constexpr (Stages::kHasResidual) {
      x = _mm512_fmadd_ps(
          Steps(residual, _mm512_loadu_si512(c.residual_zero + at)),
          _mm512_loadu_ps(c.residual_scale + at), x);
    }
    x = Call<Avx512Lanes, Stages::kAfter, true>(x, none, none);
    x = _mm512_mul_ps(x, _mm512_loadu_ps(c.inv_scale + at));
    return kFits ? _mm512_cvtps_epi32(x) : RoundNumbers(x);
  }
  [[gnu::always_inline]] __m512i Words(__m512i words, int half, const uint8_t*,
                                       const uint8_t*) const {
    return AddZeros(words, zeros[half]);
  }
  [[gnu::always_inline]] __m512i Bytes(__m512i bytes) const {
    return _mm512_min_epu8(_mm512_max_epu8(bytes, low), high);
  }

  FloatConstants<Stages> constants;
  __m512i low, high;
  __m512i zeros[2];
};

// The same of kFactor and kFactorAdd.
template <int kVectors, bool kAddsCodes>
struct FactorForm {
  static constexpr bool kHasResidual = kAddsCodes;

  explicit FactorForm(const EpilogueU8& e, int64_t channel)
      : constants(e, channel), factor(e.factor) {
    LoadWords<kVectors>(e.steps + channel, steps);
    LoadWords<kVectors>(e.y_zero + channel, zeros);
    if constexpr (kHasResidual) {
      LoadWords<kVectors>(e.residual_steps + channel, residual_steps);
    }
  }

  template <bool kFits>
  [[gnu::always_inline]] __m512i Ints(int64_t at, const float* sums,
                                      const uint8_t*) const {
    const __m512 x = ScaleSum(_mm512_loadu_si512(sums),
                              constants.multiplier + at, constants.offset + at);
    return kFits ? _mm512_cvtps_epi32(x) : RoundInts(x, _mm512_setzero_si512());
  }
  // a, b: the residual of both vectors of ints.
  [[gnu::always_inline]] __m512i Words(__m512i words, int half,
                                       const uint8_t* a,
                                       const uint8_t* b) const {
    words = TimesFactor(*factor, words, steps[half], zeros[half]);
    if constexpr (!kHasResidual) return words;
    return PlusCodes(words, LoadTwoRows(a, b), residual_steps[half],
                     _mm512_load_si512(kCodesOrder));
  }
  [[gnu::always_inline]] __m512i Bytes(__m512i bytes) const { return bytes; }

  ScaleConstants constants;
  const FactorTable* factor;
  __m512i steps[2], zeros[2], residual_steps[2];
};

// The bytes of kRows pixels, which fill a vector together.
template <int kVectors, int kRows, bool kFits, typename Form>
[[gnu::always_inline]] inline __m512i FormBytes(const Form& form,
                                                const float* sums,
                                                int64_t stride,
                                                const uint8_t* residual,
                                                int64_t residual_stride) {
  __m512i ints[4], words[2];
  const uint8_t* codes[4];
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    const bool is_there = j < kRows * kVectors;
    const int row = j / kVectors, v = j % kVectors;
    codes[j] = is_there ? residual + row * residual_stride + 16 * v : residual;
    ints[j] = is_there ? form.template Ints<kFits>(
                             16 * v, sums + row * stride + 16 * v, codes[j])
                       : ints[0];
  }
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const int a = 2 * half, b = a + 1;
    words[half] =
        form.Words(PackWords(ints[a], ints[b]), half, codes[a], codes[b]);
  }
  return form.Bytes(
      PackBytes(_mm512_load_si512(kPackOrder), words[0], words[1]));
}

// An epilogue of up to 16 * kVectors channels: nothing leaves the registers in
// between.
template <typename Form, int kVectors, bool kFits>
void FormBlock(const EpilogueU8& e, const Block& block) {
  constexpr int kRows = kVectors >= 3 ? 1 : 4 / kVectors;
  const Form form(e, block.channel);
  const uint8_t* r = nullptr;
  const int64_t r_stride = Form::kHasResidual ? e.residual_pixel_stride : 0;
  if constexpr (Form::kHasResidual) {
    r = e.residual_u8 + block.pixel * r_stride + block.channel;
  }
  BytesOutput to = {e.y_u8 + block.pixel * e.y_pixel_stride + block.channel,
                    e.y_pixel_stride, block.channels >= 16 * kVectors,
                    FirstBytes(block.channels)};
  const float* sums = block.v;
  int64_t i = 0;
  for (; i + kRows <= block.pixels; i += kRows) {
    StoreRows<kVectors, kRows>(to, FormBytes<kVectors, kRows, kFits>(
                                       form, sums, block.stride, r, r_stride));
    sums += kRows * block.stride;
    r += kRows * r_stride;
    to.y += kRows * to.stride;
  }
  for (; i < block.pixels; ++i) {
    StoreRows<kVectors, 1>(to, FormBytes<kVectors, 1, kFits>(
                                   form, sums, block.stride, r, r_stride));
    sums += block.stride;
    r += r_stride;
    to.y += to.stride;
  }
}

// All kinds but kFloat and those of a factor.
void RoundBlock(const EpilogueU8& e, const Block& block) {
  const bool is_table = e.kind == EpilogueKind::kTable;
  const bool is_sum = e.kind == EpilogueKind::kAdd;
  const __m128i low =
      is_table ? _mm_setzero_si128() : LoadBytes(e.clamp_low + block.channel);
  const __m128i high =
      is_table ? _mm_set1_epi8(-1) : LoadBytes(e.clamp_high + block.channel);
  const __m512i zero = _mm512_loadu_si512(e.y_zero + block.channel);
  const __mmask16 mask = FirstLanes(block.channels);
  uint8_t* y = e.y_u8 + block.pixel * e.y_pixel_stride + block.channel;
  const uint8_t* r = is_sum ? e.residual_u8 +
                                  block.pixel * e.residual_pixel_stride +
                                  block.channel
                            : nullptr;
  for (int64_t i = 0; i < block.pixels; ++i) {
    __m512 v = ScaleSum(_mm512_loadu_si512(block.v + i * block.stride),
                        e.multiplier + block.channel, e.offset + block.channel);
    if (is_sum) {
      v = AddResidual(v, r, e.residual_scale + block.channel);
      r += e.residual_pixel_stride;
    }
    const __m512i ints = RoundInts(v, zero);
    if (is_table) {
      const __m128i index = _mm512_cvtusepi32_epi8(
          _mm512_max_epi32(ints, _mm512_setzero_si512()));
      const __m512i codes = LookUp(_mm512_castsi128_si512(index), e.table);
      _mm_mask_storeu_epi8(y, mask, _mm512_castsi512_si128(codes));
    } else {
      StoreBytes(y, ints, low, high, mask);
    }
    y += e.y_pixel_stride;
  }
}

// One stage for all channels of the tile.
void ForEachBlock(StageFn stage, const EpilogueU8& e, const Block& tile) {
  for (int64_t c = 0; c < tile.channels; c += 16) {
    stage(e, {tile.v + c, tile.stride, tile.pixel, tile.pixels,
              tile.channel + c, tile.channels - c});
  }
}

// kFloat, one stage after the other over a tile that stays in the first-level
// cache: a load and a store for each stage, but one copy of each function.
void FloatTile(const EpilogueU8& e, const Block& tile) {
  const int64_t elements =
      (tile.pixels - 1) * tile.stride + RoundUp(tile.channels, 16);
  const auto function =
      e.y_f32 != nullptr ? ElementaryAvx512Vnni : ElementaryForCodesAvx512Vnni;
  ForEachBlock(Scale, e, tile);
  if (e.before.kind != FunctionKind::kIdentity) {
    function(e.before, tile.v, tile.v, elements);
  }
  if (e.residual_u8 != nullptr) ForEachBlock(AddCodes, e, tile);
  if (e.residual_f32 != nullptr) ForEachBlock(AddFloats, e, tile);
  if (e.after.kind != FunctionKind::kIdentity) {
    function(e.after, tile.v, tile.v, elements);
  }
  ForEachBlock(e.y_f32 != nullptr ? StoreFloats : StoreCodes, e, tile);
}

// What does all of an epilogue in registers, by vectors of channels.
struct FormStages {
  StageFn any[5];   // 1 to 4
  StageFn fits[5];  // where FitsInt32
};

template <typename F1, typename F2, typename F3, typename F4>
constexpr FormStages kFormStages = {
    {nullptr, FormBlock<F1, 1, false>, FormBlock<F2, 2, false>,
     FormBlock<F3, 3, false>, FormBlock<F4, 4, false>},
    {nullptr, FormBlock<F1, 1, true>, FormBlock<F2, 2, true>,
     FormBlock<F3, 3, true>, FormBlock<F4, 4, true>}};

struct FloatForms {
  using Fn = const FormStages*;
  template <typename S>
  static constexpr Fn kFn = &kFormStages<FloatForm<S, 1>, FloatForm<S, 2>,
                                         FloatForm<S, 3>, FloatForm<S, 4>>;
};
template <bool kAddsCodes>
constexpr const FormStages* kFactorStages =
    &kFormStages<FactorForm<1, kAddsCodes>, FactorForm<2, kAddsCodes>,
                 FactorForm<3, kAddsCodes>, FactorForm<4, kAddsCodes>>;

void Apply(const EpilogueU8& epilogue, const Block& tile, bool fits) {
  const FormStages* stages = epilogue.kind == EpilogueKind::kFactorAdd
                                 ? kFactorStages<true>
                                 : kFactorStages<false>;
  if (epilogue.kind == EpilogueKind::kFloat) {
    if (const StageFn floats = FloatsStage(epilogue); floats != nullptr) {
      ForEachBlock(floats, epilogue, tile);
      return;
    }
    stages = FindInRegisters<FloatForms>(epilogue);
    if (stages == nullptr) {
      FloatTile(epilogue, tile);
      return;
    }
  } else if (!IsFactor(epilogue.kind)) {
    ForEachBlock(RoundBlock, epilogue, tile);
    return;
  }
  for (int64_t c = 0; c < tile.channels; c += 64) {
    const int64_t vectors = (tile.channels - c + 15) / 16;
    (fits ? stages->fits : stages->any)[vectors < 4 ? vectors : 4](
        epilogue, {tile.v + c, tile.stride, tile.pixel, tile.pixels,
                   tile.channel + c, tile.channels - c});
  }
}

}  // namespace

void ApplyEpilogueAvx512Vnni(const EpilogueU8& epilogue, int32_t* acc,
                             int64_t acc_stride, int64_t pixel, int64_t pixels,
                             int64_t channel, int64_t channels) {
  Apply(epilogue,
        {reinterpret_cast<float*>(acc), acc_stride, pixel, pixels, channel,
         channels},
        false);
}

void ApplyFittingEpilogueAvx512Vnni(const EpilogueU8& epilogue, int32_t* acc,
                                    int64_t acc_stride, int64_t pixel,
                                    int64_t pixels, int64_t channel,
                                    int64_t channels) {
  Apply(epilogue,
        {reinterpret_cast<float*>(acc), acc_stride, pixel, pixels, channel,
         channels},
        true);
}

}  // namespace octet::kernels
