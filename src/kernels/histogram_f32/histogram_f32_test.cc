#include "kernels/histogram_f32/histogram_f32.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "base/cpu.h"

namespace octet::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Seen {
  std::vector<float> low, high;
  bool all_finite;
  bool operator==(const Seen&) const = default;
};

Seen Extremes(const HistogramF32Kernel& kernel, const std::vector<float>& x,
              int64_t rows, int64_t columns) {
  Seen seen{std::vector<float>(size_t(columns)),
            std::vector<float>(size_t(columns)), true};
  seen.all_finite = kernel.extremes(x.data(), rows, columns, seen.low.data(),
                                    seen.high.data());
  return seen;
}

// What is hard to count: zeros of both signs, denormals, exact edges of bins.
std::vector<float> HardElements(size_t n, float width, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> within(-2047.5f, 2047.5f);
  std::vector<float> x(n);
  for (float& v : x) {
    switch (random() % 6) {
      case 0:
        v = 0.0f;
        break;
      case 1:
        v = -0.0f;
        break;
      case 2:
        v = width * float(int(random() % 4095) - 2047);
        break;
      case 3:
        v = (random() % 2 == 0 ? 1 : -1) * 1e-44f;
        break;
      default:
        v = width * within(random);
    }
  }
  return x;
}

TEST(HistogramF32, FindsTheExtremesOfEachChannelAtEveryLevel) {
  for (CpuLevel level : RunnableCpuLevels()) {
    const HistogramF32Kernel& kernel = FindHistogramF32(level);
    for (int64_t columns : {1, 2, 3, 5, 8, 12, 16, 17, 24, 63, 64, 65, 100}) {
      for (int64_t rows : {1, 2, 7, 8, 9, 33}) {
        std::vector<float> x =
            HardElements(size_t(rows * columns), 0.01f, unsigned(columns));
        const auto& plain = FindHistogramF32(CpuLevel::kScalar);
        EXPECT_EQ(Extremes(kernel, x, rows, columns),
                  Extremes(plain, x, rows, columns))
            << kernel.name << ' ' << rows << 'x' << columns;
        for (float spoilt : {kInfinity, -kInfinity, kNan}) {
          for (size_t at : {size_t{0}, x.size() / 2, x.size() - 1}) {
            std::vector<float> y = x;
            y[at] = spoilt;
            const Seen seen = Extremes(kernel, y, rows, columns);
            EXPECT_FALSE(seen.all_finite);
            EXPECT_EQ(seen, Extremes(plain, y, rows, columns));
          }
        }
      }
    }
  }
}

TEST(HistogramF32, StartsFromTheExtremesThatItIsGiven) {
  for (CpuLevel level : RunnableCpuLevels()) {
    const std::vector<float> x(48, 2.0f);
    std::vector<float> low = {-5, -1, 0}, high = {1, 2, 3};
    EXPECT_TRUE(FindHistogramF32(level).extremes(x.data(), 16, 3, low.data(),
                                                 high.data()));
    EXPECT_EQ(low, (std::vector<float>{-5, -1, 0}));
    EXPECT_EQ(high, (std::vector<float>{2, 2, 3}));
  }
}

TEST(HistogramF32, CountsTheSameAtEveryLevel) {
  for (CpuLevel level : RunnableCpuLevels()) {
    const HistogramF32Kernel& kernel = FindHistogramF32(level);
    // Widths at the ends of what f32 holds need the second factor.
    for (int exponent : {-140, -100, -7, 0, 60, 116}) {
      const float width = std::ldexp(1.0f, exponent);
      const BinScale scale = {std::ldexp(1.0f, -exponent / 2),
                              std::ldexp(1.0f, -exponent - -exponent / 2)};
      for (size_t n : {0, 1, 7, 2047, 2048, 2055, 20001}) {
        const std::vector<float> x = HardElements(n, width, unsigned(n));
        std::vector<uint64_t> got(kHistogramBins, 3), want = got;
        const uint64_t zeros =
            kernel.count(x.data(), int64_t(n), scale, got.data());
        EXPECT_EQ(zeros,
                  CountF32Reference(x.data(), int64_t(n), scale, want.data()));
        EXPECT_EQ(got, want) << kernel.name << ' ' << exponent << ' ' << n;
      }
    }
  }
}

TEST(HistogramF32, PutsEdgesIntoTheBinAbove) {
  const float x[] = {-2048, -1, -0.5f, -1e-45f, 0, 0.5f, 1, 2047.5f};
  std::vector<uint64_t> counts(kHistogramBins);
  EXPECT_EQ(CountF32Reference(x, 8, {1, 1}, counts.data()), 1u);
  EXPECT_EQ(counts[0], 1u);
  EXPECT_EQ(counts[kHistogramHalf - 1], 3u);
  EXPECT_EQ(counts[kHistogramHalf], 1u);
  EXPECT_EQ(counts[kHistogramHalf + 1], 1u);
  EXPECT_EQ(counts[kHistogramBins - 1], 1u);
}

}  // namespace
}  // namespace octet::kernels
