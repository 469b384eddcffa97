// The loops around dot products of pairs, with a tile whose lanes are plain
// code: they run on machines without AVX512-BF16 too.
#include "kernels/conv_half/conv_half_dots.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/cpu.h"
#include "base/half.h"
#include "kernels/conv_half/conv_half_bands.h"
#include "kernels/conv_half/conv_half_dots_lanes.h"
#include "kernels/conv_half/conv_half_pack.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/testing/random.h"
#include "kernels/testing/run.h"
#include "kernels/testing/window_case.h"

namespace octet::kernels {
namespace {

// What kernels/elementary calls lanes, as far as a tile needs it.
struct PlainLanes {
  static constexpr int64_t kLanes = 16;
  struct F {
    float at[16];
  };
  struct Pairs {
    float first[16], second[16];
  };

  template <typename Make>
  static F Each(const Make& make) {
    F result;
    for (int i = 0; i < 16; ++i) result.at[i] = make(i);
    return result;
  }
  static F Set(float a) {
    return Each([&](int) { return a; });
  }
  static F Load(const float* p) {
    return Each([&](int i) { return p[i]; });
  }
  static void Store(float* p, F a) { StoreFirst(p, a, 16); }
  static void StoreFirst(float* p, F a, int64_t n) {
    for (int64_t i = 0; i < n; ++i) p[i] = a.at[i];
  }
  static F Add(F a, F b) {
    return Each([&](int i) { return a.at[i] + b.at[i]; });
  }
  static F Min(F a, F b) {
    return Each([&](int i) { return a.at[i] < b.at[i] ? a.at[i] : b.at[i]; });
  }
  static F Max(F a, F b) {
    return Each([&](int i) { return a.at[i] > b.at[i] ? a.at[i] : b.at[i]; });
  }
  static float Real(uint16_t bits) { return float(RealOf(kBF16Format, bits)); }
  static Pairs LoadPairs(const uint16_t* p) {
    Pairs pairs;
    for (int64_t i = 0; i < 16; ++i) {
      pairs.first[i] = Real(p[2 * i]);
      pairs.second[i] = Real(p[2 * i + 1]);
    }
    return pairs;
  }
  static Pairs Repeat(const uint16_t* p) {
    Pairs pairs;
    for (int i = 0; i < 16; ++i) {
      pairs.first[i] = Real(p[0]);
      pairs.second[i] = Real(p[1]);
    }
    return pairs;
  }
  static void AddDots(F& sum, const Pairs& x, const Pairs& w) {
    sum = Each([&](int i) {
      return std::fma(x.first[i], w.first[i],
                      std::fma(x.second[i], w.second[i], sum.at[i]));
    });
  }
  static void AddDotsOf(F& sum, const Pairs& x, const uint16_t* w) {
    AddDots(sum, x, LoadPairs(w));
  }
  static F LoadHalves(const uint16_t* p) {
    return Each([&](int i) { return Real(p[i]); });
  }
  static void StoreHalves(uint16_t* p, F a) { StoreFirstHalves(p, a, 16); }
  static void StoreTwoHalves(uint16_t* p, F a, F b) {
    StoreHalves(p, a);
    StoreHalves(p + 16, b);
  }
  static void StoreFirstHalves(uint16_t* p, F a, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      p[i] = BitsOf(kBF16Format, double(a.at[i]));
    }
  }
  static constexpr float kConstants[] = {0};
  static F Silu(F a, const float*) {
    return Each([&](int i) {
      return float(Evaluate({FunctionKind::kSilu}, double(a.at[i])));
    });
  }
};

// Fewer pixels than with registers, so that tiles end everywhere.
constexpr ConvHalfDotTiles kPlain = {
    {0, 5, 4, 3, 2},
    {nullptr, DotTileOf<PlainLanes, 1, 5>, DotTileOf<PlainLanes, 2, 4>,
     DotTileOf<PlainLanes, 3, 3>, DotTileOf<PlainLanes, 4, 2>},
    ElementaryReference,
    ElementaryReference};

void RunPlain(const ConvHalfParams& params, int64_t part, int64_t parts,
              std::byte* scratch) {
  RunConvHalfDots(kPlain, params, part, parts, scratch);
}

struct DotCase {
  WindowCase at;
  int64_t channels, outputs;
  int64_t group = 1;
  int64_t x_gap = 0, y_gap = 0;
  bool residual = false;
  Function before = {}, after = {};
};

Buffer<uint16_t> RandomBf16(int64_t n, Random& random) {
  Buffer<uint16_t> x(n);
  for (int64_t i = 0; i < n; ++i) {
    x[i] = BitsOf(kBF16Format, double(random.Real(-1, 1)));
  }
  return x;
}

// Against the reference, whose sums have another order.
void CheckDots(const DotCase& c) {
  SCOPED_TRACE(c.at.Text() + ", " + std::to_string(c.channels) + " to " +
               std::to_string(c.outputs) + " channels");
  Random random(uint64_t(c.channels * 100 + c.outputs));
  ConvHalfParams p{};
  p.half = DType::kBF16;
  p.batch = c.at.batch;
  p.in_h = c.at.in_h;
  p.in_w = c.at.in_w;
  p.in_channels = c.channels;
  p.x_pixel_stride = c.channels + c.x_gap;
  p.out_h = c.at.out_h();
  p.out_w = c.at.out_w();
  p.out_channels = c.outputs;
  p.y_pixel_stride = p.residual_pixel_stride = c.outputs + c.y_gap;
  p.window = c.at.window;
  p.group = c.group;
  p.before = c.before;
  p.after = c.after;
  const ConvHalfWeightShape shape{c.outputs, c.at.taps(), c.channels / c.group,
                                  c.group};
  const int64_t elements = c.at.out_pixels() * p.y_pixel_stride;
  const Buffer<uint16_t> x =
      RandomBf16(c.at.in_pixels() * p.x_pixel_stride, random);
  const Buffer<float> w =
      RandomReals(c.outputs * shape.taps * shape.depth, random);
  const Buffer<float> bias = RandomReals(c.outputs, random);
  const Buffer<uint16_t> residual = RandomBf16(elements, random);
  Buffer<uint16_t> packed(PackedConvHalfSize(shape));
  PackConvHalf(w.get(), shape, p.half, packed.get());
  p.x = x.get();
  p.weight = packed.get();
  p.bias = bias.get();
  if (c.residual) p.residual = residual.get();
  ASSERT_TRUE(HasDots(p));
  const int64_t scratch = PlanConvHalf(p, 4).scratch_bytes;
  Buffer<float> want(elements);
  p.y = want.get();
  RunInParts(ConvHalfReference, p, 1, scratch);
  // No product is above 1, no function is steeper than 1.1.
  const double k = double(shape.taps * shape.depth);
  const double bound =
      2.2 * (k + 3) * (k + 3) * double{std::numeric_limits<float>::epsilon()};
  Buffer<float> whole(elements);
  for (int64_t parts : {1, 3, 7}) {
    Buffer<float> got(elements);
    p.y = got.get();
    RunInParts(RunPlain, p, parts, scratch);
    for (int64_t i = 0; i < elements; ++i) {
      if (i % p.y_pixel_stride < c.outputs) {
        ASSERT_NEAR(got[i], want[i], bound) << i;
      } else {
        ASSERT_EQ(got[i], want[i]) << "gap " << i;
      }
    }
    if (parts == 1) whole = got;
    ASSERT_EQ(got.FirstDifference(whole), -1) << "depends on parts";
  }
}

TEST(ConvHalfDots, AddUpUnderEveryWindow) {
  for (const WindowCase& at : kHardWindows) {
    for (int64_t channels : {1, 2, 7, 16}) {
      CheckDots({at, channels, 19, 1, channels % 3, channels % 2});
      if (testing::Test::HasFailure()) return;
    }
  }
}

// Sixteen outputs are a panel, two panels a tile, four a block.
TEST(ConvHalfDots, AddUpEveryNumberOfOutputs) {
  for (int64_t outputs = 1; outputs <= 100; outputs += 3) {
    CheckDots({kHardWindows[1], 6, outputs});
    CheckDots({kHardWindows[7], 5, outputs});
    if (testing::Test::HasFailure()) return;
  }
}

TEST(ConvHalfDots, KeepGroupsApart) {
  for (int64_t depth : {2, 4, 6}) {
    CheckDots({kHardWindows[5], 3 * depth, 51, 3});
    CheckDots({kHardWindows[1], 2 * depth, 8, 2, 1, 2});
  }
}

TEST(ConvHalfDots, AreFinishedByFunctionsAndTheResidual) {
  for (const Function& function :
       {Function{FunctionKind::kRelu}, Function{FunctionKind::kSilu}}) {
    CheckDots({kHardWindows[5], 8, 40, 1, 0, 3, true, {}, function});
    CheckDots({kHardWindows[2], 3, 40, 1, 0, 0, true, function, {}});
  }
}

// A pair that is half empty must not see the next pixel: 0 * NaN is NaN.
TEST(ConvHalfDots, KeepNanOutOfTheNeighboursOfAnOddDepth) {
  const ConvHalfWeightShape shape{1, 1, 1};
  Buffer<uint16_t> x(2), packed(PackedConvHalfSize(shape));
  Buffer<float> y(2);
  const float w = 2;
  PackConvHalf(&w, shape, DType::kBF16, packed.get());
  x[0] = BitsOf(kBF16Format, 3);
  x[1] = BitsOf(kBF16Format, std::nan(""));
  ConvHalfParams p{};
  p.half = DType::kBF16;
  p.batch = p.in_h = p.out_h = 1;
  p.in_w = p.out_w = 2;
  p.in_channels = p.out_channels = p.x_pixel_stride = p.y_pixel_stride = 1;
  p.x = x.get();
  p.y = y.get();
  p.weight = packed.get();
  RunInParts(RunPlain, p, 1, PlanConvHalf(p, 1).scratch_bytes);
  EXPECT_EQ(y[0], 6);
  EXPECT_TRUE(std::isnan(y[1]));
}

TEST(ConvHalfDots, AreOfBf16AndOfGroupsThatPairsDoNotCross) {
  ConvHalfParams p{};
  p.half = DType::kBF16;
  p.in_channels = 6;
  EXPECT_TRUE(HasDots(p));
  p.group = 2;
  EXPECT_FALSE(HasDots(p));
  p.group = 3;
  EXPECT_TRUE(HasDots(p));
  p.half = DType::kF16;
  EXPECT_FALSE(HasDots(p));
}

}  // namespace
}  // namespace octet::kernels
