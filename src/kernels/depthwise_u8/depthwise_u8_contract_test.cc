// depthwise_u8 against its header's formula with sums in int64. A float output
// of scale 1 shows the sums themselves; u8 outputs show where they go.
#include <algorithm>
#include <cmath>

#include "kernels/conv_u8/conv_u8_pack.h"
#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/depthwise_u8/depthwise_u8_pack.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"
#include "kernels/testing/window_case.h"

namespace octet::kernels {
namespace {

struct Case {
  WindowCase at;
  int64_t channels;
  int64_t x_gap = 0, y_gap = 0;
  bool bias = false;
};

std::string Text(const Case& c) {
  return c.at.Text() + ", " + std::to_string(c.channels) + " channels, gaps " +
         std::to_string(c.x_gap) + " and " + std::to_string(c.y_gap);
}

// Constants of a channel's epilogue, padded as the contract wants it.
template <typename T>
std::vector<T> PerChannel(int64_t channels, T value) {
  return std::vector<T>(size_t(RoundUp(channels, 64) + 64), value);
}

// The operands of a case, a zero point for each channel, and the sums.
class Operands {
 public:
  explicit Operands(const Case& c) : c_(c) {
    x_ = RandomCodes(c.at.in_pixels() * x_stride() + 1, random_);
    for (int64_t i = 0; i < c.channels * c.at.taps(); ++i) {
      codes_.push_back(int32_t(random_.Int(-128, 127)));
    }
    for (int64_t i = 0; i < c.channels; ++i) {
      zero_.push_back(int32_t(random_.Int(0, 255)));
      if (c.bias) bias_.push_back(int32_t(random_.Int(-100000, 100000)));
    }
  }
  Operands(const Operands&) = delete;

  int64_t x_stride() const { return c_.channels + c_.x_gap; }
  int64_t y_stride() const { return c_.channels + c_.y_gap; }

  void Fill(uint8_t code, int32_t weight, int32_t zero) {
    for (int64_t i = 0; i < x_.elements(); ++i) x_[i] = code;
    std::fill(codes_.begin(), codes_.end(), weight);
    std::fill(zero_.begin(), zero_.end(), zero);
  }

  // The parameters, without an epilogue's constants.
  DepthwiseU8Params Pack() {
    EXPECT_TRUE(SumsFitInt32(c_.channels, codes_, zero_, bias_));
    packed_ = PackDepthwiseU8(c_.channels, codes_, zero_, bias_);
    packed_.weight.resize(packed_.weight.size() + 64);
    x_zero_ = PerChannel<uint8_t>(c_.channels, 0);
    std::copy(zero_.begin(), zero_.end(), x_zero_.begin());
    DepthwiseU8Params p;
    p.batch = c_.at.batch;
    p.in_h = c_.at.in_h;
    p.in_w = c_.at.in_w;
    p.channels = c_.channels;
    p.out_h = c_.at.out_h();
    p.out_w = c_.at.out_w();
    p.window = c_.at.window;
    p.x = x_.get() + 1;
    p.x_pixel_stride = x_stride();
    p.x_zero = x_zero_.data();
    p.weight = packed_.weight.data();
    p.epilogue.comp = packed_.comp.data();
    p.epilogue.y_pixel_stride = y_stride();
    return p;
  }

  int64_t Sum(int64_t pixel, int64_t c) const {
    int64_t sum = bias_.empty() ? 0 : bias_[size_t(c)];
    c_.at.ForEachTap(pixel, [&](int64_t tap, int64_t from) {
      const int64_t x = x_[1 + from * x_stride() + c];
      sum += (x - zero_[size_t(c)]) * codes_[size_t(c * c_.at.taps() + tap)];
    });
    return sum;
  }

  // value(pixel, c) for every output, `gap` between pixels.
  template <typename Expected, typename Value>
  std::vector<Expected> Outputs(Expected gap, const Value& value) const {
    std::vector<Expected> all(size_t(c_.at.out_pixels() * y_stride()), gap);
    for (int64_t i = 0; i < c_.at.out_pixels(); ++i) {
      for (int64_t c = 0; c < c_.channels; ++c) {
        all[size_t(i * y_stride() + c)] = value(i, c);
      }
    }
    return all;
  }

