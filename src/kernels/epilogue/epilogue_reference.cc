#include <algorithm>
#include <cmath>

#include "kernels/elementary/elementary_levels.h"
#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {
namespace {

// clamp(rne(v) + zero, low, high); NaN rounds to 0.
uint8_t Round(float v, int32_t zero, int32_t low, int32_t high) {
  // Beyond this bound every sum is clamped, and below it an int32 holds it.
  constexpr float kBound = 65536;
  if (std::isnan(v)) v = 0;
  const float bounded = std::clamp(v, -kBound, kBound);
  // Not std::clamp, which wants low <= high: the upper bound wins.
  return uint8_t(
      std::min(std::max(int32_t(std::nearbyint(bounded)) + zero, low), high));
}

// v to an int16, as Round rounds.
int32_t RoundWord(float v) {
  const float bounded = std::clamp(v, -32768.0f, 32767.0f);
  return int32_t(std::nearbyint(bounded));
}

int32_t MulHigh(int32_t a, int32_t b) { return (a * b + (1 << 14)) >> 15; }

int32_t FactorOf(const FactorTable& table, int32_t x) {
  const int32_t segment = (x >> 11) & 31;
  const int32_t f = int16_t(uint16_t(x << 4));
  int32_t factor = table.powers[2][segment];
  factor = table.powers[1][segment] + MulHigh(f, factor);
  return table.powers[0][segment] + MulHigh(f, factor);
}

uint8_t TimesFactor(const EpilogueU8& e, float v, int64_t c) {
  const int32_t x = RoundWord(v);
  const int32_t y = MulHigh(x, FactorOf(*e.factor, x));
  return uint8_t(std::clamp(MulHigh(y, e.steps[c]) + e.y_zero[c], 0, 255));
}

uint8_t TimesFactorPlusCode(const EpilogueU8& e, float v, int32_t r,
                            int64_t c) {
  const int32_t x = RoundWord(v);
  const int32_t y = MulHigh(MulHigh(x, FactorOf(*e.factor, x)), e.steps[c]);
  const int32_t sum = y + ((r * e.residual_steps[c]) >> 8) + e.y_zero[c];
  return uint8_t(std::clamp(sum >> 4, 0, 255));
}

float Call(const EpilogueU8& e, const Function& function, float x) {
  if (e.y_u8 != nullptr) {
    ElementaryForCodesReference(function, &x, &x, 1);
  } else {
    ElementaryReference(function, &x, &x, 1);
  }
  return x;
}

// One output of kFloat, before it is rounded.
float FloatOutput(const EpilogueU8& e, float v, int64_t pixel, int64_t c) {
  v = Call(e, e.before, v);
  const int64_t at = pixel * e.residual_pixel_stride + c;
  if (e.residual_u8 != nullptr) {
    const int32_t r = e.residual_u8[at] - e.residual_zero[c];
    v = std::fma(float(r), e.residual_scale[c], v);
  }
  if (e.residual_f32 != nullptr) v += e.residual_f32[at];
  return Call(e, e.after, v);
}

void Apply(const EpilogueU8& e, int32_t acc, int64_t pixel, int64_t c) {
  const float v = std::fma(float(acc), e.multiplier[c], e.offset[c]);
  const int64_t at = pixel * e.y_pixel_stride + c;
  if (e.kind == EpilogueKind::kClamp) {
    e.y_u8[at] = Round(v, e.y_zero[c], e.clamp_low[c], e.clamp_high[c]);
  } else if (e.kind == EpilogueKind::kAdd) {
    const float r = e.residual_u8[pixel * e.residual_pixel_stride + c];
    e.y_u8[at] = Round(std::fma(r, e.residual_scale[c], v), e.y_zero[c],
                       e.clamp_low[c], e.clamp_high[c]);
  } else if (e.kind == EpilogueKind::kFactor) {
    e.y_u8[at] = TimesFactor(e, v, c);
  } else if (e.kind == EpilogueKind::kFactorAdd) {
    e.y_u8[at] = TimesFactorPlusCode(
        e, v, e.residual_u8[pixel * e.residual_pixel_stride + c], c);
  } else if (e.kind == EpilogueKind::kTable) {
    e.y_u8[at] = e.table[Round(v, e.y_zero[c], 0, 255)];
  } else if (e.y_f32 != nullptr) {
    e.y_f32[at] = FloatOutput(e, v, pixel, c);
  } else {
    e.y_u8[at] = Round(FloatOutput(e, v, pixel, c) * e.inv_scale[c],
                       e.y_zero[c], e.clamp_low[c], e.clamp_high[c]);
  }
}

}  // namespace

void ApplyEpilogueReference(const EpilogueU8& epilogue, int32_t* acc,
                            int64_t acc_stride, int64_t pixel, int64_t pixels,
                            int64_t channel, int64_t channels) {
  for (int64_t i = 0; i < pixels; ++i) {
    for (int64_t c = 0; c < channels; ++c) {
      Apply(epilogue, acc[i * acc_stride + c], pixel + i, channel + c);
    }
  }
}

}  // namespace octet::kernels
