// cast from every format to every format, against the rules of its header in
// 80-bit floats, which hold every int64 and every double.
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/cast/cast.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

static_assert(std::numeric_limits<long double>::digits >= 64,
              "the exact type of this test");

constexpr DType kAll[] = {DType::kF32, DType::kF64, DType::kF16, DType::kBF16,
                          DType::kU8,  DType::kS8,  DType::kU16, DType::kS16,
                          DType::kU32, DType::kS32, DType::kS64, DType::kBool};

bool IsReal(DType type) {
  return type == DType::kF32 || type == DType::kF64 || type == DType::kF16 ||
         type == DType::kBF16;
}

struct Limits {
  long double low, high;
};
Limits LimitsOf(DType type) {
  switch (type) {
    case DType::kU8:
      return {0, 255};
    case DType::kS8:
      return {-128, 127};
    case DType::kU16:
      return {0, 65535};
    case DType::kS16:
      return {-32768, 32767};
    case DType::kU32:
      return {0, 4294967295.0L};
    case DType::kS32:
      return {-2147483648.0L, 2147483647.0L};
    default:
      return {-0x1p63L, 0x1p63L - 1};
  }
}

// Mantissa bits and exponents of a binary format.
struct Format {
  int digits, least_exponent, most_exponent;
};
Format FormatOf(DType type) {
  switch (type) {
    case DType::kF16:
      return {11, -14, 15};
    case DType::kBF16:
      return {8, -126, 127};
    case DType::kF32:
      return {24, -126, 127};
    default:
      return {53, -1022, 1023};
  }
}

// The number of a format that is nearest to x, ties to even.
long double Nearest(const Format& format, long double x) {
  if (std::isnan(x) || std::isinf(x) || x == 0) return x;
  const int exponent = std::max(std::ilogb(x), format.least_exponent);
  const int ulp = exponent - format.digits + 1;
  const long double rounded =
      std::ldexp(std::nearbyint(std::ldexp(x, -ulp)), ulp);
  const long double past = std::ldexp(1.0L, format.most_exponent + 1);
  if (std::abs(rounded) >= past) return x > 0 ? HUGE_VALL : -HUGE_VALL;
  return rounded;
}

long double Expected(DType to, long double x) {
  if (to == DType::kBool) return std::isnan(x) || x != 0 ? 1 : 0;
  if (IsReal(to)) return Nearest(FormatOf(to), x);
  if (std::isnan(x)) return 0;
  const Limits limits = LimitsOf(to);
  return std::fmin(std::fmax(std::trunc(x), limits.low), limits.high);
}

// Value of the element at `p`; halves by the definition of their bits.
long double HalfAt(const Format& format, uint16_t bits) {
  const int fraction_bits = format.digits - 1;
  const int exponent = (bits & 0x7fff) >> fraction_bits;
  const int fraction = bits & ((1 << fraction_bits) - 1);
  const long double sign = bits >> 15 != 0 ? -1 : 1;
  const bool is_last = exponent == format.most_exponent * 2 + 1;
  if (is_last && fraction != 0) return std::numeric_limits<float>::quiet_NaN();
  if (is_last) return sign * HUGE_VALL;
  const long double unit = std::ldexp(1.0L, -fraction_bits);
  const long double mantissa = (exponent == 0 ? 0 : 1) + fraction * unit;
  const int power =
      exponent == 0 ? format.least_exponent : exponent - format.most_exponent;
  return sign * std::ldexp(mantissa, power);
}

