// depthwise_half against sums in double, within the bound of numerics.md and
// the rounding of halves.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/half.h"
#include "kernels/depthwise_half/depthwise_half.h"
#include "kernels/testing/random.h"
#include "kernels/testing/run.h"
#include "kernels/testing/window_case.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

struct HalfCase {
  WindowCase at;
  int64_t channels;
  int64_t gap = 0;
  Function before = {}, after = {};
};

constexpr uint16_t kUntouched = 0x1234;

double Real(uint16_t half) { return RealOf(kBF16Format, half); }

Buffer<uint16_t> SomeHalves(int64_t n, Random& random) {
  Buffer<uint16_t> x(n);
  for (int64_t i = 0; i < n; ++i) {
    x[i] = BitsOf(kBF16Format, double(random.Real(-2, 2)));
  }
  return x;
}

void CheckHalves(const HalfCase& c) {
  SCOPED_TRACE(c.at.Text() + ", " + std::to_string(c.channels) + " channels");
  Random random(uint64_t(c.channels * 100 + c.at.in_w));
  const int64_t stride = c.channels + c.gap, padded = RoundUp(c.channels, 16);
  const Buffer<uint16_t> x = SomeHalves(c.at.in_pixels() * stride, random);
  const Buffer<uint16_t> w = SomeHalves(c.at.taps() * padded, random);
  const Buffer<float> bias = RandomReals(c.channels, random);
  DepthwiseHalfParams p{};
  p.half = DType::kBF16;
  p.x = x.get();
  p.batch = c.at.batch;
  p.in_h = c.at.in_h;
  p.in_w = c.at.in_w;
  p.channels = c.channels;
  p.x_pixel_stride = p.y_pixel_stride = stride;
  p.y_is_half = true;
  p.out_h = c.at.out_h();
  p.out_w = c.at.out_w();
  p.window = c.at.window;
  p.weight = w.get();
  p.bias = bias.get();
  p.before = c.before;
  p.after = c.after;
  for (const auto& row : RunnableRows(DepthwiseHalfKernels())) {
    SCOPED_TRACE(row.name);
    Buffer<uint16_t> y(c.at.out_pixels() * stride);
    for (int64_t i = 0; i < y.elements(); ++i) y[i] = kUntouched;
    p.y = y.get();
    RunInParts(row.fn, p, 3, PlanDepthwiseHalf(p, 4).scratch_bytes);
    for (int64_t i = 0; i < y.elements(); ++i) {
      const int64_t pixel = i / stride, channel = i % stride;
      if (channel >= c.channels) {
        ASSERT_EQ(y[i], kUntouched) << "gap " << i;
        continue;
      }
      double sum = bias[channel], magnitude = std::fabs(sum);
      c.at.ForEachTap(pixel, [&](int64_t tap, int64_t from) {
        const double product =
            Real(x[from * stride + channel]) * Real(w[tap * padded + channel]);
        sum += product;
        magnitude += std::fabs(product);
      });
      const double value = Evaluate(c.after, Evaluate(c.before, sum));
      // No function here is steeper than 1.1.
      const double bound = 1.1 * 2 * double(c.at.taps() + 1) *
                               double{std::numeric_limits<float>::epsilon()} *
                               magnitude +
                           0x1p-12 * std::fabs(value);
      ASSERT_NEAR(Real(y[i]), value,
                  bound + 0x1p-8 * (std::fabs(value) + bound) + 1e-7)
          << "pixel " << pixel << " channel " << channel;
    }
  }
}

TEST(DepthwiseHalfContract, AddsUpUnderEveryWindow) {
  for (const WindowCase& at : kHardWindows) {
    for (int64_t channels : {1, 16, 33}) {
      CheckHalves({at, channels, channels % 2 * 3});
      if (testing::Test::HasFailure()) return;
    }
  }
}

// Thirty-two channels at a time, columns one by one.
TEST(DepthwiseHalfContract, AddsUpEveryNumberOfChannelsAndColumns) {
  for (int64_t channels : {1, 2, 15, 16, 17, 31, 32, 33, 48, 64, 65, 96, 100}) {
    for (int64_t stride : {1, 2}) {
      for (int64_t width = 1; width <= 7; ++width) {
        for (int64_t pad : {0, 1, 2}) {
          const WindowCase at{
              2, 5, width + 2, {3, 3, stride, stride, 1, 1, pad, pad}, 1, 1};
          CheckHalves({at, channels});
          if (testing::Test::HasFailure()) return;
        }
      }
    }
  }
}

TEST(DepthwiseHalfContract, EndsWithEveryFunction) {
  constexpr Function kNone{}, kRelu{FunctionKind::kRelu},
      kRelu6{FunctionKind::kClip, 0, 6}, kSilu{FunctionKind::kSilu},
      kHardSwish{FunctionKind::kHardSwish};
  for (const Function& before : {kNone, kRelu, kRelu6, kSilu, kHardSwish}) {
    for (const Function& after : {kNone, kRelu6, kSilu}) {
      CheckHalves({kHardWindows[5], 40, 2, before, after});
      CheckHalves({kHardWindows[6], 40, 0, before, after});
      if (testing::Test::HasFailure()) return;
    }
  }
}

// More rows than a band has.
TEST(DepthwiseHalfContract, AddsUpInManyBands) {
  CheckHalves({{2, 40, 30, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1}, 160});
}

}  // namespace
}  // namespace octet::kernels
