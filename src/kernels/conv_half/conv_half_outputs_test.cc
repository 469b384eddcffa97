// What conv_half makes of its sums: functions, the residual, and halves within
// their rounding of the values in double.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/half.h"
#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half/conv_half_pack.h"
#include "kernels/testing/halves.h"
#include "kernels/testing/random.h"
#include "kernels/testing/run.h"
#include "kernels/testing/window_case.h"

namespace octet::kernels {
namespace {

struct OutputCase {
  WindowCase at;
  int64_t channels, outputs;
  int64_t y_gap = 0;
  bool residual = false;
  Function before = {}, after = {};
};

class ConvHalfOutputs {
 public:
  ConvHalfOutputs(const OutputCase& c, DType half)
      : c_(c),
        format_(*HalfFormatOf(half)),
        y_stride_(c.outputs + c.y_gap),
        random_(uint64_t(c.channels * 100 + c.outputs)),
        x_(Halves(c.at.in_pixels() * c.channels)),
        w_(Halves(c.outputs * c.at.taps() * c.channels)),
        residual_(Halves(c.at.out_pixels() * y_stride_)),
        bias_(RandomReals(c.outputs, random_)) {
    const ConvHalfWeightShape shape{c.outputs, c.at.taps(), c.channels};
    packed_ = Buffer<uint16_t>(PackedConvHalfSize(shape));
    Buffer<float> w(w_.elements());
    for (int64_t i = 0; i < w.elements(); ++i) w[i] = float(Real(w_[i]));
    PackConvHalf(w.get(), shape, half, packed_.get());
    p_.half = half;
    p_.x = x_.get();
    p_.batch = c.at.batch;
    p_.in_h = c.at.in_h;
    p_.in_w = c.at.in_w;
    p_.in_channels = p_.x_pixel_stride = c.channels;
    p_.y_is_half = true;
    p_.out_h = c.at.out_h();
    p_.out_w = c.at.out_w();
    p_.out_channels = c.outputs;
    p_.y_pixel_stride = p_.residual_pixel_stride = y_stride_;
    p_.window = c.at.window;
    p_.weight = packed_.get();
    p_.bias = bias_.get();
    if (c.residual) p_.residual = residual_.get();
    p_.before = c.before;
    p_.after = c.after;
  }

  void Check() {
    SCOPED_TRACE(c_.at.Text() + ", " + std::to_string(c_.channels) + " to " +
                 std::to_string(c_.outputs) + " channels");
    expected_.resize(size_t(c_.at.out_pixels() * y_stride_));
    for (int64_t i = 0; i < int64_t(expected_.size()); ++i) {
      auto& [value, bound] = expected_[size_t(i)];
      if (i % y_stride_ < c_.outputs) {
        value = Value(i / y_stride_, i % y_stride_, &bound);
      }
    }
    for (const auto& row : RunnableRows(ConvHalfKernels())) {
      SCOPED_TRACE(row.name);
      for (int64_t parts : {1, 3}) {
        Buffer<uint16_t> y(c_.at.out_pixels() * y_stride_);
        for (int64_t i = 0; i < y.elements(); ++i) y[i] = kUntouched;
        p_.y = y.get();
        RunInParts(row.fn, p_, parts,
                   PlanConvHalfAt(row.level, p_, 4).scratch_bytes);
        CheckOutput(y);
        if (testing::Test::HasFailure()) return;
      }
    }
  }

 private:
  static constexpr uint16_t kUntouched = 0x1234;

  double Real(uint16_t half) const { return RealOf(format_, half); }

  Buffer<uint16_t> Halves(int64_t n) {
    Buffer<uint16_t> x(n);
    for (int64_t i = 0; i < n; ++i) {
      x[i] = BitsOf(format_, double(random_.Real(-2, 2)));
    }
    return x;
  }

  void CheckOutput(const Buffer<uint16_t>& y) const {
    // Half of a last place, relative to the number.
    const double rounding = p_.half == DType::kF16 ? 0x1p-11 : 0x1p-8;
    for (int64_t i = 0; i < y.elements(); ++i) {
      const auto& [value, bound] = expected_[size_t(i)];
      if (i % y_stride_ >= c_.outputs) {
        ASSERT_EQ(y[i], kUntouched) << "gap " << i;
      } else {
        ASSERT_NEAR(Real(y[i]), value,
                    bound + rounding * (std::fabs(value) + bound) + 1e-7)
            << "pixel " << i / y_stride_ << " output " << i % y_stride_;
      }
    }
  }

