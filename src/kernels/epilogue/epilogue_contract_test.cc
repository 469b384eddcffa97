// Every level of the epilogue against the formulas of its header, for functions
// that are exact; the others are elementary_test's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

struct NamedLevel {
  const char* name;
  CpuLevel least;
  EpilogueFn fn;
};
constexpr NamedLevel kLevels[] = {
    {"reference", CpuLevel::kScalar, ApplyEpilogueReference},
    {"avx2", CpuLevel::kAvx2, ApplyEpilogueAvx2},
    {"avx512vnni", CpuLevel::kAvx512Vnni, ApplyEpilogueAvx512Vnni}};

enum class Residual { kNone, kU8, kF32 };

struct Case {
  EpilogueKind kind = EpilogueKind::kClamp;
  bool f32 = false;
  Residual residual = Residual::kNone;
  Function before = {}, after = {};
  // The tile: pixels from `pixel` on, channels from `channel` on.
  int64_t pixel = 0, pixels = 5;
  int64_t channel = 0, channels = 16;
  int64_t gap = 0;  // behind the pixels of y and the residual
};

std::string Text(const Case& c) {
  return "kind " + std::to_string(int(c.kind)) + (c.f32 ? " f32" : " u8") +
         " residual " + std::to_string(int(c.residual)) + " " +
         std::string(Name(c.before.kind)) + " " +
         std::string(Name(c.after.kind)) + ", " + std::to_string(c.pixels) +
         " pixels from " + std::to_string(c.pixel) + ", " +
         std::to_string(c.channels) + " channels from " +
         std::to_string(c.channel) + ", gap " + std::to_string(c.gap);
}

// Constants of every channel of a whole output, sums of every magnitude.
class Tile {
 public:
  explicit Tile(const Case& c)
      : c_(c),
        all_(c.channel + c.channels),
        y_stride_(all_ + c.gap),
        acc_stride_(RoundUp(c.channels, 16) + 16) {
    const size_t padded = size_t(RoundUp(all_, 64) + 64);
    Random random(uint64_t(c.channels * 64 + c.pixels));
    for (size_t i = 0; i < padded; ++i) {
      multiplier_.push_back(random.Real(-2, 2) * 1e-4f);
      offset_.push_back(random.Real(-30, 30));
      inv_scale_.push_back(random.Real(0.2f, 3));
      residual_scale_.push_back(random.Real(0.1f, 2));
      y_zero_.push_back(int32_t(random.Int(0, 255)));
      residual_zero_.push_back(int32_t(random.Int(0, 255)));
      low_.push_back(uint8_t(random.Int(0, 99)));
      high_.push_back(uint8_t(random.Int(60, 255)));
    }
    for (int64_t i = 0; i < c.pixels * acc_stride_; ++i) {
      sums_.push_back(int32_t(random.Bits()) >> random.Int(0, 31));
    }
    table_ = RandomCodes(256, random);
    const int64_t outputs = (c.pixel + c.pixels) * y_stride_;
    codes_ = RandomCodes(outputs, random);
    reals_ = RandomReals(outputs, random, -40, 40);
    e_.kind = c.kind;
    e_.multiplier = multiplier_.data();
    e_.offset = offset_.data();
    e_.y_zero = y_zero_.data();
    e_.clamp_low = low_.data();
    e_.clamp_high = high_.data();
    e_.table = table_.get();
    e_.inv_scale = inv_scale_.data();
    e_.before = c.before;
    e_.after = c.after;
    e_.y_pixel_stride = e_.residual_pixel_stride = y_stride_;
    e_.residual_scale = residual_scale_.data();
    e_.residual_zero = residual_zero_.data();
    if (c.residual == Residual::kU8) e_.residual_u8 = codes_.get();
    if (c.residual == Residual::kF32) e_.residual_f32 = reals_.get();
  }
  Tile(const Tile&) = delete;

