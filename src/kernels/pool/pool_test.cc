#include "kernels/pool/pool.h"

#include "kernels/pool/pool_windows.h"
#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/quant.h"

namespace octet::kernels {
namespace {

PoolShape ShapeOf(const Problem& problem) {
  const auto x = problem.List("x"), kernel = problem.List("kernel");
  const auto stride = problem.List("stride", {1, 1});
  const auto pad = problem.List("pad", {0, 0, 0, 0});
  const auto gap = problem.List("gap", {0, 0});
  PoolShape s{};
  s.kind = problem.Has("max") ? PoolKind::kMax : PoolKind::kAverage;
  s.count_include_pad = problem.Has("include");
  s.batch = x[0];
  s.in_h = x[1];
  s.in_w = x[2];
  s.channels = x[3];
  s.x_pixel_stride = x[3] + gap[0];
  s.y_pixel_stride = x[3] + gap[1];
  s.window.kernel_h = int(kernel[0]);
  s.window.kernel_w = int(kernel[1]);
  s.window.stride_h = int(stride[0]);
  s.window.stride_w = int(stride[1]);
  s.window.pad_top = int(pad[0]);
  s.window.pad_left = int(pad[1]);
  s.out_h = (x[1] + pad[0] + pad[2] - kernel[0]) / stride[0] + 1;
  s.out_w = (x[2] + pad[1] + pad[3] - kernel[1]) / stride[1] + 1;
  return s;
}

int64_t InputSize(const PoolShape& s) {
  return s.batch * s.in_h * s.in_w * s.x_pixel_stride;
}
int64_t OutputSize(const PoolShape& s) {
  return s.batch * s.out_h * s.out_w * s.y_pixel_stride;
}

TEST(PoolU8, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("pool")) {
    SCOPED_TRACE(problem.line());
    PoolU8Params p{};
    p.shape = ShapeOf(problem);
    Random random(1);
    Buffer<uint8_t> x = RandomCodes(InputSize(p.shape), random);
    for (int64_t i = 0; i < x.elements() && problem.Has("extreme"); ++i) {
      x[i] = 255;
    }
    const int64_t entries = problem.Has("per_channel") ? p.shape.channels : 1;
    const QuantParams x_quant = RandomQuant(entries, random, 0.03);
    const QuantParams y_quant = RandomQuant(entries, random, 0.02);
    p.x = x.get();
    p.x_quant = View(x_quant);
    p.y_quant = View(y_quant);
    ExpectEqualBits<uint8_t>(
        PoolU8Kernels(), p, OutputSize(p.shape), PlanPoolU8(p, 4).scratch_bytes,
        [](PoolU8Params& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(PoolF32, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("pool")) {
    SCOPED_TRACE(problem.line());
    PoolF32Params p{};
    p.shape = ShapeOf(problem);
    Random random(1);
    const Buffer<float> x = RandomReals(InputSize(p.shape), random);
    p.x = x.get();
    ExpectEqualBits<float>(
        PoolF32Kernels(), p, OutputSize(p.shape),
        PlanPoolF32(p, 4).scratch_bytes,
        [](PoolF32Params& params, float* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(PoolU8, ReferenceAveragesInRealUnits) {
  PoolU8Params p{};
  p.shape = ShapeOf(Problem("average x=1x1x3x1 kernel=1x3 pad=0x1x0x0"));
  const uint8_t x[] = {12, 14, 22};
  const QuantParams x_quant{{0.5f}, {10}}, y_quant{{0.25f}, {7}};
  uint8_t y[2];
  p.x = x;
  p.y = y;
  p.x_quant = View(x_quant);
  p.y_quant = View(y_quant);
  PoolU8Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y[0], 7 + 6);   // (1 + 2) / 2
  EXPECT_EQ(y[1], 7 + 12);  // (1 + 2 + 6) / 3
  p.shape.count_include_pad = true;
  PoolU8Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y[0], 7 + 4);  // (0 + 1 + 2) / 3
}

TEST(PoolsByColumns, WhereItTakesFewerElements) {
  const auto by_columns = [](const char* line) {
    return PoolsByColumns(ShapeOf(Problem(line)));
  };
  EXPECT_TRUE(by_columns("max x=1x9x9x8 kernel=5x5 pad=2x2x2x2"));
  EXPECT_TRUE(by_columns("max x=1x9x9x8 kernel=2x3"));
  EXPECT_FALSE(by_columns("max x=1x9x9x8 kernel=3x3 stride=2x2"));
  EXPECT_FALSE(by_columns("max x=1x9x9x8 kernel=1x5"));
  // Sums have an order.
  EXPECT_FALSE(by_columns("average x=1x9x9x8 kernel=5x5"));
}

TEST(PoolF32, PaddingNeverWinsAMaximum) {
  PoolF32Params p{};
  p.shape = ShapeOf(Problem("max x=1x1x2x1 kernel=3x3 pad=1x1x1x1"));
  Buffer<float> x(2), y(2);
  x[0] = -5;
  x[1] = -3;
  p.x = x.get();
  p.y = y.get();
  for (const auto& row : RunnableRows(PoolF32Kernels())) {
    RunInParts(row.fn, p, 1, PlanPoolF32(p, 1).scratch_bytes);
    EXPECT_EQ(y[0], -3) << row.name;
    EXPECT_EQ(y[1], -3) << row.name;
  }
}

}  // namespace
}  // namespace octet::kernels
