#include "kernels/binary_u8/binary_u8.h"

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/quant.h"

namespace octet::kernels {
namespace {

BinaryU8Op OpOf(const Problem& problem) {
  const std::string op = problem.Word("op");
  return op == "mul"   ? BinaryU8Op::kMul
         : op == "sub" ? BinaryU8Op::kSub
                       : BinaryU8Op::kAdd;
}

struct Case {
  explicit Case(const Problem& problem) {
    const auto size = problem.List("size");
    const auto gap = problem.List("gap", {0, 0, 0});
    const std::string per_channel = problem.Word("per_channel");
    const std::string b_shape = problem.Word("b", "same");
    BinaryU8Params& p = params;
    p.op = OpOf(problem);
    p.images = size[0];
    p.pixels = size[1];
    p.channels = size[2];
    p.a_pixel_stride = p.channels + gap[0];
    p.y_pixel_stride = p.channels + gap[2];
    if (b_shape == "same") p.b_pixel_stride = p.channels + gap[1];
    if (b_shape == "same" || b_shape == "image") {
      p.b_image_stride =
          (b_shape == "same" ? p.pixels : 1) * (p.channels + gap[1]);
    }
    if (b_shape != "one") p.b_channel_stride = 1;
    a = RandomCodes(p.images * p.pixels * p.a_pixel_stride, random);
    b = RandomCodes(p.images * p.pixels * (p.channels + gap[1]) + 64, random);
    const auto has = [&](char name) {
      return per_channel.find(name) != std::string::npos ? p.channels : 1;
    };
    a_quant = RandomQuant(has('a'), random, problem.Real("a_scale", 0.02));
    b_quant = RandomQuant(has('b'), random, problem.Real("b_scale", 0.03));
    y_quant =
        RandomQuant(has('y'), random, p.op == BinaryU8Op::kMul ? 0.08 : 0.04);
    p.a = a.get();
    p.b = b.get();
    p.a_quant = View(a_quant);
    p.b_quant = View(b_quant);
    p.y_quant = View(y_quant);
    p.low = uint8_t(problem.Int("low", 0));
    p.high = uint8_t(problem.Int("high", 255));
    y_elements = p.images * p.pixels * p.y_pixel_stride;
  }

  BinaryU8Params params{};
  int64_t y_elements;
  Random random{3};
  Buffer<uint8_t> a{0}, b{0};
  QuantParams a_quant, b_quant, y_quant;
};

TEST(BinaryU8, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("binary_u8")) {
    SCOPED_TRACE(problem.line());
    Case c(problem);
    ExpectEqualBits<uint8_t>(
        BinaryU8Kernels(), c.params, c.y_elements,
        PlanBinaryU8(c.params, 4).scratch_bytes,
        [](BinaryU8Params& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(BinaryU8, WorksInPlace) {
  Case c(Problem("op=add size=1x20x40 b=same"));
  for (const auto& row : RunnableRows(BinaryU8Kernels())) {
    SCOPED_TRACE(row.name);
    const int64_t scratch = PlanBinaryU8(c.params, 4).scratch_bytes;
    Buffer<uint8_t> apart(c.y_elements), in_place = c.a;
    BinaryU8Params p = c.params;
    p.y = apart.get();
    RunInParts(row.fn, p, 1, scratch);
    p.a = p.y = in_place.get();
    RunInParts(row.fn, p, 2, scratch);
    EXPECT_EQ(apart.FirstDifference(in_place), -1);
  }
}

TEST(BinaryU8, ReferenceComputesInRealUnits) {
  const uint8_t a[] = {10, 20}, b[] = {4, 6};
  const QuantParams qa{{0.5f}, {10}}, qb{{0.25f}, {4}}, qy{{0.125f}, {100}};
  uint8_t y[2];
  BinaryU8Params p{};
  p.images = p.pixels = 1;
  p.channels = 2;
  p.a_pixel_stride = p.b_pixel_stride = p.y_pixel_stride = 2;
  p.b_channel_stride = 1;
  p.a = a;
  p.b = b;
  p.y = y;
  p.a_quant = View(qa);
  p.b_quant = View(qb);
  p.y_quant = View(qy);
  BinaryU8Reference(p, 0, 1, nullptr);  // 5 + 0.5
  EXPECT_EQ(y[0], 100);
  EXPECT_EQ(y[1], 144);
  p.op = BinaryU8Op::kSub;
  BinaryU8Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y[1], 136);
  p.op = BinaryU8Op::kMul;
  BinaryU8Reference(p, 0, 1, nullptr);  // 5 * 0.5
  EXPECT_EQ(y[1], 120);
}

}  // namespace
}  // namespace octet::kernels
