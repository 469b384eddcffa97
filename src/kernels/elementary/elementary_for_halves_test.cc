// The functions for results that are rounded to bf16, where the machine has
// them.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/elementary/elementary.h"

namespace octet::kernels {
namespace {

constexpr FunctionKind kKinds[] = {FunctionKind::kSilu, FunctionKind::kSigmoid,
                                   FunctionKind::kGelu};

class ElementaryForHalves : public testing::Test {
 protected:
  void SetUp() override {
    if (DetectCpuLevel() < CpuLevel::kAvx512Bf16) {
      GTEST_SKIP() << "no AVX512-BF16";
    }
  }
};

TEST_F(ElementaryForHalves, StaysWithinItsStatedErrorOverASweepOfAllFloats) {
  std::vector<float> x;
  for (uint64_t bits = 0; bits < uint64_t{1} << 32; bits += 20011) {
    const float value = std::bit_cast<float>(uint32_t(bits));
    if (std::isfinite(value)) x.push_back(value);
  }
  std::vector<float> y(x.size());
  for (FunctionKind kind : kKinds) {
    ElementaryForHalvesAvx512Bf16({kind}, x.data(), y.data(),
                                  int64_t(x.size()));
    const double smallest = kind == FunctionKind::kGelu ? 0x1p-26 : 0x1p-100;
    for (size_t i = 0; i < x.size(); ++i) {
      const double truth = Evaluate({kind}, double(x[i]));
      ASSERT_LE(std::fabs(double(y[i]) - truth),
                std::max(0x1p-12 * std::fabs(truth), smallest))
          << int(kind) << " of " << x[i];
    }
  }
}

TEST_F(ElementaryForHalves, EndsWhereTheFunctionsDo) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float x[] = {kInfinity, std::nanf(""), 0, -1e30f, 1e30f};
  const float limits[][5] = {{kInfinity, 0, 0, 0, 1e30f},
                             {1, 0, 0.5f, 0, 1},
                             {kInfinity, 0, 0, 0, 1e30f}};
  for (int i = 0; i < 3; ++i) {
    float y[5];
    ElementaryForHalvesAvx512Bf16({kKinds[i]}, x, y, 5);
    for (int j = 0; j < 5; ++j) {
      if (j == 1) {
        EXPECT_TRUE(std::isnan(y[j])) << i;
      } else if (std::isinf(limits[i][j])) {
        EXPECT_EQ(y[j], limits[i][j]) << i;
      } else {
        EXPECT_NEAR(y[j], limits[i][j],
                    1e-7 + 0x1p-12 * double{std::fabs(limits[i][j])})
            << i << " of " << x[j];
      }
    }
  }
}

// In whole vectors, four of them, and single elements.
TEST_F(ElementaryForHalves, GivesTheSameBitsWhereverAnElementLies) {
  for (FunctionKind kind :
       {FunctionKind::kSilu, FunctionKind::kGelu, FunctionKind::kTanh}) {
    std::vector<float> x(150), y(151, 7.0f);
    for (size_t i = 0; i < x.size(); ++i) x[i] = float(i) / 10 - 7;
    ElementaryForHalvesAvx512Bf16({kind}, x.data(), y.data(), 150);
    EXPECT_EQ(y[150], 7.0f);
    for (size_t i = 0; i < x.size(); ++i) {
      float alone = 0;
      ElementaryForHalvesAvx512Bf16({kind}, &x[i], &alone, 1);
      ASSERT_EQ(alone, y[i]) << x[i];
    }
  }
}

}  // namespace
}  // namespace octet::kernels
