#include "kernels/epilogue/factor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "base/cpu.h"
#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {
namespace {

// Sixteen channels of one scale and zero point, of which the sums are the
// function's argument times 2^20.
class Channels {
 public:
  explicit Channels(FunctionKind kind, double scale, int32_t zero)
      : inv_scale_(16, float(1 / scale)), zero_(16, zero) {
    epilogue_.kind = EpilogueKind::kFloat;
    epilogue_.before.kind = kind;
    epilogue_.multiplier = multiplier_.data();
    epilogue_.offset = offset_.data();
    epilogue_.inv_scale = inv_scale_.data();
    epilogue_.y_zero = zero_.data();
    epilogue_.clamp_low = low_.data();
    epilogue_.clamp_high = high_.data();
    epilogue_.y_u8 = codes_;
    epilogue_.y_pixel_stride = 16;
  }
  Channels(const Channels&) = delete;

  // A residual whose steps are `ratio` codes.
  void AddResidual(double ratio, int32_t zero) {
    residual_scale_.assign(16, float(ratio / double(inv_scale_[0])));
    residual_zero_.assign(16, zero);
    epilogue_.residual_u8 = residual_;
    epilogue_.residual_scale = residual_scale_.data();
    epilogue_.residual_zero = residual_zero_.data();
  }

  bool Use() { return UseFactor(epilogue_, 16, constants_); }
  EpilogueU8* operator->() { return &epilogue_; }
  std::vector<uint8_t>& low() { return low_; }
  std::vector<float>& inv_scale() { return inv_scale_; }
  std::vector<float>& multiplier() { return multiplier_; }

  int Of(int32_t sum, uint8_t residual = 0) {
    residual_[0] = residual;
    ApplyEpilogueReference(epilogue_, &sum, 16, 0, 1, 0, 1);
    return codes_[0];
  }
  // The sum that makes argument x, one of 2^16, of the factor's table.
  int32_t SumOf(int32_t x) const {
    return int32_t(std::nearbyint(x / double(constants_.multiplier[0])));
  }
  // The function's argument, in real units, that a sum makes.
  static double Argument(int32_t sum) { return sum * 0x1p-20; }

