// depthwise_f32 against sums in double, within the bound of numerics.md.
#include <cmath>
#include <limits>

#include "kernels/depthwise_f32/depthwise_f32.h"
#include "kernels/depthwise_f32/depthwise_f32_pack.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"
#include "kernels/testing/window_case.h"

namespace octet::kernels {
namespace {

constexpr double kEps = std::numeric_limits<float>::epsilon();

struct Case {
  WindowCase at;
  int64_t channels;
  int64_t x_gap = 0, y_gap = 0;
  bool bias = false, residual = false;
  Function before = {}, after = {};
};

std::string Text(const Case& c) {
  return c.at.Text() + ", " + std::to_string(c.channels) + " channels" +
         (c.bias ? ", bias" : "") + (c.residual ? ", residual, " : ", ") +
         std::string(Name(c.before.kind)) + " before, " +
         std::string(Name(c.after.kind)) + " after";
}

// What a function makes of a value that is off by `bound`: all functions of
// this test have slopes of at most 1.1 and errors of at most 4 ulp.
Near Through(const Function& function, const Near& v) {
  if (function.kind == FunctionKind::kIdentity) return v;
  const double y = Evaluate(function, v.value);
  return {y, 1.1 * v.bound + 4 * kEps * (std::abs(y) + 1e-6)};
}

void CheckCase(const Case& c) {
  SCOPED_TRACE(Text(c));
  Random random(uint64_t(c.channels * 100 + c.at.taps()));
  DepthwiseF32Params p{};
  p.batch = c.at.batch;
  p.in_h = c.at.in_h;
  p.in_w = c.at.in_w;
  p.channels = c.channels;
  p.x_pixel_stride = c.channels + c.x_gap;
  p.out_h = c.at.out_h();
  p.out_w = c.at.out_w();
  p.y_pixel_stride = c.channels + c.y_gap;
  p.window = c.at.window;
  p.residual_pixel_stride = c.channels + 3;
  p.before = c.before;
  p.after = c.after;
  const int64_t taps = c.at.taps(), outputs = c.at.out_pixels();
  const Buffer<float> x =
      RandomReals(c.at.in_pixels() * p.x_pixel_stride + 1, random, -2, 2);
  const Buffer<float> w = RandomReals(c.channels * taps, random, -2, 2);
  const Buffer<float> bias = RandomReals(c.channels + 1, random, -5, 5);
  const Buffer<float> residual =
      RandomReals(outputs * p.residual_pixel_stride + 1, random, -5, 5);
  Buffer<float> packed(PackedDepthwiseF32Size(c.channels, taps));
  PackDepthwiseF32(w.get(), c.channels, taps, packed.get());
  p.x = x.get() + 1;
  p.weight = packed.get();
  if (c.bias) p.bias = bias.get() + 1;
  if (c.residual) p.residual = residual.get() + 1;

  std::vector<Near> expected(size_t(outputs * p.y_pixel_stride));
  for (int64_t pixel = 0; pixel < outputs; ++pixel) {
    for (int64_t i = 0; i < c.channels; ++i) {
      double sum = c.bias ? p.bias[i] : 0, magnitude = std::abs(sum);
      c.at.ForEachTap(pixel, [&](int64_t tap, int64_t from) {
        const double product =
            double(p.x[from * p.x_pixel_stride + i]) * w[i * taps + tap];
        sum += product;
        magnitude += std::abs(product);
      });
      Near v = Through(c.before, {sum, 2 * double(taps) * kEps * magnitude});
      if (c.residual) {
        v.value += p.residual[pixel * p.residual_pixel_stride + i];
        v.bound += kEps * std::abs(v.value);
      }
      expected[size_t(pixel * p.y_pixel_stride + i)] = Through(c.after, v);
    }
  }
  ExpectOutput<float>(
      DepthwiseF32Kernels(), p, PlanDepthwiseF32(p, 4).scratch_bytes, expected,
      [](DepthwiseF32Params& params, float* y) { params.y = y; });
}

TEST(DepthwiseF32Contract, AddsUpUnderEveryWindow) {
  for (const WindowCase& at : kHardWindows) {
    for (int64_t channels : {1, 8, 19, 32, 50}) {
      CheckCase({at, channels, channels % 3, channels % 4, channels != 8});
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(DepthwiseF32Contract, AddsUpEveryNumberOfChannels) {
  for (int64_t channels = 1; channels <= 70; ++channels) {
    CheckCase({kHardWindows[5], channels, 0, channels % 3, true});
    CheckCase({kHardWindows[6], channels, 1, 0, false});
    if (testing::Test::HasFailure()) return;
  }
}

TEST(DepthwiseF32Contract, DoesNothingForNoImagesOrNoChannels) {
  CheckCase({{0, 4, 3, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1}, 20, 0, 0, true});
  CheckCase({{1, 4, 3, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1}, 0, 2, 1, true});
}

// Pixels go four at a time where no window hangs over an edge.
TEST(DepthwiseF32Contract, AddsUpRowsOfEveryLength) {
  for (int64_t stride : {1, 2, 3}) {
    for (int64_t width = 1; width <= 24; ++width) {
      CheckCase({{1, 3, width, {3, 3, 1, stride, 1, 1, 1, 1}, 1, 1}, 13});
      CheckCase({{1, 2, width, {1, 5, 1, stride, 1, 1, 0, 4}, 0, 4}, 9});
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(DepthwiseF32Contract, AppliesFunctionsAroundTheResidual) {
  const Function functions[] = {{},
                                {FunctionKind::kRelu},
                                {FunctionKind::kClip, -1, 2},
                                {FunctionKind::kSigmoid},
                                {FunctionKind::kTanh}};
  for (const Function& before : functions) {
    for (const Function& after : functions) {
      for (bool residual : {false, true}) {
        CheckCase({kHardWindows[5], 21, 1, 2, true, residual, before, after});
        CheckCase({kHardWindows[7], 16, 0, 0, false, residual, before, after});
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

// A NaN or an infinity under one window must not reach the next channel, nor
// through padding the windows that do not see it.
TEST(DepthwiseF32Contract, KeepsANanUnderItsWindowsAndInItsChannel) {
  const WindowCase at = {1, 6, 6, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1};
  constexpr int64_t kChannels = 11;
  Buffer<float> x(36 * kChannels), w(9 * kChannels);
  for (int64_t i = 0; i < x.elements(); ++i) x[i] = 1;
  for (int64_t i = 0; i < w.elements(); ++i) w[i] = 1;
  x[0 * kChannels + 4] = std::numeric_limits<float>::quiet_NaN();
  x[35 * kChannels + 10] = std::numeric_limits<float>::infinity();
  Buffer<float> packed(PackedDepthwiseF32Size(kChannels, 9));
  PackDepthwiseF32(w.get(), kChannels, 9, packed.get());
  std::vector<Near> expected;
  for (int64_t pixel = 0; pixel < 36; ++pixel) {
    for (int64_t c = 0; c < kChannels; ++c) {
      double sum = 0;
      at.ForEachTap(pixel, [&](int64_t, int64_t from) {
        sum += x[from * kChannels + c];
      });
      expected.push_back({sum, 0});
    }
  }
  DepthwiseF32Params p{};
  p.batch = 1;
  p.in_h = p.in_w = p.out_h = p.out_w = 6;
  p.channels = p.x_pixel_stride = p.y_pixel_stride = kChannels;
  p.window = at.window;
  p.x = x.get();
  p.weight = packed.get();
  ExpectOutput<float>(
      DepthwiseF32Kernels(), p, PlanDepthwiseF32(p, 4).scratch_bytes, expected,
      [](DepthwiseF32Params& params, float* y) { params.y = y; });
}

}  // namespace
}  // namespace octet::kernels
