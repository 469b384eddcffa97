// conv_u8 against its header's formula with sums in int64. A float output of
// scale 1 shows the sums themselves; u8 outputs show where they go.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_pack.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"
#include "kernels/testing/window_case.h"

namespace octet::kernels {
namespace {

struct Case {
  WindowCase at;
  int64_t in_channels, out_channels;  // of one group
  int64_t group = 1;
  int64_t x_gap = 0, y_gap = 0;
  int32_t zero = 117;
  int32_t most_code = 127;  // weights are within +- most_code
  bool bias = false;
};

std::string Text(const Case& c) {
  return c.at.Text() + ", " + std::to_string(c.in_channels) + " to " +
         std::to_string(c.out_channels) + " channels of " +
         std::to_string(c.group) + " groups, zero " + std::to_string(c.zero);
}

// The operands of a case, and its sums.
class Operands {
 public:
  explicit Operands(const Case& c) : c_(c) {
    const int64_t taps = c.at.taps() * c.in_channels;
    x_ = RandomCodes(c.at.in_pixels() * x_stride() + 1, random_);
    for (int64_t i = 0; i < outputs() * taps; ++i) {
      codes_.push_back(int32_t(random_.Int(-c.most_code, c.most_code)));
    }
    for (int64_t o = 0; c.bias && o < outputs(); ++o) {
      bias_.push_back(int32_t(random_.Int(-1000000, 1000000)));
    }
  }
  Operands(const Operands&) = delete;

  int64_t outputs() const { return c_.out_channels * c_.group; }
  int64_t x_stride() const { return c_.in_channels * c_.group + c_.x_gap; }
  int64_t y_stride() const { return outputs() + c_.y_gap; }

  void FillX(uint8_t code) {
    for (int64_t i = 0; i < x_.elements(); ++i) x_[i] = code;
  }
  void FillWeights(int32_t code) {
    std::fill(codes_.begin(), codes_.end(), code);
  }
  // Of a 1x1 window and one group.
  void SetX(int64_t pixel, int64_t i, uint8_t code) {
    x_[1 + pixel * x_stride() + i] = code;
  }
  void SetWeights(int64_t i, int32_t code) {
    for (int64_t o = 0; o < outputs(); ++o) {
      codes_[size_t(o * c_.in_channels + i)] = code;
    }
  }

  // The parameters, without an epilogue's constants.
  ConvU8Params Pack() {
    const Window& w = c_.at.window;
    const int32_t zero[] = {c_.zero};
    EXPECT_TRUE(SumsFitInt32(outputs(), codes_, zero, bias_));
    packed_ = PackConvU8({outputs(), w.kernel_h, w.kernel_w,
                          c_.in_channels * c_.group, c_.group, w.dilation_w},
                         codes_, c_.zero, bias_);
    // Kernels may read on behind a buffer.
    packed_.weight.resize(packed_.weight.size() + 64);
    packed_.comp.resize(packed_.comp.size() + 16);
    ConvU8Params p;
    p.batch = c_.at.batch;
    p.in_h = c_.at.in_h;
    p.in_w = c_.at.in_w;
    p.in_channels = c_.in_channels * c_.group;
    p.out_h = c_.at.out_h();
    p.out_w = c_.at.out_w();
    p.out_channels = outputs();
    p.group = c_.group;
    p.window = w;
    p.x = x_.get() + 1;
    p.x_pixel_stride = x_stride();
    p.x_zero = uint8_t(c_.zero);
    p.weight = packed_.weight.data();
    p.weight_parts = packed_.weight_parts;
    p.epilogue.comp = packed_.comp.data();
    p.epilogue.y_pixel_stride = y_stride();
    return p;
  }

  int64_t Sum(int64_t pixel, int64_t o) const {
    const int64_t depth = c_.in_channels, taps = c_.at.taps();
    const int64_t first = o / c_.out_channels * depth;
    int64_t sum = bias_.empty() ? 0 : bias_[size_t(o)];
    c_.at.ForEachTap(pixel, [&](int64_t tap, int64_t from) {
      const uint8_t* x = x_.get() + 1 + from * x_stride() + first;
      const int32_t* w = codes_.data() + (o * taps + tap) * depth;
      for (int64_t i = 0; i < depth; ++i) sum += (x[i] - c_.zero) * w[i];
    });
    return sum;
  }

