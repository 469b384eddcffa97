// From int32 sums to an output: the second half of every int8 convolution.
//
// For output channel c of a pixel (comp is already in the sum):
//
//   kClamp: q = clamp(rne(v) + y_zero[c], clamp_low[c], clamp_high[c])
//   kTable: q = table[clamp(rne(v) + y_zero[c], 0, 255)]
//   kAdd:   v = fma(float(r), residual_scale[c], v) for the u8 residual r, the
//           zero point of which is in the offset; then as kClamp
//   kFactor: SiLU or GELU (factor.h): x = v to an int16 as kClamp rounds, with
//           saturation; q = clamp(MulHigh(MulHigh(x, factor(x)), steps[c]) +
//           y_zero[c], 0, 255), factor and MulHigh as in factor_table.h
//   kFactorAdd: the same plus a u8 residual r, in sixteenths of codes, with
//           floor(): q = clamp(floor((MulHigh(MulHigh(x, factor(x)), steps[c])
//           + floor(r * residual_steps[c] / 256) + y_zero[c]) / 16), 0, 255);
//           the three that are added never sum to more than an int16 holds
//   kFloat: v = before(v)
//           v = fma(float(r - residual_zero[c]), residual_scale[c], v)
//               for a u8 residual, v = v + r for an f32 one
//           v = after(v)
//           f32 output: v
//           u8 output:  q = clamp(rne(v * inv_scale[c]) + y_zero[c],
//                                 clamp_low[c], clamp_high[c])
//
//   with v = fma(float(acc), multiplier[c], offset[c]), rne = round to the
//   nearest integer, ties to even, and clamp(q, low, high) = min(max(q, low),
//   high). multiplier and offset are finite, so v may be infinite but is a
//   number. A NaN of kFloat rounds to 0, so it becomes y_zero; what does not
//   fit an int32 saturates. before and after are the functions of
//   kernels/elementary, those for codes where the output is u8. All levels give
//   the same bits (but the payload of a NaN in an f32 output is not defined).
//
// Arrays per channel are padded to a multiple of 16 (dense convolution) or 64
// (depthwise) entries; what the padding holds is of no importance.
#ifndef OCTET_KERNELS_EPILOGUE_EPILOGUE_H_
#define OCTET_KERNELS_EPILOGUE_EPILOGUE_H_

#include <cstdint>

#include "kernels/epilogue/factor_table.h"
#include "octet/function.h"

namespace octet::kernels {

enum class EpilogueKind : uint8_t {
  kClamp,
  kTable,
  kFloat,
  kAdd,
  kFactor,
  kFactorAdd
};

// kFactor with or without a residual.
constexpr bool IsFactor(EpilogueKind kind) {
  return kind == EpilogueKind::kFactor || kind == EpilogueKind::kFactorAdd;
}

struct EpilogueU8 {
  EpilogueKind kind = EpilogueKind::kClamp;

  const int32_t* comp = nullptr;  // where sums start: -x_zero * sum(w) [+b]
  const float* multiplier = nullptr;
  const float* offset = nullptr;
  const int32_t* y_zero = nullptr;      // 0..255; u8 output. kFactorAdd: an
                                        // int16, with all that is constant
  const uint8_t* clamp_low = nullptr;   // kClamp, kAdd, kFloat with u8 output
  const uint8_t* clamp_high = nullptr;  // the same
  const uint8_t* table = nullptr;       // 256 entries, kTable
  const int32_t* steps = nullptr;  // IsFactor: codes that its reach has, at
                                   // most 32512; sixteenths in kFactorAdd
  const FactorTable* factor = nullptr;  // IsFactor
  const float* inv_scale = nullptr;     // kFloat with u8 output
  Function before;                      // kFloat
  Function after;                       // kFloat

  // It has the output's shape. kFloat has at most one of these, kAdd and
  // kFactorAdd a u8 one.
  const uint8_t* residual_u8 = nullptr;
  const float* residual_f32 = nullptr;
  int64_t residual_pixel_stride = 0;        // elements
  const float* residual_scale = nullptr;    // u8 residual
  const int32_t* residual_zero = nullptr;   // u8 residual of kFloat, 0..255
  const int32_t* residual_steps = nullptr;  // kFactorAdd: 0..32767

  // Exactly one output; f32 only with kFloat. Rows and images follow each
  // other without gaps: pixel i lies at y + i * y_pixel_stride.
  uint8_t* y_u8 = nullptr;
  float* y_f32 = nullptr;
  int64_t y_pixel_stride = 0;  // elements
};

// Applies the epilogue to `pixels` output pixels from index `pixel` on, and to
// channels [channel, channel + channels) of each.
//
//   acc:        sums, comp included; pixel i's are at acc + i * acc_stride.
//               Overwritten.
//   acc_stride: a multiple of 16, at least `channels` rounded up to 16.
using EpilogueFn = void (*)(const EpilogueU8& epilogue, int32_t* acc,
                            int64_t acc_stride, int64_t pixel, int64_t pixels,
                            int64_t channel, int64_t channels);

void ApplyEpilogueReference(const EpilogueU8& epilogue, int32_t* acc,
                            int64_t acc_stride, int64_t pixel, int64_t pixels,
                            int64_t channel, int64_t channels);
void ApplyEpilogueAvx2(const EpilogueU8& epilogue, int32_t* acc,
                       int64_t acc_stride, int64_t pixel, int64_t pixels,
                       int64_t channel, int64_t channels);
void ApplyEpilogueAvx512Vnni(const EpilogueU8& epilogue, int32_t* acc,
                             int64_t acc_stride, int64_t pixel, int64_t pixels,
                             int64_t channel, int64_t channels);
// The same where the channels FitsInt32 (rounding_avx512.h).
void ApplyFittingEpilogueAvx512Vnni(const EpilogueU8& epilogue, int32_t* acc,
                                    int64_t acc_stride, int64_t pixel,
                                    int64_t pixels, int64_t channel,
                                    int64_t channels);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_EPILOGUE_H_