  // In double, and how far a kernel may be from it before it rounds.
  double Value(int64_t pixel, int64_t o, double* bound) const {
    double sum = bias_[o], magnitude = std::fabs(sum);
    c_.at.ForEachTap(pixel, [&](int64_t tap, int64_t from) {
      for (int64_t i = 0; i < c_.channels; ++i) {
        const double product =
            Real(x_[from * c_.channels + i]) *
            Real(w_[(o * c_.at.taps() + tap) * c_.channels + i]);
        sum += product;
        magnitude += std::fabs(product);
      }
    });
    // No function here is steeper than 1.1.
    *bound = 1.1 * 2 * double(c_.at.taps() * c_.channels + 1) *
             double{std::numeric_limits<float>::epsilon()} * magnitude;
    double value = Evaluate(c_.before, sum);
    *bound += 0x1p-12 * std::fabs(value);
    if (c_.residual) value += Real(residual_[pixel * y_stride_ + o]);
    value = Evaluate(c_.after, value);
    *bound += 0x1p-12 * std::fabs(value);
    return value;
  }

  const OutputCase c_;
  const HalfFormat& format_;
  const int64_t y_stride_;
  Random random_;
  const Buffer<uint16_t> x_, w_, residual_;
  const Buffer<float> bias_;
  Buffer<uint16_t> packed_{0};
  ConvHalfParams p_{};
  std::vector<std::pair<double, double>> expected_;  // Value and bound
};

constexpr Function kNone{};
constexpr Function kRelu{FunctionKind::kRelu};
constexpr Function kRelu6{FunctionKind::kClip, 0, 6};
constexpr Function kSilu{FunctionKind::kSilu};
constexpr Function kGelu{FunctionKind::kGelu};
constexpr Function kSigmoid{FunctionKind::kSigmoid};
constexpr Function kHardSwish{FunctionKind::kHardSwish};

TEST(ConvHalfOutputs, AreRoundedValuesOfEveryFunction) {
  for (DType half : {DType::kF16, DType::kBF16}) {
    for (const Function& before :
         {kNone, kRelu, kRelu6, kSilu, kGelu, kSigmoid, kHardSwish}) {
      for (const Function& after : {kNone, kRelu, kSilu}) {
        for (bool residual : {false, true}) {
          ConvHalfOutputs({kHardWindows[5], 6, 43, 3, residual, before, after},
                          half)
              .Check();
          if (HasFailure()) return;
        }
      }
    }
  }
}

// Panels of sixteen, tiles of up to four of them and 28 pixels.
TEST(ConvHalfOutputs, AreRightForEveryNumberOfOutputsAndPixels) {
  for (int64_t outputs = 1; outputs <= 84; outputs += 4) {
    const WindowCase flat{1, 1, outputs, {1, 1, 1, 1, 1, 1, 0, 0}};
    const WindowCase wide{1, 2, outputs, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1};
    for (int64_t gap : {0, 5}) {
      ConvHalfOutputs({flat, 10, outputs, gap, gap > 0, kSilu}, DType::kBF16)
          .Check();
      ConvHalfOutputs({wide, 5, outputs, gap, gap > 0, kRelu}, DType::kBF16)
          .Check();
      if (HasFailure()) return;
    }
  }
}

// More rows than a band has, and a first layer.
TEST(ConvHalfOutputs, AreRightInManyBands) {
  ConvHalfOutputs(
      {{1, 30, 40, {3, 3, 2, 2, 1, 1, 1, 1}, 1, 1}, 3, 16, 0, false, kSilu},
      DType::kBF16)
      .Check();
  ConvHalfOutputs({{2, 12, 99, {3, 3, 1, 1, 1, 1, 1, 1}, 1, 1}, 128, 2},
                  DType::kBF16)
      .Check();
  ConvHalfOutputs({{1, 40, 60, {1, 1, 2, 2, 1, 1, 0, 0}}, 256, 5, 0, true},
                  DType::kBF16)
      .Check();
}

}  // namespace
}  // namespace octet::kernels