template <typename T>
T Read(const std::byte* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

long double ValueAt(DType type, const std::byte* p) {
  switch (type) {
    case DType::kF32:
      return Read<float>(p);
    case DType::kF64:
      return Read<double>(p);
    case DType::kF16:
    case DType::kBF16:
      return HalfAt(FormatOf(type), Read<uint16_t>(p));
    case DType::kU8:
    case DType::kBool:
      return Read<uint8_t>(p);
    case DType::kS8:
      return Read<int8_t>(p);
    case DType::kU16:
      return Read<uint16_t>(p);
    case DType::kS16:
      return Read<int16_t>(p);
    case DType::kU32:
      return Read<uint32_t>(p);
    case DType::kS32:
      return Read<int32_t>(p);
    case DType::kS64:
      return static_cast<long double>(Read<int64_t>(p));
  }
  return 0;
}

// Bytes of elements of every magnitude: random bits, shifted for integers, and
// the ends of every range.
std::vector<std::byte> Elements(DType type, int64_t n, Random& random) {
  const int64_t bytes = SizeOf(type);
  std::vector<std::byte> all(size_t(n * bytes) + 64);
  for (int64_t i = 0; i < n; ++i) {
    uint64_t bits = random.Bits();
    if (!IsReal(type)) bits = uint64_t(int64_t(bits) >> random.Int(0, 63));
    if (i < 8) bits = i < 4 ? uint64_t(i) - 2 : uint64_t{1} << (8 * bytes - 1);
    if (type == DType::kBool) bits &= 1;
    std::memcpy(all.data() + i * bytes, &bits, size_t(bytes));
  }
  return all;
}

void CheckPair(DType from, DType to) {
  SCOPED_TRACE(std::string(Name(from)) + " to " + std::string(Name(to)));
  constexpr int64_t kElements = 3000;
  Random random(uint64_t(from) * 16 + uint64_t(to));
  const std::vector<std::byte> x = Elements(from, kElements, random);
  std::vector<std::byte> y(size_t(kElements * SizeOf(to)));
  const CastParams p{from,     to,        1,        kElements,
                     x.data(), kElements, y.data(), kElements};
  RunInParts(CastReference, p, 1, 0);
  for (int64_t i = 0; i < kElements; ++i) {
    const long double value = ValueAt(from, x.data() + i * SizeOf(from));
    const long double expected = Expected(to, value);
    const long double got = ValueAt(to, y.data() + i * SizeOf(to));
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(got)) << "element " << i;
    } else {
      ASSERT_EQ(got, expected) << "of " << value << ", element " << i;
      ASSERT_EQ(std::signbit(got),
                IsReal(to) && std::signbit(expected) ? true : got < 0)
          << "of " << value;
    }
  }
}

TEST(CastContract, FollowsTheRulesFromEveryFormatToEveryOther) {
  for (DType from : kAll) {
    for (DType to : kAll) {
      CheckPair(from, to);
      if (HasFailure()) return;
    }
  }
}

// 2^60 + 2^52 lies in the middle between two bfloats; one more is above it, but
// a double in between would forget that.
TEST(CastContract, RoundsIntegersBeyondADoubleOnce) {
  const int64_t middle = (int64_t{1} << 60) + (int64_t{1} << 52);
  const int64_t x[] = {middle,  middle + 1,  middle - 1,
                       -middle, -middle - 1, middle + (int64_t{1} << 53) - 1};
  uint16_t y[6];
  CastReference({DType::kS64, DType::kBF16, 1, 6, x, 6, y, 6}, 0, 1, nullptr);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(HalfAt(FormatOf(DType::kBF16), y[i]),
              Nearest(FormatOf(DType::kBF16), static_cast<long double>(x[i])))
        << x[i];
  }
}

TEST(CastContract, ReadsEveryHalfAndEveryBfloat) {
  std::vector<uint16_t> x(65536);
  for (size_t i = 0; i < x.size(); ++i) x[i] = uint16_t(i);
  std::vector<double> y(65536);
  for (DType half : {DType::kF16, DType::kBF16}) {
    CastReference({half, DType::kF64, 1, 65536, x.data(), 65536, y.data(), 1},
                  0, 1, nullptr);
    for (size_t i = 0; i < x.size(); ++i) {
      const long double expected = HalfAt(FormatOf(half), x[i]);
      if (std::isnan(expected)) {
        ASSERT_TRUE(std::isnan(y[i])) << i;
      } else {
        ASSERT_EQ(y[i], expected) << i;
      }
    }
  }
}

// Chunks have 256 elements: rows around that, with gaps, in every split.
TEST(CastContract, CoversEveryRowOfEveryLength) {
  Random random(3);
  for (int64_t columns : {0, 1, 7, 255, 256, 257, 512, 600}) {
    for (int64_t rows : {0, 1, 5}) {
      SCOPED_TRACE(testing::Message() << rows << " rows of " << columns);
      CastParams p{};
      p.from = DType::kS16;
      p.to = DType::kU8;
      p.rows = rows;
      p.columns = columns;
      p.x_stride = columns + 3;
      p.y_stride = columns + 2;
      std::vector<int16_t> x(size_t(rows * p.x_stride));
      for (int16_t& e : x) e = int16_t(random.Int(-300, 600));
      p.x = x.data();
      std::vector<int> expected(size_t(rows * p.y_stride), kGap);
      for (int64_t r = 0; r < rows; ++r) {
        for (int64_t c = 0; c < columns; ++c) {
          const int16_t e = x[size_t(r * p.x_stride + c)];
          expected[size_t(r * p.y_stride + c)] = e < 0 ? 0 : e > 255 ? 255 : e;
        }
      }
      ExpectOutput<uint8_t>(
          CastKernels(), p, PlanCast(p, 4).scratch_bytes, expected,
          [](CastParams& params, uint8_t* y) { params.y = y; });
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace octet::kernels
