// What holds for the functions whatever their polynomials: exact functions are
// exact, identities hold within the stated errors, and neither the length of an
// array nor its place in memory matters.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/elementary/elementary.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();
constexpr float kMost = std::numeric_limits<float>::max();
constexpr double kEps = std::numeric_limits<float>::epsilon();

bool SameBits(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

// Floats of every exponent and sign, and those that arithmetic trips over.
std::vector<float> Sweep() {
  std::vector<float> sweep = {
      0.0f,   -0.0f,  kInf,    -kInf,      kNotANumber, kMost,
      -kMost, 1e-45f, -1e-45f, 0.5f,       1.5f,        2.5f,
      -0.5f,  -1.5f,  -2.5f,   8388607.5f, -8388607.5f, 8388609.0f};
  for (uint64_t bits = 0; bits <= 0xffffffffu; bits += 400009) {
    sweep.push_back(std::bit_cast<float>(uint32_t(bits)));
  }
  return sweep;
}

float Call(CpuLevel level, const Function& function, float x) {
  float in[16], out[16];
  std::fill(in, in + 16, x);
  FindElementary(level)(function, in, out, 16);
  for (float y : out) EXPECT_TRUE(SameBits(y, out[0]));
  return out[0];
}

// The functions that are stated to be correctly rounded, in double: one
// operation on floats, rounded to float, is the float operation.
float Exact(const Function& f, float x) {
  switch (f.kind) {
    case FunctionKind::kRelu:
      return x < 0 ? 0 : x;
    case FunctionKind::kLeakyRelu:
      return x < 0 ? float(double(f.alpha) * double(x)) : x;
    case FunctionKind::kClip:
      return std::isnan(x) ? x : std::min(std::max(x, f.alpha), f.beta);
    case FunctionKind::kAbs:
      return std::fabs(x);
    case FunctionKind::kNeg:
      return -x;
    case FunctionKind::kFloor:
      return float(std::floor(double(x)));
    case FunctionKind::kCeil:
      return float(std::ceil(double(x)));
    case FunctionKind::kRound:
      return float(std::nearbyint(double(x)));
    case FunctionKind::kSqrt:
      return float(std::sqrt(double(x)));
    case FunctionKind::kReciprocal:
      return float(1.0 / double(x));
    default:
      return x;
  }
}

TEST(ElementaryContract, ExactFunctionsAreExact) {
  const Function functions[] = {{FunctionKind::kIdentity},
                                {FunctionKind::kRelu},
                                {FunctionKind::kLeakyRelu, 0.01f},
                                {FunctionKind::kLeakyRelu, 0},
                                {FunctionKind::kLeakyRelu, -3},
                                {FunctionKind::kClip, -1, 6},
                                {FunctionKind::kClip, 0, 0},
                                {FunctionKind::kClip, 5, -5},
                                {FunctionKind::kClip, -kInf, 2},
                                {FunctionKind::kClip, -2, kInf},
                                {FunctionKind::kAbs},
                                {FunctionKind::kNeg},
                                {FunctionKind::kFloor},
                                {FunctionKind::kCeil},
                                {FunctionKind::kRound},
                                {FunctionKind::kSqrt},
                                {FunctionKind::kReciprocal}};
  const std::vector<float> x = Sweep();
  std::vector<float> y(x.size());
  for (const Function& f : functions) {
    for (CpuLevel level : RunnableCpuLevels()) {
      FindElementary(level)(f, x.data(), y.data(), int64_t(x.size()));
      for (size_t i = 0; i < x.size(); ++i) {
        const float expected = Exact(f, x[i]);
        ASSERT_TRUE(y[i] == expected ||
                    (std::isnan(y[i]) && std::isnan(expected)))
            << Name(level) << " " << Name(f.kind) << " " << f.alpha << " "
            << f.beta << " of " << x[i] << " is " << y[i] << ", not "
            << expected;
      }
    }
  }
}

// Parameters of every sign, also those that no network has.
TEST(ElementaryContract, GivesTheSameBitsForAllParameters) {
  const std::vector<float> x = Sweep();
  std::vector<float> expected(x.size()), y(x.size());
  const float parameters[] = {0.0f,  -0.0f,   1.0f, -1.5f, 0.2f,
                              1e20f, -1e-20f, kInf, -kInf};
  for (FunctionKind kind : {FunctionKind::kLeakyRelu, FunctionKind::kClip,
                            FunctionKind::kHardSigmoid, FunctionKind::kElu}) {
    for (float alpha : parameters) {
      for (float beta : parameters) {
        const Function f{kind, alpha, beta};
        const int64_t n = int64_t(x.size());
        ElementaryReference(f, x.data(), expected.data(), n);
        for (CpuLevel level : RunnableCpuLevels()) {
          FindElementary(level)(f, x.data(), y.data(), n);
          for (size_t i = 0; i < x.size(); ++i) {
            ASSERT_TRUE(SameBits(y[i], expected[i]))
                << Name(level) << " " << Name(kind) << " " << alpha << " "
                << beta << " of " << x[i] << ": " << y[i] << " and "
                << expected[i];
          }
        }
      }
    }
  }
}

TEST(ElementaryContract, NeitherLengthNorPlaceChangesAResult) {
  Random random(12);
  const Buffer<float> x = RandomReals(60, random, -6, 6);
  for (int kind = 0; kind < int(FunctionKind::kCount); ++kind) {
    const Function f{FunctionKind(kind), 0.3f, 1.2f};
    for (CpuLevel level : RunnableCpuLevels()) {
      for (int64_t n = 0; n <= 35; ++n) {
        const int64_t shift = n % 5;
        GuardedOutput<float> y(n, shift);
        FindElementary(level)(f, x.get() + shift, y.get(), n);
        ASSERT_TRUE(y.GuardsAreWhole()) << Name(level) << " " << Name(f.kind);
        for (int64_t i = 0; i < n; ++i) {
          float alone;
          ElementaryReference(f, x.get() + shift + i, &alone, 1);
          ASSERT_TRUE(SameBits(y[i], alone))
              << Name(level) << " " << Name(f.kind) << " " << i << " of " << n;
        }
      }
    }
  }
}

// f(x) - f(-x) = x, and where the two sides of a sum cancel, within the error
// of the larger.
TEST(ElementaryContract, GatedFunctionsSplitTheIdentity) {
  for (CpuLevel level : RunnableCpuLevels()) {
    for (FunctionKind kind :
         {FunctionKind::kSilu, FunctionKind::kGelu, FunctionKind::kGeluTanh,
          FunctionKind::kSoftplus, FunctionKind::kHardSwish}) {
      for (float x = 0; x < 30; x += 0.0137f) {
        const double difference =
            double(Call(level, {kind}, x)) - double(Call(level, {kind}, -x));
        ASSERT_NEAR(difference, x, 8 * kEps * (1 + double(x)))
            << Name(level) << " " << Name(kind) << " of " << x;
      }
    }
  }
}

TEST(ElementaryContract, SigmoidsOfOppositeNumbersAddUpToOne) {
  for (CpuLevel level : RunnableCpuLevels()) {
    for (float x = 0; x < 100; x += 0.0437f) {
      const Function sigmoid{FunctionKind::kSigmoid};
      const double sum =
          double(Call(level, sigmoid, x)) + double(Call(level, sigmoid, -x));
      ASSERT_NEAR(sum, 1, 4 * kEps) << Name(level) << " " << x;
    }
  }
}

TEST(ElementaryContract, LogUndoesExp) {
  for (CpuLevel level : RunnableCpuLevels()) {
    for (float x = -86; x < 88; x += 0.0613f) {
      const float e = Call(level, {FunctionKind::kExp}, x);
      const double back = Call(level, {FunctionKind::kLog}, e);
      // An error of 4 ulp in exp is one of 4 eps in its logarithm.
      ASSERT_NEAR(back, x, kEps * (5 + 4 * std::abs(double(x))))
          << Name(level) << " " << x;
    }
  }
}

TEST(ElementaryContract, ExpTurnsPowersOfTwoAroundItsEnds) {
  for (CpuLevel level : RunnableCpuLevels()) {
    const Function exp{FunctionKind::kExp};
    EXPECT_EQ(Call(level, exp, 0.0f), 1.0f);
    EXPECT_EQ(Call(level, exp, 89.0f), kInf);
    EXPECT_EQ(Call(level, exp, kMost), kInf);
    EXPECT_EQ(Call(level, exp, -104.0f), 0.0f);
    EXPECT_EQ(Call(level, exp, -kMost), 0.0f);
    // Below the normal floats it fades out and does not fall to zero.
    EXPECT_GT(Call(level, exp, -88.0f), 0.0f);
    EXPECT_GT(Call(level, exp, -103.0f), 0.0f);
    EXPECT_LT(Call(level, exp, -103.0f), 1e-44f);
  }
}

TEST(ElementaryKernels, StandBestFirstAndEndWithTheReference) {
  const auto kernels = ElementaryKernels();
  for (size_t i = 1; i < kernels.size(); ++i) {
    EXPECT_GT(kernels[i - 1].level, kernels[i].level);
  }
  EXPECT_EQ(kernels.back().fn, &ElementaryReference);
  for (const ElementaryKernel& kernel : kernels) {
    EXPECT_EQ(FindElementary(kernel.level), kernel.fn) << kernel.name;
  }
}

}  // namespace
}  // namespace octet::kernels
