// depthwise_f32 with a window of 3x3 taps that are neighbours, of stride 1,
// where there are 32 registers.
//
// A window slides along two output rows, a vector of channels at a time: the
// nine weights and all inputs of the window stay in registers, so that each
// input is loaded once a slide. Inputs outside the image are zeros. Internal
// linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_SLIDE_H_
#define OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_SLIDE_H_

#include <cstdint>

#include "kernels/depthwise_f32/depthwise_f32_three.h"

namespace octet::kernels {
namespace {

// AVX-512 alone has the registers. Pixels that are 2 KB apart share few sets of
// a first-level cache: there, blocks that go through the channels are faster.
template <typename V>
bool Slides(const DepthwiseF32Params& p) {
  return V::kLanes == 16 && p.window.stride_w == 1 && p.x_pixel_stride < 512;
}

// Pixels of a slide: of many channels, four rows of them nearly fill a
// first-level cache; of few, the next channels find them there.
constexpr int64_t kMostSlide = 28;

// Stands for a row above or below the image.
alignas(64) constexpr float kNoInputs[16] = {};

// Where a slide reads next in one row, and the distance of pixels; rows outside
// the image have zeros and no distance.
struct SlideRow {
  const float* at;
  int64_t step;
};

// The window's weights, and its inputs as a ring of three columns. Row 0 is the
// first that the upper outputs see.
template <typename V>
struct SlideWindow {
  typename V::F weights[9];
  typename V::F columns[3][4];
};

// Loads the next column of the image.
template <typename V>
[[gnu::always_inline]] inline void LoadColumn(SlideRow (&rows)[4],
                                              bool is_inside,
                                              typename V::F (&to)[4]) {
#pragma GCC unroll 4
  for (int h = 0; h < 4; ++h) {
    to[h] = is_inside ? V::Load(rows[h].at) : V::Set(0.0f);
    rows[h].at += rows[h].step;
  }
}

// The sum of the outputs of row `row`, 0 or 1, in the order of the window's
// rows and columns. `kFirst` is the column of the ring that the window begins
// with.
template <typename V, int kFirst>
[[gnu::always_inline]] inline typename V::F SumSlide(
    const SlideWindow<V>& window, int row) {
  typename V::F sum = V::Set(0.0f);
#pragma GCC unroll 3
  for (int h = 0; h < 3; ++h) {
#pragma GCC unroll 3
    for (int w = 0; w < 3; ++w) {
      sum = V::Fma(window.columns[(kFirst + w) % 3][row + h],
                   window.weights[3 * h + w], sum);
    }
  }
  return sum;
}

// What a slide over one vector of channels needs to know.
struct Slide {
  int64_t pixels;   // of one row
  int64_t x;        // column of the image that the first window begins with
  int64_t columns;  // of the image
};

// Calls finish(upper, lower) with the sums of each pixel of a slide.
template <typename V, typename Finish>
[[gnu::always_inline]] inline void SlideVector(const Depthwise& d,
                                               const Slide& slide,
                                               const SlideRow (&inputs)[4],
                                               int64_t channel, Finish finish) {
  SlideRow rows[4];
#pragma GCC unroll 4
  for (int h = 0; h < 4; ++h) {
    const int64_t step = inputs[h].step;
    rows[h] = {inputs[h].at + slide.x * step + (step == 0 ? 0 : channel), step};
  }
  SlideWindow<V> window;
#pragma GCC unroll 9
  for (int i = 0; i < 9; ++i) {
    window.weights[i] = V::Load(d.p.weight + i * d.padded + channel);
  }
  const uint64_t columns = uint64_t(slide.columns);
  uint64_t x = uint64_t(slide.x);
  LoadColumn<V>(rows, x < columns, window.columns[0]);
  ++x;
  LoadColumn<V>(rows, x < columns, window.columns[1]);
  ++x;
  const auto step = [&]<int kFirst>() [[gnu::always_inline]] {
    LoadColumn<V>(rows, x < columns, window.columns[(kFirst + 2) % 3]);
    ++x;
    finish(SumSlide<V, kFirst>(window, 0), SumSlide<V, kFirst>(window, 1));
  };
  int64_t left = slide.pixels;
  for (; left >= 3; left -= 3) {
    step.template operator()<0>();
    step.template operator()<1>();
    step.template operator()<2>();
  }
  if (left > 0) step.template operator()<0>();
  if (left > 1) step.template operator()<1>();
}

// A slide over a vector of channels whose sums need no more than a bias and a
// clamp.
template <typename V>
[[gnu::noinline]] void SlideAndClamp(const Depthwise& d, const Slide& slide,
                                     const SlideRow (&inputs)[4],
                                     int64_t channel, const TileRows& upper,
                                     const TileRows* lower) {
  const typename V::F bias =
      d.p.bias == nullptr ? V::Set(-0.0f) : V::Load(d.p.bias + channel);
  const TileClamp& clamp = d.epilogue.after_clamp;
  constexpr float kInfinity = __builtin_inff();
  const typename V::F low = V::Set(clamp.is_on ? clamp.low : -kInfinity);
  const typename V::F high = V::Set(clamp.is_on ? clamp.high : kInfinity);
  // A row that is not asked for goes nowhere.
  alignas(64) float nowhere[V::kLanes];
  float* upper_y = upper.y;
  float* lower_y = lower == nullptr ? nowhere : lower->y;
  const int64_t upper_step = upper.y_stride;
  const int64_t lower_step = lower == nullptr ? 0 : lower->y_stride;
  SlideVector<V>(
      d, slide, inputs, channel,
      [&](typename V::F a, typename V::F b) [[gnu::always_inline]] {
        V::Store(upper_y, V::Min(high, V::Max(low, V::Add(a, bias))));
        V::Store(lower_y, V::Min(high, V::Max(low, V::Add(b, bias))));
        upper_y += upper_step;
        lower_y += lower_step;
      });
}

// Finishes the sums of one output row of a slide.
template <typename V>
[[gnu::always_inline]] inline void FinishSlide(const TileEpilogue& epilogue,
                                               float* sums, int64_t pixels,
                                               const TileRows& rows) {
  if (epilogue.elementary != nullptr) {
    return FinishByFunctions<V, 1>(epilogue, sums, pixels, 1, rows);
  }
  FinishBlock<V, 1>(epilogue, nullptr, sums, pixels, rows);
}

// Any other.
template <typename V>
[[gnu::noinline]] void SlideAndFinish(const Depthwise& d, const Slide& slide,
                                      const SlideRow (&inputs)[4],
                                      int64_t channel, const TileRows& upper,
                                      const TileRows* lower) {
  alignas(64) float sums[2][kMostSlide * V::kLanes];
  const typename V::F bias =
      d.p.bias == nullptr ? V::Set(-0.0f) : V::Load(d.p.bias + channel);
  float* to = sums[0];
  SlideVector<V>(d, slide, inputs, channel,
                 [&](typename V::F a, typename V::F b) [[gnu::always_inline]] {
                   V::Store(to, V::Add(a, bias));
                   V::Store(to + kMostSlide * V::kLanes, V::Add(b, bias));
                   to += V::kLanes;
                 });
  FinishSlide<V>(d.epilogue, sums[0], slide.pixels, upper);
  if (lower == nullptr) return;
  FinishSlide<V>(d.epilogue, sums[1], slide.pixels, *lower);
}

// One slide, all channels. `inputs` are the rows that its windows see, of
// pixel 0.
template <typename V>
void SlideThree(const Depthwise& d, const Slide& slide,
                const SlideRow (&inputs)[4], int64_t pixel, int64_t rows) {
  const int64_t channels = d.p.channels;
  const bool clamps = d.epilogue.elementary == nullptr &&
                      !d.epilogue.before_clamp.is_on && d.p.residual == nullptr;
  for (int64_t channel = 0; channel < channels; channel += V::kLanes) {
    const TileRows upper = RowsAt(d, pixel, channel);
    const TileRows lower = RowsAt(d, pixel + d.p.out_w, channel);
    const bool is_whole = channel + V::kLanes <= channels;
    (clamps && is_whole ? SlideAndClamp<V>
                        : SlideAndFinish<V>)(d, slide, inputs, channel, upper,
                                             rows == 2 ? &lower : nullptr);
  }
}

// One or two output rows.
template <typename V>
void SlideTwoRows(const Depthwise& d, int64_t image, int64_t oy, int64_t rows) {
  const DepthwiseF32Params& p = d.p;
  const int64_t y = oy - p.window.pad_top;
  SlideRow inputs[4];
  for (int64_t h = 0; h < 4; ++h) {
    const bool is_inside = y + h >= 0 && y + h < p.in_h;
    inputs[h] = {kNoInputs, 0};
    if (!is_inside || h >= rows + 2) continue;
    inputs[h] = {p.x + (image * p.in_h + y + h) * p.in_w * p.x_pixel_stride,
                 p.x_pixel_stride};
  }
  const int64_t count = DivideUp(p.out_w, kMostSlide);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t ox = PartBegin(p.out_w, i, count);
    const Slide slide{PartBegin(p.out_w, i + 1, count) - ox,
                      ox - p.window.pad_left, p.in_w};
    SlideThree<V>(d, slide, inputs, (image * p.out_h + oy) * p.out_w + ox,
                  rows);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_SLIDE_H_
