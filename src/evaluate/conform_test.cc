#include "evaluate/conform.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "base/half.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::evaluate {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr DType kFloats[] = {DType::kF32, DType::kF16, DType::kBF16,
                             DType::kF64};

struct IntegerType {
  DType dtype;
  int64_t low;
  int64_t high;
};
constexpr IntegerType kIntegers[] = {{DType::kU8, 0, 255},
                                     {DType::kS8, -128, 127},
                                     {DType::kU16, 0, 65535},
                                     {DType::kS16, -32768, 32767},
                                     {DType::kU32, 0, int64_t{4294967295}},
                                     {DType::kS32, INT32_MIN, INT32_MAX},
                                     {DType::kS64, INT64_MIN, INT64_MAX}};

// One element of any integer type; the type holds `value`.
Tensor One(DType dtype, int64_t value) {
  Tensor tensor(dtype, {1});
  // Little-endian two's complement: the low bytes are the value.
  std::memcpy(tensor.raw(), &value, size_t(tensor.bytes()));
  return tensor;
}

int64_t ValueOf(const Tensor& tensor, const IntegerType& type) {
  uint64_t bits = 0;
  std::memcpy(&bits, tensor.raw(), size_t(tensor.bytes()));
  const int spare = 64 - 8 * int(SizeOf(tensor.dtype()));
  return type.low < 0 ? int64_t(bits << spare) >> spare : int64_t(bits);
}

TEST(Conform, KeepsEachIntegerThatFitsAndRefusesOthers) {
  for (const IntegerType& from : kIntegers) {
    for (const IntegerType& to : kIntegers) {
      for (const int64_t value :
           {from.low, from.high, to.low, to.high, to.low - (to.low > INT64_MIN),
            to.high + (to.high < INT64_MAX), int64_t{0}, int64_t{1}}) {
        if (value < from.low || value > from.high) continue;
        const bool fits = value >= to.low && value <= to.high;
        const auto result =
            Conform(One(from.dtype, value), {"x", to.dtype, Shape({1})}, "n");
        ASSERT_EQ(result.ok(), fits)
            << Name(from.dtype) << " " << Name(to.dtype) << " " << value;
        if (!fits) continue;
        EXPECT_EQ(result->dtype(), to.dtype);
        EXPECT_EQ(ValueOf(*result, to), value);
      }
    }
  }
}

TEST(Conform, SaysThatAValueDoesNotFit) {
  const auto result =
      Conform(One(DType::kS32, 300), {"ids", DType::kU8, Shape({1})}, "a.npy");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), Code::kBadInput);
  EXPECT_THAT(result.status().message(),
              AllOf(HasSubstr("a.npy"), HasSubstr("does not fit")));
}

TEST(Conform, WidensHalvesAndNarrowsDoubles) {
  const InputSpec input = {"x", DType::kF32, Shape({3})};
  Tensor f16(DType::kF16, {3});
  Tensor bf16(DType::kBF16, {3});
  Tensor f64(DType::kF64, {3});
  const double values[] = {1.5, -0.25, 448};
  for (size_t i = 0; i < 3; ++i) {
    f16.as<uint16_t>()[i] = BitsOf(kF16Format, values[i]);
    bf16.as<uint16_t>()[i] = BitsOf(kBF16Format, values[i]);
    f64.as<double>()[i] = values[i];
  }
  for (const Tensor& tensor : {f16, bf16, f64}) {
    const auto result = Conform(tensor, input, "n");
    ASSERT_TRUE(result.ok()) << result.status().message();
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(result->as<float>()[i], float(values[i]))
          << Name(tensor.dtype());
    }
  }
}

TEST(Conform, RoundsDoublesToTheNearestFloat) {
  Tensor f64(DType::kF64, {3});
  f64.as<double>()[0] = 1 + 0x1p-25;
  f64.as<double>()[1] = 0x1p-150;
  f64.as<double>()[2] = std::numeric_limits<double>::quiet_NaN();
  const auto result = Conform(f64, {"x", DType::kF32, Shape({3})}, "n");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->as<float>()[0], 1);
  EXPECT_EQ(result->as<float>()[1], 0);
  EXPECT_TRUE(std::isnan(result->as<float>()[2]));
}

TEST(Conform, NeverTurnsFloatsIntoIntegersOrBack) {
  for (const DType real : kFloats) {
    for (const IntegerType& integer : kIntegers) {
      const auto to_integer =
          Conform(Tensor(real, {1}), {"x", integer.dtype, Shape({1})}, "n");
      EXPECT_THAT(to_integer.status().message(),
                  HasSubstr("store whole numbers"));
      const auto to_real =
          Conform(Tensor(integer.dtype, {1}), {"x", real, Shape({1})}, "n");
      EXPECT_THAT(to_real.status().message(),
                  HasSubstr("name a preprocessing"));
    }
  }
}

TEST(Conform, TakesOtherFloatsForF32Only) {
  for (const DType to : {DType::kF16, DType::kBF16, DType::kF64}) {
    const InputSpec input = {"x", to, Shape({1})};
    EXPECT_TRUE(Conform(Tensor(to, {1}), input, "n").ok()) << Name(to);
    const auto other = Conform(Tensor(DType::kF32, {1}), input, "n");
    EXPECT_THAT(other.status().message(), HasSubstr("input takes"));
  }
}

struct Fit {
  Shape sample;
  Shape input;
  bool fits;
};

TEST(Conform, AddsOrDropsABatchOfOne) {
  const Fit cases[] = {{{1, 2, 3}, {1, 2, 3}, true},
                       {{2, 3}, {1, 2, 3}, true},
                       {{1, 1, 2, 3}, {1, 2, 3}, true},
                       {{2, 1, 2, 3}, {1, 2, 3}, false},
                       {{3}, {1, 2, 3}, false},
                       {{1, 3, 2}, {1, 2, 3}, false},
                       {{2, 3}, {4, 2, 3}, false},
                       {{1, 2, 3}, {-1, 2, 3}, true},
                       {{4, 2, 3}, {-1, 2, 3}, true},
                       {{1, 9, 3}, {1, -1, 3}, true},
                       {{1, 9, 4}, {1, -1, 3}, false},
                       {{}, {1}, true},
                       {{}, {}, true},
                       {{1}, {}, true},
                       {{2}, {}, false},
                       {{}, {1, 1}, false}};
  for (const Fit& fit : cases) {
    const InputSpec input = {"x", DType::kF32, fit.input};
    const auto result = Conform(Tensor(DType::kF32, fit.sample), input, "n");
    ASSERT_EQ(result.ok(), fit.fits)
        << fit.sample.ToString() << " for " << fit.input.ToString();
    EXPECT_EQ(CheckConforms(DType::kF32, fit.sample, input, "n").ok(),
              fit.fits);
    if (!fit.fits) continue;
    EXPECT_EQ(result->shape().rank(), fit.input.rank());
    EXPECT_EQ(result->shape().elements(), fit.sample.elements());
  }
}

TEST(CheckConforms, NamesBothShapes) {
  const Status status = CheckConforms(DType::kF32, Shape({1, 5}),
                                      {"x", DType::kF32, Shape({1, 4})}, "a");
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_EQ(status.message(),
            "a: a sample has shape [1, 5], input 'x' takes [1, 4]");
}

}  // namespace
}  // namespace octet::evaluate