  // Runs a level on a copy of the sums and checks every element of the output.
  void Check(const NamedLevel& level) const {
    SCOPED_TRACE(level.name + (": " + Text(c_)));
    const int64_t elements = (c_.pixel + c_.pixels) * y_stride_;
    for (int64_t shift : {0, 1}) {
      GuardedOutput<uint8_t> u8(elements, shift);
      GuardedOutput<float> f32(elements, shift);
      EpilogueU8 e = e_;
      if (c_.f32) {
        e.y_f32 = f32.get();
      } else {
        e.y_u8 = u8.get();
      }
      std::vector<int32_t> acc = sums_;
      level.fn(e, acc.data(), acc_stride_, c_.pixel, c_.pixels, c_.channel,
               c_.channels);
      ASSERT_TRUE(u8.GuardsAreWhole());
      ASSERT_TRUE(f32.GuardsAreWhole());
      for (int64_t i = 0; i < elements; ++i) {
        const int64_t pixel = i / y_stride_, c = i % y_stride_;
        const bool is_inside = pixel >= c_.pixel && c >= c_.channel && c < all_;
        if (c_.f32) {
          const Near expected = is_inside ? Near{Real(pixel, c), 0} : Near{};
          ASSERT_TRUE(Matches(expected, f32[i]))
              << "pixel " << pixel << " channel " << c << " is " << f32[i]
              << ", not " << expected.value;
        } else {
          const int expected = is_inside ? Code(pixel, c) : kGap;
          ASSERT_TRUE(Matches(expected, u8[i]))
              << "pixel " << pixel << " channel " << c << " is " << +u8[i]
              << ", not " << expected;
        }
      }
    }
  }

 private:
  static float Call(const Function& f, float x) {
    switch (f.kind) {
      case FunctionKind::kRelu:
        return x > 0 ? x : 0;
      case FunctionKind::kAbs:
        return std::abs(x);
      case FunctionKind::kNeg:
        return -x;
      case FunctionKind::kClip:
        return std::min(std::max(x, f.alpha), f.beta);
      case FunctionKind::kLeakyRelu:
        return x < 0 ? float(double(f.alpha) * x) : x;
      default:
        return x;
    }
  }

  float Scaled(int64_t pixel, int64_t c) const {
    const int32_t sum =
        sums_[size_t((pixel - c_.pixel) * acc_stride_ + c - c_.channel)];
    return fmaf(float(sum), multiplier_[size_t(c)], offset_[size_t(c)]);
  }

  float Real(int64_t pixel, int64_t c) const {
    float v = Call(c_.before, Scaled(pixel, c));
    const int64_t at = pixel * y_stride_ + c;
    if (c_.residual == Residual::kU8) {
      const int r = codes_[at] - residual_zero_[size_t(c)];
      v = fmaf(float(r), residual_scale_[size_t(c)], v);
    }
    if (c_.residual == Residual::kF32) v = v + reals_[at];
    return Call(c_.after, v);
  }

  int Code(int64_t pixel, int64_t channel) const {
    const size_t c = size_t(channel);
    float v = Scaled(pixel, channel);
    if (c_.kind == EpilogueKind::kFloat) {
      v = float(double(Real(pixel, channel)) * inv_scale_[c]);
    }
    if (c_.kind == EpilogueKind::kAdd) {
      v = fmaf(codes_[pixel * y_stride_ + channel], residual_scale_[c], v);
    }
    const double q = std::nearbyint(double(v)) + y_zero_[c];
    const int code = int(std::fmin(std::fmax(q, 0), 255));
    if (c_.kind == EpilogueKind::kTable) return table_[code];
    return std::min(std::max(code, int(low_[c])), int(high_[c]));
  }

  Case c_;
  int64_t all_, y_stride_, acc_stride_;
  std::vector<float> multiplier_, offset_, inv_scale_, residual_scale_;
  std::vector<int32_t> y_zero_, residual_zero_, sums_;
  std::vector<uint8_t> low_, high_;
  Buffer<uint8_t> table_{0}, codes_{0};
  Buffer<float> reals_{0};
  EpilogueU8 e_;
};

void CheckEveryLevel(const Case& c) {
  const Tile tile(c);
  for (const NamedLevel& level : kLevels) {
    if (level.least <= DetectCpuLevel()) tile.Check(level);
  }
}

// All forms of an epilogue with exact functions.
std::vector<Case> AllForms() {
  std::vector<Case> forms;
  forms.push_back({});
  forms.push_back({EpilogueKind::kTable});
  forms.push_back({EpilogueKind::kAdd, false, Residual::kU8});
  const Function functions[] = {{},
                                {FunctionKind::kRelu},
                                {FunctionKind::kClip, -3, 6},
                                {FunctionKind::kLeakyRelu, 0.1f},
                                {FunctionKind::kAbs}};
  for (bool f32 : {false, true}) {
    for (Residual residual : {Residual::kNone, Residual::kU8, Residual::kF32}) {
      for (const Function& f : functions) {
        forms.push_back({EpilogueKind::kFloat, f32, residual, f, {}});
        forms.push_back({EpilogueKind::kFloat, f32, residual, {}, f});
      }
    }
  }
  return forms;
}

