#include "kernels/elementary/elementary.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/cpu.h"

namespace octet::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Every kind, with parameters like those that networks have.
std::vector<Function> AllFunctions() {
  std::vector<Function> all;
  for (int kind = 0; kind < int(FunctionKind::kCount); ++kind) {
    Function f{FunctionKind(kind)};
    if (f.kind == FunctionKind::kLeakyRelu) f.alpha = 0.1f;
    if (f.kind == FunctionKind::kClip) f.alpha = -1.5f, f.beta = 6;
    if (f.kind == FunctionKind::kHardSigmoid) f.alpha = 0.2f, f.beta = 0.5f;
    if (f.kind == FunctionKind::kElu) f.alpha = 1.3f;
    all.push_back(f);
  }
  return all;
}

// Floats of every exponent and both signs, in steps of an odd number of ulp.
std::vector<float> SweepOfAllFloats(uint32_t step) {
  std::vector<float> sweep;
  sweep.reserve(0xffffffffu / step + 1);
  for (uint64_t bits = 0; bits <= 0xffffffffu; bits += step) {
    sweep.push_back(std::bit_cast<float>(uint32_t(bits)));
  }
  return sweep;
}

std::vector<float> SpecialValues() {
  constexpr float kTiny = std::numeric_limits<float>::denorm_min();
  constexpr float kMax = std::numeric_limits<float>::max();
  std::vector<float> values = {0.0f,  1.0f,     0.5f,  1.5f,  2.5f,     3.0f,
                               6.0f,  20.0f,    88.7f, 89.0f, 104.0f,   1e30f,
                               kTiny, 1.2e-38f, kMax,  0.95f, kInfinity};
  const size_t n = values.size();
  for (size_t i = 0; i < n; ++i) values.push_back(-values[i]);
  values.push_back(kNan);
  return values;
}

double UlpOf(double y) {
  const float magnitude = std::fabs(float(y));
  if (magnitude >= std::numeric_limits<float>::max()) return 0x1p104;
  return double(std::nextafter(magnitude, kInfinity)) - double(magnitude);
}

struct Bound {
  double ulp;
  double absolute;
};

Bound BoundOf(const Function& f) {
  switch (f.kind) {
    case FunctionKind::kExp:
    case FunctionKind::kLog:
    case FunctionKind::kSigmoid:
    case FunctionKind::kTanh:
    case FunctionKind::kErf:
    case FunctionKind::kElu:
    case FunctionKind::kSoftplus:
    case FunctionKind::kMish:
    case FunctionKind::kSilu:
      return {4, 0x1p-100};
    case FunctionKind::kGelu:
    case FunctionKind::kGeluTanh:
    case FunctionKind::kHardSigmoid:
    case FunctionKind::kHardSwish:
      return {4, 0x1p-22};
    default:
      return {0.5, 0};
  }
}

TEST(Elementary, StaysWithinItsStatedErrorOverASweepOfAllFloats) {
  const std::vector<float> x = SweepOfAllFloats(20011);
  std::vector<float> y(x.size());
  const ElementaryFn fn = FindElementary(RunnableCpuLevels().back());
  for (const Function& f : AllFunctions()) {
    fn(f, x.data(), y.data(), int64_t(x.size()));
    const Bound bound = BoundOf(f);
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      if (!std::isfinite(x[i])) continue;
      const double truth = Evaluate(f, x[i]);
      if (std::fabs(truth) > double(std::numeric_limits<float>::max())) {
        EXPECT_EQ(y[i], float(truth)) << Name(f.kind) << " of " << x[i];
        continue;
      }
      if (std::isnan(truth)) {
        EXPECT_TRUE(std::isnan(y[i])) << Name(f.kind) << " of " << x[i];
        continue;
      }
      const double error = std::fabs(double(y[i]) - truth);
      EXPECT_LE(error, std::max(bound.ulp * UlpOf(truth), bound.absolute))
          << Name(f.kind) << " of " << x[i] << " is " << y[i] << ", not "
          << truth;
      if (HasNonfatalFailure()) break;
      if (error > bound.absolute) {
        worst = std::max(worst, error / UlpOf(truth));
      }
    }
    RecordProperty(std::string(Name(f.kind)), std::to_string(worst));
  }
}

