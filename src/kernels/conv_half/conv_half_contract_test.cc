// conv_half against sums in double, within the bound of numerics.md.
#include <cmath>
#include <limits>

#include "base/half.h"
#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half/conv_half_pack.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"
#include "kernels/testing/window_case.h"

namespace octet::kernels {
namespace {

constexpr double kEps = std::numeric_limits<float>::epsilon();

struct Case {
  WindowCase at;
  int64_t channels, outputs;
  int64_t group = 1;
  int64_t x_gap = 0, y_gap = 0;
};

Buffer<uint16_t> RandomHalves(const HalfFormat& format, int64_t n,
                              Random& random) {
  Buffer<uint16_t> x(n);
  for (int64_t i = 0; i < n; ++i) {
    x[i] = BitsOf(format, double(random.Real(-2, 2)));
  }
  return x;
}

void CheckCase(const Case& c, DType half) {
  SCOPED_TRACE(c.at.Text() + ", " + std::to_string(c.channels) + " to " +
               std::to_string(c.outputs) + " channels of " +
               std::string(Name(half)));
  const HalfFormat& format = half == DType::kF16 ? kF16Format : kBF16Format;
  Random random(uint64_t(c.channels * 100 + c.outputs));
  ConvHalfParams p{};
  p.half = half;
  p.batch = c.at.batch;
  p.in_h = c.at.in_h;
  p.in_w = c.at.in_w;
  p.in_channels = c.channels;
  p.x_pixel_stride = c.channels + c.x_gap;
  p.out_h = c.at.out_h();
  p.out_w = c.at.out_w();
  p.out_channels = c.outputs;
  p.y_pixel_stride = c.outputs + c.y_gap;
  p.window = c.at.window;
  p.group = c.group;
  const int64_t depth = c.channels / c.group, taps = c.at.taps();
  const Buffer<uint16_t> x =
      RandomHalves(format, c.at.in_pixels() * p.x_pixel_stride, random);
  const Buffer<float> w = RandomReals(c.outputs * taps * depth, random);
  const Buffer<float> bias = RandomReals(c.outputs, random);
  const ConvHalfWeightShape shape{c.outputs, taps, depth, c.group};
  Buffer<uint16_t> packed(PackedConvHalfSize(shape));
  PackConvHalf(w.get(), shape, half, packed.get());
  p.x = x.get();
  p.weight = packed.get();
  p.bias = bias.get();

  const int64_t pixels = c.at.out_pixels();
  std::vector<Near> expected(size_t(pixels * p.y_pixel_stride));
  for (int64_t pixel = 0; pixel < pixels; ++pixel) {
    for (int64_t o = 0; o < c.outputs; ++o) {
      const int64_t first = o / (c.outputs / c.group) * depth;
      double sum = bias[o], magnitude = std::abs(sum);
      c.at.ForEachTap(pixel, [&](int64_t tap, int64_t from) {
        for (int64_t i = 0; i < depth; ++i) {
          const double weight = double(w[(o * taps + tap) * depth + i]);
          const double product =
              RealOf(format, x[from * p.x_pixel_stride + first + i]) *
              RealOf(format, BitsOf(format, weight));
          sum += product;
          magnitude += std::abs(product);
        }
      });
      expected[size_t(pixel * p.y_pixel_stride + o)] = {
          sum, 2 * double(taps * depth + 1) * kEps * magnitude};
    }
  }
  ExpectOutput<float>(ConvHalfKernels(), p, PlanConvHalf(p, 4).scratch_bytes,
                      expected,
                      [](ConvHalfParams& params, float* y) { params.y = y; });
}

TEST(ConvHalfContract, AddsUpUnderEveryWindow) {
  for (DType half : {DType::kF16, DType::kBF16}) {
    for (const WindowCase& at : kHardWindows) {
      for (int64_t channels : {1, 2, 7, 16}) {
        CheckCase({at, channels, 19, 1, channels % 3, channels % 2}, half);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(ConvHalfContract, KeepsGroupsApart) {
  for (DType half : {DType::kF16, DType::kBF16}) {
    for (int64_t depth : {1, 2, 3, 5}) {
      CheckCase({kHardWindows[5], 3 * depth, 51, 3}, half);
      CheckCase({kHardWindows[6], 2 * depth, 4, 2, 1, 2}, half);
      CheckCase({kHardWindows[1], 4 * depth, 8, 4}, half);
      if (testing::Test::HasFailure()) return;
    }
  }
}

// Sixteen outputs are a panel, four panels a tile.
TEST(ConvHalfContract, AddsUpEveryNumberOfOutputs) {
  for (int64_t outputs = 1; outputs <= 70; outputs += 3) {
    CheckCase({kHardWindows[1], 6, outputs}, DType::kBF16);
    CheckCase({kHardWindows[7], 5, outputs}, DType::kF16);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(ConvHalfContract, DoesNothingForNoImages) {
  CheckCase({{0, 4, 3, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1}, 4, 4}, DType::kF16);
}

}  // namespace
}  // namespace octet::kernels