 private:
  std::vector<float> multiplier_ = std::vector<float>(16, 0x1p-20f);
  std::vector<float> offset_ = std::vector<float>(16, 0.0f);
  std::vector<float> inv_scale_;
  std::vector<int32_t> zero_;
  std::vector<uint8_t> low_ = std::vector<uint8_t>(16, 0);
  std::vector<uint8_t> high_ = std::vector<uint8_t>(16, 255);
  std::vector<float> residual_scale_;
  std::vector<int32_t> residual_zero_;
  uint8_t residual_[16] = {};
  uint8_t codes_[16] = {};
  EpilogueU8 epilogue_;
  FactorConstants constants_;
};

double Exact(FunctionKind kind, double x) {
  return kind == FunctionKind::kSilu ? x / (1 + std::exp(-x))
                                     : x / 2 * std::erfc(-x / std::sqrt(2.0));
}

struct ScaleCase {
  FunctionKind kind;
  double scale;
  int32_t zero;
};

// How far the codes of all arguments are from the function's value, at most,
// where that has a code.
double LargestError(const ScaleCase& c) {
  Channels channels(c.kind, c.scale, c.zero);
  EXPECT_TRUE(channels.Use()) << c.scale;
  double largest = 0;
  for (int32_t x = -32768 - 999; x <= 32767 + 999; ++x) {
    for (int32_t less : {0, 1}) {  // at and just below the middle of two
      const int32_t sum =
          (channels.SumOf(x) + channels.SumOf(x + 1)) / 2 - less;
      const double y = Exact(c.kind, Channels::Argument(sum));
      const double code = std::clamp(y / c.scale + c.zero, 0.0, 255.0);
      largest = std::max(largest, std::abs(channels.Of(sum) - code));
    }
  }
  return largest;
}

TEST(Factor, IsLessThanHalfACodeOffWhereItIsUsed) {
  // The finest scales of each table and the coarsest, and halves between two
  // numbers of steps, where the argument is off most.
  for (const ScaleCase& c : {ScaleCase{FunctionKind::kSilu, 12 / 12000.4, 191},
                             {FunctionKind::kSilu, 12 / 11816.4, 255},
                             {FunctionKind::kSilu, 12 / 10809.4, 120},
                             {FunctionKind::kSilu, 12 / 8200.4, 191},
                             {FunctionKind::kSilu, 12 / 1000.5, 23},
                             {FunctionKind::kSilu, 12 / 300.5, 7},
                             {FunctionKind::kSilu, 12 / 256.6, 0},
                             {FunctionKind::kSilu, 24 / 4699.5, 255},
                             {FunctionKind::kSilu, 24 / 310.5, 5},
                             {FunctionKind::kSilu, 24 / 255.51, 0},
                             {FunctionKind::kGelu, 6 / 11999.5, 200},
                             {FunctionKind::kGelu, 6 / 11365.4, 255},
                             {FunctionKind::kGelu, 6 / 300.5, 9},
                             {FunctionKind::kGelu, 12 / 300.5, 4},
                             {FunctionKind::kGelu, 12 / 255.51, 0}}) {
    const double error = LargestError(c);
    EXPECT_LT(error, 0.5 + 0.5) << c.scale << " " << c.zero;
    RecordProperty(std::to_string(c.scale), std::to_string(error));
  }
}

TEST(Factor, WithAResidualIsLessThanAThirdOfACodeOff) {
  struct Case {
    FunctionKind kind;
    double scale, ratio;
    int32_t zero, residual_zero;
  };
  for (const Case& c : {Case{FunctionKind::kSilu, 0.0183, 0.97, 27, 12},
                        {FunctionKind::kSilu, 0.0696, 0.4, 8, 40},
                        {FunctionKind::kSilu, 0.0075, 1.3, 60, 10},
                        {FunctionKind::kSilu, 0.012, 1, 0, 0},
                        {FunctionKind::kSilu, 0.03, 2.5, 40, 30},
                        {FunctionKind::kGelu, 0.015, 0.7, 30, 20}}) {
    Channels channels(c.kind, c.scale, c.zero);
    channels.AddResidual(c.ratio, c.residual_zero);
    ASSERT_TRUE(channels.Use()) << c.scale;
    ASSERT_EQ(channels->kind, EpilogueKind::kFactorAdd);
    double largest = 0;
    for (int residual : {0, 1, 17, 100, 128, 254, 255}) {
      for (int32_t x = -32768 - 999; x <= 32767 + 999; ++x) {
        const int32_t sum = channels.SumOf(x);
        const double y = Exact(c.kind, Channels::Argument(sum)) / c.scale +
                         (residual - c.residual_zero) * c.ratio + c.zero;
        const double code = std::clamp(y, 0.0, 255.0);
        const int codes = channels.Of(sum, uint8_t(residual));
        largest = std::max(largest, std::abs(codes - code));
      }
    }
    EXPECT_LT(largest, 0.5 + 0.33) << c.scale;
  }
}

TEST(Factor, IsNotUsedWhereSixteenthsDoNotFit) {
  const auto is_used = [](double scale, double ratio, int32_t zero) {
    Channels channels(FunctionKind::kSilu, scale, 10);
    channels.AddResidual(ratio, zero);
    return channels.Use();
  };
  EXPECT_TRUE(is_used(0.007, 1, 5));
  EXPECT_FALSE(is_used(0.0058, 1, 5));
  EXPECT_TRUE(is_used(0.02, 4, 20));
  EXPECT_FALSE(is_used(0.02, 8, 20));
  // The least residual moves the last code out of reach.
  EXPECT_TRUE(is_used(0.08, 1, 40));
  EXPECT_FALSE(is_used(0.08, 1, 250));
}

TEST(Factor, IsATwelfthOfACodeOffAtTheMostUsualScales) {
  EXPECT_LT(LargestError({FunctionKind::kSilu, 0.02, 14}), 0.5 + 0.09);
  EXPECT_LT(LargestError({FunctionKind::kSilu, 0.03, 9}), 0.5 + 0.08);
  EXPECT_LT(LargestError({FunctionKind::kSilu, 0.07, 4}), 0.5 + 0.09);
  EXPECT_LT(LargestError({FunctionKind::kGelu, 0.0175, 10}), 0.5 + 0.09);
}

TEST(Factor, GivesZeroItsCodeAndSaturatesBothWays) {
  for (int32_t zero : {0, 14, 200, 255}) {
    Channels channels(FunctionKind::kSilu, 0.02, zero);
    ASSERT_TRUE(channels.Use());
    EXPECT_EQ(channels.Of(0), zero);
    EXPECT_EQ(channels.Of(std::numeric_limits<int32_t>::max()), 255);
    EXPECT_EQ(channels.Of(std::numeric_limits<int32_t>::min()), zero);
  }
}

TEST(Factor, IsNotUsedWhereAScaleIsTooFineOrTooCoarse) {
  EXPECT_TRUE(Channels(FunctionKind::kSilu, 0.001, 190).Use());
  EXPECT_FALSE(Channels(FunctionKind::kSilu, 0.0009, 190).Use());
  EXPECT_TRUE(Channels(FunctionKind::kSilu, 0.093, 0).Use());
  EXPECT_FALSE(Channels(FunctionKind::kSilu, 0.095, 0).Use());
  EXPECT_FALSE(Channels(FunctionKind::kSilu, 1e30, 0).Use());
  EXPECT_FALSE(Channels(FunctionKind::kSilu, 1e-30, 0).Use());
  // One channel decides for all.
  Channels channels(FunctionKind::kSilu, 0.02, 14);
  channels.inv_scale()[7] = 1e6f;
  EXPECT_FALSE(channels.Use());
  EXPECT_EQ(channels->kind, EpilogueKind::kFloat);
}

TEST(Factor, IsNotUsedForOtherEpilogues) {
  const float residual = 0;
  float y = 0;
  for (int change = 0; change < 7; ++change) {
    Channels channels(FunctionKind::kSilu, 0.02, 14);
    if (change == 0) channels->before.kind = FunctionKind::kSigmoid;
    if (change == 1) channels->after.kind = FunctionKind::kRelu;
    if (change == 2) channels->residual_f32 = &residual;
    if (change == 3) channels->y_u8 = nullptr, channels->y_f32 = &y;
    if (change == 4) channels.low()[3] = 1;
    if (change == 6) {
      channels.AddResidual(1, 5);
      channels->after.kind = FunctionKind::kRelu;
    }
    if (change == 5) {
      channels.multiplier()[3] = std::numeric_limits<float>::max();
    }
    EXPECT_FALSE(channels.Use()) << change;
  }
}

TEST(Factor, IsTheSameForAllArgumentsAtEveryLevel) {
  constexpr int64_t kPixels = 1 << 12;
  const std::pair<CpuLevel, EpilogueFn> levels[] = {
      {CpuLevel::kAvx2, ApplyEpilogueAvx2},
      {CpuLevel::kAvx512Vnni, ApplyEpilogueAvx512Vnni},
      {CpuLevel::kAvx512Vnni, ApplyFittingEpilogueAvx512Vnni}};
  for (const ScaleCase& c : {ScaleCase{FunctionKind::kSilu, 0.001, 190},
                             {FunctionKind::kSilu, 0.02, 14},
                             {FunctionKind::kSilu, 0.07, 4},
                             {FunctionKind::kGelu, 0.003, 90},
                             {FunctionKind::kGelu, 0.04, 4}}) {
    Channels channels(c.kind, c.scale, c.zero);
    ASSERT_TRUE(channels.Use());
    std::vector<int32_t> sums;
    for (int64_t i = 0; i < 16 * kPixels; ++i) {
      sums.push_back(channels.SumOf(int32_t(i - 32768)));
    }
    std::vector<uint8_t> expected(sums.size()), codes(sums.size());
    std::vector<int32_t> acc = sums;
    channels->y_u8 = expected.data();
    ApplyEpilogueReference(*channels.operator->(), acc.data(), 16, 0, kPixels,
                           0, 16);
    for (const auto& [level, fn] : levels) {
      if (level > DetectCpuLevel()) continue;
      acc = sums;
      channels->y_u8 = codes.data();
      fn(*channels.operator->(), acc.data(), 16, 0, kPixels, 0, 16);
      EXPECT_EQ(codes, expected) << Name(level) << " " << c.scale;
    }
  }
}

}  // namespace
}  // namespace octet::kernels
