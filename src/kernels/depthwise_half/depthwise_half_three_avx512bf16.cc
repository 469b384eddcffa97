// Thirty-two channels at a time, even ones and odd ones apart: a shift or a
// mask widens them. The weights stay in registers while a row goes by column by
// column; each column adds to the up to three outputs that see it.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_half/depthwise_half_three.h"
#include "kernels/elementary/lanes_avx512bf16.h"

namespace octet::kernels {
namespace {

using Lanes = Avx512Bf16Lanes;

constexpr int64_t kChannels = 32;

// What lies outside the image.
alignas(64) constexpr uint16_t kZeros[kChannels] = {};

struct Values {
  __m512 even, odd;
};

[[gnu::always_inline]] inline Values Widen(const uint16_t* p) {
  const __m512i halves = _mm512_loadu_si512(p);
  return {_mm512_castsi512_ps(_mm512_slli_epi32(halves, 16)),
          _mm512_castsi512_ps(_mm512_and_si512(
              halves, _mm512_set1_epi32(int32_t(0xffff0000u))))};
}

// One block of channels.
struct Channels {
  alignas(64) float bias[2][16];  // of even ones, of odd ones
  Values weights[9];
  int64_t first;
  __mmask32 exist;
};

[[gnu::always_inline]] inline void Take(const DepthwiseHalfThree& t,
                                        int64_t first, Channels& c) {
  c.first = first;
  const int64_t left = t.channels - first;
  c.exist = left >= kChannels ? ~__mmask32{0} : (__mmask32{1} << left) - 1;
  for (int i = 0; i < 9; ++i) {
    c.weights[i] = Widen(t.weight + i * t.padded + first);
  }
  for (int64_t i = 0; i < kChannels; ++i) {
    c.bias[i % 2][i / 2] =
        t.bias == nullptr || i >= left ? 0.0f : t.bias[first + i];
  }
}

// The columns that the windows of an output row see, from left to right.
class Columns {
 public:
  [[gnu::always_inline]] Columns(const DepthwiseHalfThree& t, int64_t row,
                                 int64_t channel)
      : column_(-t.pad_left), width_(t.in_w) {
    const int64_t top = row * t.stride - t.pad_top;
#pragma GCC unroll 3
    for (int h = 0; h < 3; ++h) {
      const bool is_inside = top + h >= 0 && top + h < t.in_h;
      const int64_t pixel = (top + h) * t.in_w + column_;
      at_[h] = is_inside ? t.x + pixel * t.x_pixel_stride + channel : kZeros;
      step_[h] = is_inside ? t.x_pixel_stride : 0;
    }
  }

  [[gnu::always_inline]] void Next(Values (&column)[3]) {
    const bool is_inside = column_ >= 0 && column_ < width_;
#pragma GCC unroll 3
    for (int h = 0; h < 3; ++h) {
      column[h] = Widen(is_inside ? at_[h] : kZeros);
      // Pixels of many channels lie too far apart for the processor to guess.
      __builtin_prefetch(at_[h] + 8 * step_[h]);
      at_[h] += step_[h];
    }
    ++column_;
  }

 private:
  const uint16_t* at_[3];
  int64_t step_[3];
  int64_t column_;
  const int64_t width_;
};

// Adds the products of a column of the window.
template <int kTap>
[[gnu::always_inline]] inline void Add(const Values (&column)[3],
                                       const Values (&weights)[9],
                                       Values& sum) {
#pragma GCC unroll 3
  for (int h = 0; h < 3; ++h) {
    const Values& w = weights[3 * h + kTap];
    sum.even = _mm512_fmadd_ps(column[h].even, w.even, sum.even);
    sum.odd = _mm512_fmadd_ps(column[h].odd, w.odd, sum.odd);
  }
}

template <bool kIsSilu>
[[gnu::always_inline]] inline void Store(const DepthwiseHalfThree& t,
                                         const Channels& c, Values v,
                                         uint16_t* y) {
  if constexpr (kIsSilu) {
    v = {Lanes::Silu(v.even), Lanes::Silu(v.odd)};
  } else if (t.clamp.is_on) {
    const __m512 low = _mm512_set1_ps(t.clamp.low);
    const __m512 high = _mm512_set1_ps(t.clamp.high);
    v = {Lanes::Min(high, Lanes::Max(low, v.even)),
         Lanes::Min(high, Lanes::Max(low, v.odd))};
  }
  // Even ones in front, then side by side.
  const __m512i halves = __m512i(_mm512_cvtne2ps_pbh(v.odd, v.even));
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11,
                                         26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21,
                                         5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512i pixel = _mm512_permutexvar_epi16(order, halves);
  if (c.exist == ~__mmask32{0}) {
    _mm512_storeu_si512(y, pixel);
  } else {
    _mm512_mask_storeu_epi16(y, c.exist, pixel);
  }
}

template <int kStride, bool kIsSilu>
[[gnu::noinline]] void SumRows(const DepthwiseHalfThree& shared,
                               const Channels& c, int64_t begin, int64_t end) {
  // A copy, which no store can be taken to change.
  const DepthwiseHalfThree t = shared;
  Values weights[9];
#pragma GCC unroll 9
  for (int i = 0; i < 9; ++i) weights[i] = c.weights[i];
  const auto start = [&c] {
    return Values{_mm512_load_ps(c.bias[0]), _mm512_load_ps(c.bias[1])};
  };
  for (int64_t row = begin; row < end; ++row) {
    Columns columns(t, row, c.first);
    uint16_t* y = t.y + row * t.out_w * t.y_pixel_stride + c.first;
    Values column[3];
    columns.Next(column);
    // Of the output that ends with the next column but one, or with the next.
    Values next = start();
    Add<0>(column, weights, next);
    if constexpr (kStride == 1) {
      columns.Next(column);
      Values sum = next;
      Add<1>(column, weights, sum);
      next = start();
      Add<0>(column, weights, next);
      for (int64_t i = 0; i < t.out_w; ++i, y += t.y_pixel_stride) {
        columns.Next(column);
        Add<2>(column, weights, sum);
        Store<kIsSilu>(t, c, sum, y);
        sum = next;
        Add<1>(column, weights, sum);
        next = start();
        Add<0>(column, weights, next);
      }
    } else {
      for (int64_t i = 0; i < t.out_w; ++i, y += t.y_pixel_stride) {
        Values sum = next;
        columns.Next(column);
        Add<1>(column, weights, sum);
        columns.Next(column);
        Add<2>(column, weights, sum);
        next = start();
        Add<0>(column, weights, next);
        Store<kIsSilu>(t, c, sum, y);
      }
    }
  }
}

}  // namespace

void DepthwiseHalfThreeAvx512Bf16(const DepthwiseHalfThree& t, int64_t begin,
                                  int64_t end) {
  void (*const run)(const DepthwiseHalfThree&, const Channels&, int64_t,
                    int64_t) =
      t.stride == 1 ? (t.is_silu ? SumRows<1, true> : SumRows<1, false>)
                    : (t.is_silu ? SumRows<2, true> : SumRows<2, false>);
  for (int64_t first = 0; first < t.channels; first += kChannels) {
    Channels channels;
    Take(t, first, channels);
    run(t, channels, begin, end);
  }
}

}  // namespace octet::kernels