using ForCodesFn = void (*)(const Function&, const float*, float*, int64_t);
struct ForCodesLevel {
  CpuLevel level;
  ForCodesFn fn;
};
constexpr ForCodesLevel kForCodes[] = {
    {CpuLevel::kScalar, ElementaryForCodesReference},
    {CpuLevel::kAvx2, ElementaryForCodesAvx2},
    {CpuLevel::kAvx512Vnni, ElementaryForCodesAvx512Vnni}};

TEST(ElementaryForCodes, StaysWithinItsStatedErrorOverASweepOfAllFloats) {
  const std::vector<float> x = SweepOfAllFloats(20011);
  std::vector<float> y(x.size());
  for (FunctionKind kind :
       {FunctionKind::kSilu, FunctionKind::kGelu, FunctionKind::kSigmoid}) {
    const Function f{kind};
    ElementaryForCodesReference(f, x.data(), y.data(), int64_t(x.size()));
    for (size_t i = 0; i < x.size(); ++i) {
      if (!std::isfinite(x[i])) continue;
      const double truth = Evaluate(f, x[i]);
      const double size =
          std::fabs(kind == FunctionKind::kSigmoid ? truth : double(x[i]));
      ASSERT_LE(std::fabs(double(y[i]) - truth),
                std::max(std::min(0x1p-13 * size, 0x1p-12), 0x1p-100))
          << Name(kind) << " of " << x[i];
    }
  }
}

TEST(ElementaryForCodes, GivesTheSameBitsAtEveryLevel) {
  std::vector<float> x = SweepOfAllFloats(100003);
  for (float special : SpecialValues()) x.push_back(special);
  std::vector<float> expected(x.size()), y(x.size());
  for (const Function& f : AllFunctions()) {
    ElementaryForCodesReference(f, x.data(), expected.data(),
                                int64_t(x.size()));
    for (const ForCodesLevel& level : kForCodes) {
      if (level.level > DetectCpuLevel()) continue;
      level.fn(f, x.data(), y.data(), int64_t(x.size()));
      for (size_t i = 0; i < x.size(); ++i) {
        if (std::isnan(expected[i]) && std::isnan(y[i])) continue;
        ASSERT_EQ(std::bit_cast<uint32_t>(expected[i]),
                  std::bit_cast<uint32_t>(y[i]))
            << Name(level.level) << " " << Name(f.kind) << " of " << x[i];
      }
    }
  }
}

TEST(ElementaryForCodes, EndsWhereTheFunctionsDo) {
  const float x[] = {kInfinity, -kInfinity, kNan, 0.0f, -1e30f, 1e30f};
  float y[6];
  ElementaryForCodesReference({FunctionKind::kSilu}, x, y, 6);
  EXPECT_EQ(y[0], kInfinity);
  EXPECT_NEAR(y[1], 0, 1e-30);
  EXPECT_TRUE(std::isnan(y[2]));
  EXPECT_EQ(y[3], 0);
  EXPECT_NEAR(y[4], 0, 1e-30);
  EXPECT_EQ(y[5], 1e30f);
  ElementaryForCodesReference({FunctionKind::kSigmoid}, x, y, 6);
  EXPECT_EQ(y[0], 1);
  EXPECT_NEAR(y[1], 0, 1e-30);
  EXPECT_TRUE(std::isnan(y[2]));
  EXPECT_EQ(y[5], 1);
  ElementaryForCodesReference({FunctionKind::kGelu}, x, y, 6);
  EXPECT_EQ(y[0], kInfinity);
  EXPECT_NEAR(y[1], 0, 1e-8);
  EXPECT_TRUE(std::isnan(y[2]));
  EXPECT_EQ(y[3], 0);
  EXPECT_NEAR(y[4], 0, 1e-8);
  EXPECT_EQ(y[5], 1e30f);
}

TEST(Elementary, GivesTheSpecialValuesOfTheDefinition) {
  for (const Function& f : AllFunctions()) {
    for (float x : {kInfinity, -kInfinity, kNan, 0.0f, -0.0f}) {
      float y = 0;
      ElementaryReference(f, &x, &y, 1);
      const float truth = float(Evaluate(f, x));
      if (std::isnan(truth)) {
        EXPECT_TRUE(std::isnan(y)) << Name(f.kind) << " of " << x;
      } else {
        EXPECT_EQ(y, truth) << Name(f.kind) << " of " << x;
      }
    }
  }
}