  // value(pixel, o) for every output, `gap` between pixels.
  template <typename Expected, typename Value>
  std::vector<Expected> Outputs(Expected gap, const Value& value) const {
    const int64_t pixels = c_.at.out_pixels();
    std::vector<Expected> all(size_t(pixels * y_stride()), gap);
    for (int64_t i = 0; i < pixels; ++i) {
      for (int64_t o = 0; o < outputs(); ++o) {
        all[size_t(i * y_stride() + o)] = value(i, o);
      }
    }
    return all;
  }

 private:
  Case c_;
  Random random_{41};
  Buffer<uint8_t> x_{0};
  std::vector<int32_t> codes_, bias_;
  PackedConvU8 packed_;
};

// Constants of a channel's epilogue, padded and with slack.
template <typename T>
std::vector<T> PerChannel(int64_t channels, T value) {
  return std::vector<T>(size_t(RoundUp(channels, 16) + 16), value);
}

void ExpectSums(Operands& operands) {
  ConvU8Params p = operands.Pack();
  const auto one = PerChannel(operands.outputs(), 1.0f);
  const auto nothing = PerChannel(operands.outputs(), 0.0f);
  p.epilogue.kind = EpilogueKind::kFloat;
  p.epilogue.multiplier = one.data();
  p.epilogue.offset = nothing.data();
  const auto expected =
      operands.Outputs<Near>(Near{}, [&](int64_t pixel, int64_t o) {
        return Near{double(float(operands.Sum(pixel, o))), 0};
      });
  ExpectOutput<float>(
      ConvU8Kernels(), p, PlanConvU8(p, 4).scratch_bytes, expected,
      [](ConvU8Params& params, float* y) { params.epilogue.y_f32 = y; });
}

void CheckSums(const Case& c) {
  SCOPED_TRACE(Text(c));
  Operands operands(c);
  ExpectSums(operands);
}

TEST(ConvU8Contract, AddsUpUnderEveryWindow) {
  for (const WindowCase& at : kHardWindows) {
    CheckSums({at, 5, 19, 1, 0, 0, 117, 127, true});
    CheckSums({at, 16, 32, 1, 3, 2});
    CheckSums({at, 3, 5, 4, 1, 1, 255});
    if (testing::Test::HasFailure()) return;
  }
}

TEST(ConvU8Contract, AddsUpEveryNumberOfInputChannels) {
  const WindowCase flat = {1, 3, 5, {1, 1, 1, 1, 1, 1, 0, 0}};
  const WindowCase window = {1, 4, 3, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1};
  for (int64_t channels = 1; channels <= 66; ++channels) {
    CheckSums({flat, channels, 17, 1, channels % 3});
    CheckSums({window, channels, 17, 1, channels % 2});
    if (testing::Test::HasFailure()) return;
  }
}

TEST(ConvU8Contract, AddsUpEveryNumberOfOutputChannels) {
  const WindowCase flat = {1, 3, 5, {1, 1, 1, 1, 1, 1, 0, 0}};
  const WindowCase window = {1, 4, 3, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1};
  for (int64_t channels = 1; channels <= 82; ++channels) {
    CheckSums({flat, 7, channels, 1, 0, channels % 3});
    CheckSums({window, 3, channels, 1, 0, channels % 2});
    if (testing::Test::HasFailure()) return;
  }
}

TEST(ConvU8Contract, AddsUpEveryNumberOfPixels) {
  for (int64_t pixels = 1; pixels <= 60; ++pixels) {
    CheckSums({{1, 1, pixels, {1, 1, 1, 1, 1, 1, 0, 0}}, 9, 33});
    CheckSums({{1, 2, pixels, {2, 3, 1, 1, 1, 1, 1, 1}, 0, 1}, 4, 18});
    if (testing::Test::HasFailure()) return;
  }
}

TEST(ConvU8Contract, DoesNothingForNoImages) {
  CheckSums({{0, 3, 5, {1, 1, 1, 1, 1, 1, 0, 0}}, 7, 19});
  CheckSums({{0, 4, 3, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1}, 7, 19, 2});
}

TEST(ConvU8Contract, AddsUpGroupsOfEverySize) {
  const WindowCase window = {1, 4, 5, {3, 3, 1, 2, 1, 1, 1, 1}, 1, 1};
  for (int64_t group : {2, 3, 5, 8}) {
    for (int64_t depth : {1, 2, 3, 4, 9}) {
      for (int64_t outputs : {1, 2, 15, 16, 17}) {
        CheckSums({window, depth, outputs, group, 2, 1});
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(ConvU8Contract, PadsWithTheZeroPoint) {
  for (int32_t zero : {0, 1, 128, 255}) {
    const WindowCase padded = {1, 2, 2, {3, 3, 1, 1, 1, 1, 3, 3}, 3, 3};
    CheckSums({padded, 6, 20, 1, 0, 0, zero});
  }
}

TEST(ConvU8Contract, AddsUpWeightsBeyondAnS8) {
  for (int32_t most : {128, 255, 256, 1000, 32767}) {
    for (const WindowCase& at : {kHardWindows[1], kHardWindows[5]}) {
      CheckSums({at, 6, 19, 1, 0, 0, 90, most, true});
      CheckSums({at, 2, 5, 3, 0, 0, 90, most, false});
    }
  }
}

// 2^31 - 1 = 255 * 127 * 66311 + ...: the longest sums that SumsFitInt32 lets
// through.
TEST(ConvU8Contract, ReachesBothEndsOfAnInt32) {
  struct Extreme {
    int64_t depth;
    uint8_t x;
    int32_t weight, zero;
  };
  const Extreme extremes[] = {{66311, 255, 127, 0},   {65793, 255, -128, 0},
                              {66311, 0, 127, 255},   {65793, 0, -128, 255},
                              {66311, 255, 127, 255}, {65793, 255, -128, 100}};
  for (const Extreme& e : extremes) {
    SCOPED_TRACE(testing::Message() << e.depth << " times " << int(e.x) << " * "
                                    << e.weight << ", zero " << e.zero);
    const Case c{
        {1, 1, 3, {1, 1, 1, 1, 1, 1, 0, 0}}, e.depth, 2, 1, 0, 0, e.zero};
    Operands operands(c);
    operands.FillX(e.x);
    operands.FillWeights(e.weight);
    ExpectSums(operands);
    if (testing::Test::HasFailure()) return;
  }
}

// 255 * 128 is the largest product that an int16 holds, and a kernel may add up
// two products in one.
TEST(ConvU8Contract, AddsUpPairsAroundTheEndsOfAnInt16) {
  const int32_t codes[] = {-128, -127, -65, -64, -63, -1,  0,
                           1,    2,    63,  64,  65,  126, 127};
  constexpr int64_t kCodes = std::size(codes);
  // A pair of weights for each two of the codes, in the first or the second
  // half of four.
  for (int64_t half : {0, 2}) {
    const int64_t depth = 4 * kCodes * kCodes;
    Operands operands({{1, 1, 9, {1, 1, 1, 1, 1, 1, 0, 0}}, depth, 17});
    operands.FillWeights(0);
    operands.FillX(0);
    for (int64_t pair = 0; pair < kCodes * kCodes; ++pair) {
      for (int64_t k = 0; k < 2; ++k) {
        const int64_t i = 4 * pair + half + k;
        const int32_t code = codes[k == 0 ? pair % kCodes : pair / kCodes];
        operands.SetWeights(i, code);
        for (int64_t pixel = 0; pixel < 9; ++pixel) {
          // All, the positive, the negative; the first, the second, none.
          const bool is_on[] = {true,   code > 0, code < 0,
                                k == 0, k == 1,   false};
          operands.SetX(pixel, i, is_on[pixel % 6] ? 255 : 0);
        }
      }
    }
    ExpectSums(operands);
  }
}

TEST(ConvU8Contract, RefusesSumsOneStepLonger) {
  const int32_t zero[] = {0};
  EXPECT_TRUE(SumsFitInt32(1, std::vector<int32_t>(66311, 127), zero, {}));
  EXPECT_FALSE(SumsFitInt32(1, std::vector<int32_t>(66312, 127), zero, {}));
  EXPECT_TRUE(SumsFitInt32(1, std::vector<int32_t>(65793, -128), zero, {}));
  EXPECT_FALSE(SumsFitInt32(1, std::vector<int32_t>(65794, -128), zero, {}));
}

// Every code a weight may be cut into, and that the parts add up.
TEST(ConvU8Contract, PacksPartsThatAddUpToTheCode) {
  for (int32_t most : {127, 128, 254, 255, 381, 5000, 1000000}) {
    std::vector<int32_t> codes;
    for (int32_t code = -most; code <= most; code += std::max(1, most / 200)) {
      codes.push_back(code);
    }
    codes.push_back(most);
    const int64_t n = int64_t(codes.size());
    const PackedConvU8 packed =
        PackConvU8({.out_channels = n, .in_channels = 1}, codes, 0, {});
    EXPECT_EQ(packed.weight_parts, (most + 126) / 127);
    for (int64_t o = 0; o < n; ++o) {
      const int8_t* panel =
          packed.weight.data() + o / 16 * 64 * packed.weight_parts;
      int64_t sum = 0;
      for (int64_t part = 0; part < packed.weight_parts; ++part) {
        const int8_t value = panel[part * 64 + o % 16 * 4];
        // Parts of one sign: no partial sum is beyond the whole.
        EXPECT_GE(value * int64_t{codes[size_t(o)]}, 0);
        sum += value;
      }
      ASSERT_EQ(sum, codes[size_t(o)]);
    }
  }
}

int CodeOf(int64_t sum, float m, float b, int32_t zero, int low, int high) {
  const float v = fmaf(float(sum), m, b);
  const double q = std::nearbyint(double(v)) + zero;
  return std::min(std::max(int(std::fmin(std::fmax(q, -1), 256)), low), high);
}

// Constants that differ from channel to channel, so that a wrong one shows.
TEST(ConvU8Contract, RoundsEachChannelWithItsOwnConstants) {
  for (const WindowCase& at : {kHardWindows[1], kHardWindows[6]}) {
    for (int64_t outputs : {1, 15, 16, 17, 33, 70}) {
      for (bool is_table : {false, true}) {
        const Case c{at, 9, outputs, 1, 1, 2};
        SCOPED_TRACE(Text(c) + (is_table ? ", table" : ", clamp"));
        Operands operands(c);
        ConvU8Params p = operands.Pack();
        Random random(7);
        auto m = PerChannel(outputs, 0.0f), b = m;
        auto zero = PerChannel<int32_t>(outputs, 0);
        auto low = PerChannel<uint8_t>(outputs, 0), high = low;
        for (size_t i = 0; i < m.size(); ++i) {
          m[i] = random.Real(0.001f, 0.004f) * (i % 2 == 0 ? 1 : -1);
          b[i] = random.Real(-9, 9);
          zero[i] = int32_t(random.Int(0, 255));
          low[i] = uint8_t(random.Int(0, 40));
          high[i] = uint8_t(random.Int(200, 255));
        }
        const Buffer<uint8_t> table = RandomCodes(256, random);
        p.epilogue.kind =
            is_table ? EpilogueKind::kTable : EpilogueKind::kClamp;
        p.epilogue.multiplier = m.data();
        p.epilogue.offset = b.data();
        p.epilogue.y_zero = zero.data();
        p.epilogue.clamp_low = low.data();
        p.epilogue.clamp_high = high.data();
        p.epilogue.table = table.get();
        const auto expected =
            operands.Outputs<int>(kGap, [&](int64_t pixel, int64_t o) {
              const size_t i = size_t(o);
              const int64_t sum = operands.Sum(pixel, o);
              return is_table
                         ? table[CodeOf(sum, m[i], b[i], zero[i], 0, 255)]
                         : CodeOf(sum, m[i], b[i], zero[i], low[i], high[i]);
            });
        ExpectOutput<uint8_t>(
            ConvU8Kernels(), p, PlanConvU8(p, 4).scratch_bytes, expected,
            [](ConvU8Params& params, uint8_t* y) { params.epilogue.y_u8 = y; });
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

}  // namespace
}  // namespace octet::kernels