TEST(EpilogueContract, FollowsTheFormulaForEveryNumberOfChannels) {
  for (Case c : AllForms()) {
    for (c.channels = 1; c.channels <= 35; ++c.channels) {
      c.gap = c.channels % 3;
      CheckEveryLevel(c);
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(EpilogueContract, WritesItsTileOfALargerOutputOnly) {
  for (Case c : AllForms()) {
    for (int64_t channel : {0, 16, 32}) {
      for (int64_t pixel : {0, 7}) {
        c.channel = channel;
        c.pixel = pixel;
        c.pixels = 3;
        c.channels = 23;
        c.gap = 19;
        CheckEveryLevel(c);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(EpilogueContract, TakesEveryNumberOfPixels) {
  for (Case c : AllForms()) {
    for (c.pixels = 0; c.pixels <= 9; ++c.pixels) {
      c.channels = 20;
      CheckEveryLevel(c);
      if (testing::Test::HasFailure()) return;
    }
  }
}

// One channel's answer to one sum at every level.
struct One {
  float multiplier = 1, offset = 0;
  int32_t y_zero = 0;
  uint8_t low = 0, high = 255;
};
void ExpectOne(const One& one, int32_t sum, int expected) {
  const std::vector<float> m(64, one.multiplier), b(64, one.offset);
  const std::vector<int32_t> zero(64, one.y_zero);
  const std::vector<uint8_t> low(64, one.low), high(64, one.high);
  for (const NamedLevel& level : kLevels) {
    if (level.least > DetectCpuLevel()) continue;
    EpilogueU8 e;
    std::vector<int32_t> acc(16, sum);
    uint8_t y[16];
    e.multiplier = m.data();
    e.offset = b.data();
    e.y_zero = zero.data();
    e.clamp_low = low.data();
    e.clamp_high = high.data();
    e.y_u8 = y;
    e.y_pixel_stride = 16;
    level.fn(e, acc.data(), 16, 0, 1, 0, 16);
    for (uint8_t code : y) ASSERT_EQ(code, expected) << level.name;
  }
}

TEST(EpilogueContract, RoundsTheMiddleOfTwoCodesToTheEvenOne) {
  for (int32_t sum = -9; sum <= 9; ++sum) {
    const int rounded = int(std::nearbyint(sum / 2.0));
    ExpectOne({.multiplier = 0.5f, .y_zero = 100}, sum, 100 + rounded);
  }
}

TEST(EpilogueContract, SaturatesWhatNoInt32Holds) {
  constexpr float kMost = std::numeric_limits<float>::max();
  constexpr int32_t kLast = std::numeric_limits<int32_t>::max();
  for (int32_t zero : {0, 128, 255}) {
    for (float m : {1.0f, 1e5f, kMost}) {
      ExpectOne({.multiplier = m, .y_zero = zero}, kLast, 255);
      ExpectOne({.multiplier = m, .y_zero = zero}, -kLast - 1, 0);
      ExpectOne({.multiplier = -m, .y_zero = zero}, kLast, 0);
      ExpectOne({.multiplier = m, .y_zero = zero}, 0, zero);
    }
    ExpectOne({.multiplier = 0, .offset = kMost, .y_zero = zero}, 1, 255);
    ExpectOne({.multiplier = 0, .offset = -kMost, .y_zero = zero}, 1, 0);
    ExpectOne({.multiplier = kMost, .offset = -kMost, .y_zero = zero}, 1, zero);
  }
}

TEST(EpilogueContract, LetsTheUpperBoundWinWhereClampsCross) {
  ExpectOne({.low = 200, .high = 100}, 150, 100);
  ExpectOne({.low = 200, .high = 100}, 0, 100);
  ExpectOne({.low = 200, .high = 100}, 255, 100);
  ExpectOne({.low = 60, .high = 60}, 0, 60);
}

}  // namespace
}  // namespace octet::kernels