 private:
  Case c_;
  Random random_{43};
  Buffer<uint8_t> x_{0};
  std::vector<int32_t> codes_, zero_, bias_;
  std::vector<uint8_t> x_zero_;
  PackedDepthwiseU8 packed_;
};

void ExpectSums(int64_t channels, Operands& operands) {
  DepthwiseU8Params p = operands.Pack();
  const auto one = PerChannel(channels, 1.0f);
  const auto nothing = PerChannel(channels, 0.0f);
  p.epilogue.kind = EpilogueKind::kFloat;
  p.epilogue.multiplier = one.data();
  p.epilogue.offset = nothing.data();
  const auto expected =
      operands.Outputs<Near>(Near{}, [&](int64_t pixel, int64_t c) {
        return Near{double(float(operands.Sum(pixel, c))), 0};
      });
  ExpectOutput<float>(
      DepthwiseU8Kernels(), p, PlanDepthwiseU8(p, 4).scratch_bytes, expected,
      [](DepthwiseU8Params& params, float* y) { params.epilogue.y_f32 = y; });
}

void CheckSums(const Case& c) {
  SCOPED_TRACE(Text(c));
  Operands operands(c);
  ExpectSums(c.channels, operands);
}

TEST(DepthwiseU8Contract, AddsUpUnderEveryWindow) {
  for (const WindowCase& at : kHardWindows) {
    for (int64_t channels : {1, 16, 19, 64, 100}) {
      CheckSums({at, channels, channels % 3, channels % 4, channels == 19});
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(DepthwiseU8Contract, AddsUpEveryNumberOfChannels) {
  const Window windows[] = {{3, 3, 1, 1, 1, 1, 1, 1},
                            {3, 3, 2, 2, 1, 1, 1, 1},
                            {5, 5, 1, 1, 1, 1, 2, 2},
                            {3, 3, 1, 1, 1, 1, 0, 0}};
  for (const Window& window : windows) {
    const int64_t pad = window.pad_top;
    for (int64_t channels = 1; channels <= 134; ++channels) {
      CheckSums({{1, 5, 6, window, pad, pad}, channels, 0, channels % 3});
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(DepthwiseU8Contract, DoesNothingForNoImages) {
  CheckSums({{0, 4, 3, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1}, 70});
  CheckSums({{0, 4, 3, {3, 3, 2, 1, 1, 1, 0, 0}}, 5});
}

// Three outputs share columns, and 32 wait for the epilogue.
TEST(DepthwiseU8Contract, AddsUpRowsOfEveryLength) {
  for (int64_t stride : {1, 2}) {
    for (int64_t width = 1; width <= 70; ++width) {
      CheckSums({{1, 4, width, {3, 3, stride, stride, 1, 1, 1, 1}, 1, 1}, 18});
      CheckSums({{1, 3, width + 2, {3, 3, 1, stride, 1, 1, 0, 0}}, 35, 1, 2});
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(DepthwiseU8Contract, AddsUpWindowsOfEverySize) {
  for (int64_t h = 1; h <= 7; ++h) {
    for (int64_t w = 1; w <= 7; ++w) {
      CheckSums(
          {{1, 8, 9, {h, w, 1, 1, 1, 1, h / 2, w / 2}, h / 2, w / 2}, 21});
      CheckSums({{1, 9, 8, {h, w, 2, 1, 1, 1, 0, 0}}, 65});
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(DepthwiseU8Contract, ReachesTheEndsOfItsProducts) {
  const int32_t extremes[][3] = {
      {255, 127, 0},   {255, -128, 0},   {0, 127, 255},   {0, -128, 255},
      {255, 127, 255}, {255, -128, 255}, {128, -128, 127}};
  for (const auto& [x, weight, zero] : extremes) {
    for (const WindowCase& at : {kHardWindows[5], kHardWindows[18]}) {
      SCOPED_TRACE(testing::Message() << x << " * " << weight << ", " << zero);
      Operands operands({at, 37});
      operands.Fill(uint8_t(x), weight, zero);
      ExpectSums(37, operands);
      if (testing::Test::HasFailure()) return;
    }
  }
}

int CodeOf(int64_t sum, float m, float b, int32_t zero, int low, int high) {
  const float v = fmaf(float(sum), m, b);
  const double q = std::nearbyint(double(v)) + zero;
  return std::min(std::max(int(std::fmin(std::fmax(q, -1), 256)), low), high);
}

// Constants that differ from channel to channel, so that a wrong one shows.
TEST(DepthwiseU8Contract, RoundsEachChannelWithItsOwnConstants) {
  for (const WindowCase& at :
       {kHardWindows[5], kHardWindows[6], kHardWindows[8], kHardWindows[18]}) {
    for (int64_t channels : {1, 16, 17, 32, 64, 65, 130}) {
      for (bool is_table : {false, true}) {
        const Case c{at, channels, 2, 1};
        SCOPED_TRACE(Text(c) + (is_table ? ", table" : ", clamp"));
        Operands operands(c);
        DepthwiseU8Params p = operands.Pack();
        Random random(7);
        auto m = PerChannel(channels, 0.0f), b = m;
        auto zero = PerChannel<int32_t>(channels, 0);
        auto low = PerChannel<uint8_t>(channels, 0), high = low;
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
        ExpectOutput<uint8_t>(DepthwiseU8Kernels(), p,
                              PlanDepthwiseU8(p, 4).scratch_bytes, expected,
                              [](DepthwiseU8Params& params, uint8_t* y) {
                                params.epilogue.y_u8 = y;
                              });
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

// A band holds 128 KB of input: rows wide enough that it holds one, or two.
TEST(DepthwiseU8Contract, WorksInBandsOfFewRows) {
  CheckSums({{1, 5, 1100, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1}, 40});
  CheckSums({{2, 4, 150, {3, 3, 2, 2, 1, 1, 1, 1}, 1, 1}, 200});
}

}  // namespace
}  // namespace octet::kernels