TEST(Elementary, GivesTheSameBitsAtEveryLevel) {
  std::vector<float> x = SweepOfAllFloats(100003);
  for (float special : SpecialValues()) x.push_back(special);
  std::vector<float> expected(x.size()), y(x.size());
  for (const Function& f : AllFunctions()) {
    ElementaryReference(f, x.data(), expected.data(), int64_t(x.size()));
    for (CpuLevel level : RunnableCpuLevels()) {
      FindElementary(level)(f, x.data(), y.data(), int64_t(x.size()));
      for (size_t i = 0; i < x.size(); ++i) {
        if (std::isnan(expected[i]) && std::isnan(y[i])) continue;
        ASSERT_EQ(std::bit_cast<uint32_t>(expected[i]),
                  std::bit_cast<uint32_t>(y[i]))
            << Name(level) << " " << Name(f.kind) << " of " << x[i] << ": "
            << expected[i] << " and " << y[i];
      }
    }
  }
}

float Call(const Function& function, float x) {
  float y = 0;
  ElementaryReference(function, &x, &y, 1);
  return y;
}

TEST(Elementary, OddFunctionsAreOddToTheLastBit) {
  for (FunctionKind kind : {FunctionKind::kTanh, FunctionKind::kErf}) {
    for (float x : SweepOfAllFloats(10000019)) {
      if (std::isnan(x)) continue;
      EXPECT_EQ(Call({kind}, -x), -Call({kind}, x)) << Name(kind) << " " << x;
    }
  }
}

TEST(Elementary, BoundedFunctionsStayInTheirBounds) {
  for (float x : SweepOfAllFloats(1000003)) {
    if (std::isnan(x)) continue;
    const float sigmoid = Call({FunctionKind::kSigmoid}, x);
    EXPECT_TRUE(sigmoid >= 0 && sigmoid <= 1) << x;
    const float tanh = Call({FunctionKind::kTanh}, x);
    EXPECT_TRUE(tanh >= -1 && tanh <= 1) << x;
    const float erf = Call({FunctionKind::kErf}, x);
    EXPECT_TRUE(erf >= -1 && erf <= 1) << x;
    EXPECT_GE(Call({FunctionKind::kExp}, x), 0) << x;
    EXPECT_GE(Call({FunctionKind::kSoftplus}, x), 0) << x;
  }
}

TEST(Elementary, GatedFunctionsAreTheIdentityFarAboveZeroAndVanishFarBelow) {
  for (FunctionKind kind :
       {FunctionKind::kSilu, FunctionKind::kGelu, FunctionKind::kGeluTanh,
        FunctionKind::kMish, FunctionKind::kHardSwish}) {
    for (float x : {30.0f, 1e3f, 1e10f, 1e38f}) {
      EXPECT_EQ(Call({kind}, x), x) << Name(kind);
    }
    for (float x : {-110.0f, -1e3f, -1e10f, -1e38f}) {
      EXPECT_EQ(Call({kind}, x), 0) << Name(kind) << " of " << x;
    }
  }
}

TEST(Elementary, WritesNothingBehindTheLastElement) {
  constexpr float kGuard = -12345.0f;
  for (CpuLevel level : RunnableCpuLevels()) {
    for (int64_t n = 0; n <= 40; ++n) {
      std::vector<float> x(n + 16, 1.0f), y(n + 16, kGuard);
      FindElementary(level)({FunctionKind::kExp}, x.data(), y.data(), n);
      for (int64_t i = 0; i < n + 16; ++i) {
        ASSERT_EQ(y[i] == kGuard, i >= n) << Name(level) << " n = " << n;
      }
    }
  }
}

TEST(Elementary, WorksInPlace) {
  for (CpuLevel level : RunnableCpuLevels()) {
    std::vector<float> x = SpecialValues();
    std::vector<float> y(x.size());
    x.reserve(x.size() + 16);
    const int64_t n = int64_t(x.size());
    FindElementary(level)({FunctionKind::kAbs}, x.data(), y.data(), n);
    FindElementary(level)({FunctionKind::kAbs}, x.data(), x.data(), n);
    for (int64_t i = 0; i + 1 < n; ++i) EXPECT_EQ(x[i], y[i]);
  }
}

}  // namespace
}  // namespace octet::kernels
