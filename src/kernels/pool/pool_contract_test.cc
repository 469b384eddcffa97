// pool against its header, with sums in double and int64.
#include <cmath>
#include <limits>

#include "kernels/pool/pool.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/quant.h"

namespace octet::kernels {
namespace {

constexpr PoolKind kKinds[] = {PoolKind::kMax, PoolKind::kAverage};

struct Geometry {
  int64_t batch, in_h, in_w;
  int64_t kernel_h, kernel_w;
  int64_t stride_h, stride_w;
  int64_t top, left, bottom, right;
  bool include;
};

// Every window touches the image, as the contract wants it.
constexpr Geometry kGeometries[] = {
    {1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, false},   // one pixel
    {2, 4, 5, 1, 1, 1, 1, 0, 0, 0, 0, false},   // nothing to pool
    {1, 6, 7, 2, 2, 2, 2, 0, 0, 0, 0, false},   // halving, a column left over
    {1, 5, 5, 3, 3, 1, 1, 1, 1, 1, 1, false},   // same size
    {1, 5, 5, 3, 3, 1, 1, 1, 1, 1, 1, true},    //
    {1, 5, 5, 3, 3, 2, 2, 1, 1, 1, 1, true},    //
    {2, 3, 4, 3, 4, 1, 1, 0, 0, 0, 0, false},   // global
    {1, 9, 3, 5, 2, 3, 1, 2, 0, 1, 1, false},   // uneven in everything
    {1, 9, 3, 5, 2, 3, 1, 2, 0, 1, 1, true},    //
    {1, 2, 2, 5, 5, 1, 1, 4, 4, 4, 4, false},   // window beyond the image
    {1, 2, 2, 5, 5, 1, 1, 4, 4, 4, 4, true},    //
    {3, 1, 8, 1, 3, 1, 4, 0, 1, 0, 0, false},   // strides beyond the kernel
    {1, 13, 13, 5, 5, 1, 1, 2, 2, 2, 2, false}  // of YOLO
};

PoolShape ShapeOf(const Geometry& g, PoolKind kind, int64_t channels,
                  int64_t x_gap, int64_t y_gap) {
  PoolShape s{};
  s.kind = kind;
  s.count_include_pad = g.include;
  s.batch = g.batch;
  s.in_h = g.in_h;
  s.in_w = g.in_w;
  s.channels = channels;
  s.x_pixel_stride = channels + x_gap;
  s.y_pixel_stride = channels + y_gap;
  s.out_h = (g.in_h + g.top + g.bottom - g.kernel_h) / g.stride_h + 1;
  s.out_w = (g.in_w + g.left + g.right - g.kernel_w) / g.stride_w + 1;
  s.window = {g.kernel_h, g.kernel_w, g.stride_h, g.stride_w,
              1,          1,          g.top,      g.left};
  return s;
}

// Calls element(n, c, x index) for what one output sees.
template <typename Element>
int64_t VisitTaps(const PoolShape& s, int64_t pixel, int64_t c,
                  const Element& element) {
  const Window& w = s.window;
  int64_t inside = 0;
  for (int64_t ky = 0; ky < w.kernel_h; ++ky) {
    for (int64_t kx = 0; kx < w.kernel_w; ++kx) {
      const int64_t y = pixel / s.out_w % s.out_h * w.stride_h - w.pad_top + ky;
      const int64_t x = pixel % s.out_w * w.stride_w - w.pad_left + kx;
      if (y < 0 || y >= s.in_h || x < 0 || x >= s.in_w) continue;
      const int64_t image = pixel / (s.out_h * s.out_w);
      element(((image * s.in_h + y) * s.in_w + x) * s.x_pixel_stride + c);
      ++inside;
    }
  }
  return s.count_include_pad ? w.kernel_h * w.kernel_w : inside;
}

int64_t OutputPixels(const PoolShape& s) { return s.batch * s.out_h * s.out_w; }

int AverageCode(const PoolU8Params& p, int64_t pixel, int64_t c) {
  const int64_t cx = p.x_quant.per_channel ? c : 0;
  const int64_t cy = p.y_quant.per_channel ? c : 0;
  int64_t sum = 0;
  const int64_t n = VisitTaps(p.shape, pixel, c, [&](int64_t at) {
    sum += p.x[at] - p.x_quant.zero_point[cx];
  });
  const float per = float(double(p.y_quant.scale[cy]) * double(n));
  const float m = float(double(p.x_quant.scale[cx]) / double(per));
  const float v = float(double(float(sum)) * double(m));
  const double code = (std::isnan(v) ? 0 : std::nearbyint(double(v))) +
                      p.y_quant.zero_point[cy];
  return int(std::fmin(std::fmax(code, 0), 255));
}

std::vector<int> ExpectedCodes(const PoolU8Params& p) {
  const PoolShape& s = p.shape;
  std::vector<int> expected(size_t(OutputPixels(s) * s.y_pixel_stride), kGap);
  for (int64_t pixel = 0; pixel < OutputPixels(s); ++pixel) {
    for (int64_t c = 0; c < s.channels; ++c) {
      int largest = 0;
      VisitTaps(s, pixel, c,
                [&](int64_t at) { largest = std::max(largest, int(p.x[at])); });
      expected[size_t(pixel * s.y_pixel_stride + c)] =
          s.kind == PoolKind::kMax ? largest : AverageCode(p, pixel, c);
    }
  }
  return expected;
}

std::vector<Near> ExpectedReals(const PoolF32Params& p) {
  const PoolShape& s = p.shape;
  std::vector<Near> expected(size_t(OutputPixels(s) * s.y_pixel_stride));
  for (int64_t pixel = 0; pixel < OutputPixels(s); ++pixel) {
    for (int64_t c = 0; c < s.channels; ++c) {
      double largest = -HUGE_VAL, sum = 0, magnitude = 0;
      const int64_t n = VisitTaps(s, pixel, c, [&](int64_t at) {
        largest = std::fmax(largest, p.x[at]);
        sum += p.x[at];
        magnitude += std::abs(p.x[at]);
      });
      const double eps = std::numeric_limits<float>::epsilon();
      // n additions and a division, each within half an ulp.
      expected[size_t(pixel * s.y_pixel_stride + c)] =
          s.kind == PoolKind::kMax
              ? Near{largest, 0}
              : Near{sum / double(n),
                     eps * (magnitude + magnitude / double(n))};
    }
  }
  return expected;
}

void CheckCodes(const PoolShape& shape, bool x_many, bool y_many,
                uint64_t seed) {
  Random random(seed);
  PoolU8Params p{};
  p.shape = shape;
  const int64_t inputs =
      shape.batch * shape.in_h * shape.in_w * shape.x_pixel_stride;
  const Buffer<uint8_t> x = RandomCodes(inputs + 1, random);
  const QuantParams x_quant =
      RandomQuant(x_many ? shape.channels : 1, random, 0.03);
  const QuantParams y_quant =
      RandomQuant(y_many ? shape.channels : 1, random, 0.02);
  p.x = x.get() + 1;
  p.x_quant = {x_quant.scale.data(), x_quant.zero_point.data(), x_many};
  p.y_quant = {y_quant.scale.data(), y_quant.zero_point.data(), y_many};
  ExpectOutput<uint8_t>(PoolU8Kernels(), p, PlanPoolU8(p, 4).scratch_bytes,
                        ExpectedCodes(p),
                        [](PoolU8Params& params, uint8_t* y) { params.y = y; });
}

void CheckReals(const PoolShape& shape, uint64_t seed) {
  Random random(seed);
  PoolF32Params p{};
  p.shape = shape;
  const int64_t inputs =
      shape.batch * shape.in_h * shape.in_w * shape.x_pixel_stride;
  const Buffer<float> x = RandomReals(inputs + 1, random, -50, 50);
  p.x = x.get() + 1;
  ExpectOutput<float>(PoolF32Kernels(), p, PlanPoolF32(p, 4).scratch_bytes,
                      ExpectedReals(p),
                      [](PoolF32Params& params, float* y) { params.y = y; });
}

TEST(PoolContract, FollowsTheFormulaForEveryGeometry) {
  for (size_t i = 0; i < std::size(kGeometries); ++i) {
    for (PoolKind kind : kKinds) {
      SCOPED_TRACE(testing::Message() << "geometry " << i << " " << int(kind));
      const PoolShape shape = ShapeOf(kGeometries[i], kind, 21, 3, 2);
      CheckCodes(shape, i % 2 == 0, i % 3 == 0, i);
      CheckReals(shape, i);
      if (HasFailure()) return;
    }
  }
}

TEST(PoolContract, FollowsTheFormulaForEveryNumberOfChannels) {
  const Geometry g = {1, 3, 4, 2, 3, 1, 2, 1, 1, 0, 1, false};
  for (int64_t channels = 1; channels <= 140; ++channels) {
    for (PoolKind kind : kKinds) {
      SCOPED_TRACE(testing::Message() << channels << " channels");
      const PoolShape shape =
          ShapeOf(g, kind, channels, channels % 3, channels % 4);
      CheckCodes(shape, channels % 2 == 0, channels % 5 == 0, 1);
      CheckReals(shape, 1);
      if (HasFailure()) return;
    }
  }
}

TEST(PoolContract, DoesNothingForNoImagesOrNoChannels) {
  for (PoolKind kind : kKinds) {
    const Geometry none = {0, 4, 4, 2, 2, 1, 1, 0, 0, 0, 0, false};
    CheckCodes(ShapeOf(none, kind, 8, 0, 0), false, false, 1);
    CheckReals(ShapeOf(none, kind, 8, 0, 0), 1);
    CheckCodes(ShapeOf(kGeometries[1], kind, 0, 2, 3), false, false, 1);
    CheckReals(ShapeOf(kGeometries[1], kind, 0, 2, 3), 1);
  }
}

// A global average of one value, at scales where factors leave the floats.
TEST(PoolContract, SaturatesAveragesAtTheEndsOfTheScales) {
  constexpr float kLeast = std::numeric_limits<float>::min();
  constexpr float kMost = std::numeric_limits<float>::max();
  const float scales[] = {kLeast, 1e-20f, 1.0f, 1e20f, kMost};
  const Geometry global = {1, 3, 3, 3, 3, 1, 1, 0, 0, 0, 0, false};
  for (float x_scale : scales) {
    for (float y_scale : scales) {
      for (int code : {0, 100, 255}) {
        SCOPED_TRACE(testing::Message()
                     << x_scale << " " << y_scale << " " << code);
        const int32_t x_zero = 100, y_zero = 7;
        Buffer<uint8_t> x(9 * 20);
        for (int64_t i = 0; i < x.elements(); ++i) x[i] = uint8_t(code);
        PoolU8Params p{};
        p.shape = ShapeOf(global, PoolKind::kAverage, 20, 0, 0);
        p.x = x.get();
        p.x_quant = {&x_scale, &x_zero, false};
        p.y_quant = {&y_scale, &y_zero, false};
        ExpectOutput<uint8_t>(
            PoolU8Kernels(), p, 0, ExpectedCodes(p),
            [](PoolU8Params& params, uint8_t* y) { params.y = y; });
        if (HasFailure()) return;
      }
    }
  }
}

// 2^21 pixels of 255 with a zero point of 0, and the other way round.
TEST(PoolContract, AddsUpLargeWindowsWithoutOverflow) {
  const Geometry large = {1, 2048, 1024, 2048, 1024, 1, 1, 0, 0, 0, 0, false};
  for (bool is_high : {true, false}) {
    Buffer<uint8_t> x(2048 * 1024);
    for (int64_t i = 0; i < x.elements(); ++i) x[i] = is_high ? 255 : 0;
    const float scale = 0.1f;
    const int32_t x_zero = is_high ? 0 : 255, y_zero = is_high ? 0 : 255;
    PoolU8Params p{};
    p.shape = ShapeOf(large, PoolKind::kAverage, 1, 0, 0);
    p.x = x.get();
    p.x_quant = {&scale, &x_zero, false};
    p.y_quant = {&scale, &y_zero, false};
    for (const auto& row : RunnableRows(PoolU8Kernels())) {
      uint8_t y = 99;
      p.y = &y;
      RunInParts(row.fn, p, 1, 0);
      EXPECT_EQ(y, is_high ? 255 : 0) << row.name;
    }
  }
}

TEST(PoolContract, KeepsInfinitiesAndSpreadsThemOverAverages) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float x[] = {1, -kInfinity, 2, kInfinity, 3, 4, 0, 0, 0, 0, 0,
                     0, 0,          0, 0,         0, 0, 0, 0, 0, 0, 0};
  const Geometry row_of_pairs = {1, 1, 6, 1, 2, 1, 2, 0, 0, 0, 0, false};
  const double averages[] = {-kInfinity, kInfinity, 3.5};
  const double largest[] = {1, kInfinity, 4};
  for (PoolKind kind : kKinds) {
    std::vector<Near> expected;
    for (int i = 0; i < 3; ++i) {
      expected.push_back(
          {kind == PoolKind::kMax ? largest[i] : averages[i], 0});
    }
    PoolF32Params p{};
    p.shape = ShapeOf(row_of_pairs, kind, 1, 0, 0);
    p.x = x;
    ExpectOutput<float>(PoolF32Kernels(), p, 0, expected,
                        [](PoolF32Params& params, float* y) { params.y = y; });
  }
}

TEST(PlanPool, CutsAGlobalPoolingByItsChannels) {
  PoolU8Params p{};
  p.shape = ShapeOf({1, 64, 64, 64, 64, 1, 1, 0, 0, 0, 0, false},
                    PoolKind::kAverage, 1024, 0, 0);
  EXPECT_GT(PlanPoolU8(p, 4).parts, 1);
  EXPECT_LE(PlanPoolU8(p, 64).parts, 1024 / 64);
  EXPECT_EQ(PlanPoolU8(p, 1).parts, 1);
}

}  // namespace
}  // namespace octet::kernels
