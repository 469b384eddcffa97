#include "kernels/conv_u8/conv_u8_problem.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"

namespace octet::kernels {
namespace {

ConvU8Params ShapeOf(const Problem& problem) {
  const std::vector<int64_t> x = problem.List("x");
  const std::vector<int64_t> kernel = problem.List("kernel", {1, 1});
  const std::vector<int64_t> stride = problem.List("stride", {1, 1});
  const std::vector<int64_t> dilation = problem.List("dilation", {1, 1});
  const std::vector<int64_t> pad = problem.List("pad", {0, 0, 0, 0});
  ConvU8Params p;
  p.batch = x[0], p.in_h = x[1], p.in_w = x[2], p.in_channels = x[3];
  p.out_channels = problem.Int("out", 1);
  p.group = problem.Int("group", 1);
  p.window = {kernel[0],   kernel[1],   stride[0], stride[1],
              dilation[0], dilation[1], pad[0],    pad[1]};
  p.out_h = (p.in_h + pad[0] + pad[2] - (kernel[0] - 1) * dilation[0] - 1) /
                stride[0] +
            1;
  p.out_w = (p.in_w + pad[1] + pad[3] - (kernel[1] - 1) * dilation[1] - 1) /
                stride[1] +
            1;
  p.x_pixel_stride = p.in_channels + problem.Int("xgap", 0);
  p.x_zero = uint8_t(problem.Int("zero", 131));
  p.tile_vectors = problem.Int("vectors", 0);
  p.tile_block = problem.Int("block", 0);
  return p;
}

// "X:W" as the constant for all activations or weights, or no value.
bool FillOf(const Problem& problem, bool weights, int32_t* value) {
  if (!problem.Has("fill")) return false;
  const std::string fill = problem.Word("fill");
  const size_t colon = fill.find(':');
  *value = std::stoi(weights ? fill.substr(colon + 1) : fill.substr(0, colon));
  return true;
}

}  // namespace

ConvU8Problem::ConvU8Problem(const Problem& problem)
    : params_(ShapeOf(problem)),
      x_(params_.batch * params_.in_h * params_.in_w * params_.x_pixel_stride),
      weight_(0) {
  Random random(std::hash<std::string>()(problem.line()));
  ConvU8Params& p = params_;
  x_ = RandomCodes(x_.elements(), random);
  int32_t fill;
  if (FillOf(problem, false, &fill)) {
    for (int64_t i = 0; i < x_.elements(); ++i) x_[i] = uint8_t(fill);
  }
  p.x = x_.get();

  const int64_t taps =
      p.window.kernel_h * p.window.kernel_w * p.in_channels / p.group;
  const int32_t most = int32_t(127 * problem.Int("parts", 1));
  codes_.resize(size_t(p.out_channels * taps));
  // One number from an even distribution, or the sum of three.
  const int32_t terms = problem.Has("bell") ? 3 : 1;
  for (int32_t& code : codes_) {
    for (int32_t i = 0; i < terms; ++i) {
      code += int32_t(random.Int(-most / terms, most / terms));
    }
  }
  codes_[0] = most;
  if (FillOf(problem, true, &fill)) {
    std::fill(codes_.begin(), codes_.end(), fill);
  }
  if (problem.Has("bias")) {
    for (int64_t o = 0; o < p.out_channels; ++o) {
      bias_.push_back(int32_t(random.Int(-100000, 100000)));
    }
  }
  const int32_t zero[] = {p.x_zero};
  OCTET_CHECK(SumsFitInt32(p.out_channels, codes_, zero, bias_));
  const PackedConvU8 packed =
      PackConvU8({p.out_channels, p.window.kernel_h, p.window.kernel_w,
                  p.in_channels, p.group, p.window.dilation_w},
                 codes_, p.x_zero, bias_);
  weight_ = Buffer<int8_t>(int64_t(packed.weight.size()));
  std::copy(packed.weight.begin(), packed.weight.end(), weight_.get());
  p.weight = weight_.get();
  p.weight_parts = packed.weight_parts;
  p.sum_bound = packed.sum_bound;

  const int64_t pixels = p.batch * p.out_h * p.out_w;
  const float deviation = std::sqrt(float(taps)) * 74 * float(most) * 0.58f;
  epilogue_ = std::make_unique<EpilogueProblem>(problem, pixels, p.out_channels,
                                                packed.comp, deviation, random);
  u8_elements_ = epilogue_->u8_elements();
  f32_elements_ = epilogue_->f32_elements();
}

ConvU8Params ConvU8Problem::WriteTo(Buffer<uint8_t>& u8,
                                    Buffer<float>& f32) const {
  ConvU8Params p = params_;
  p.epilogue = epilogue_->WriteTo(u8, f32);
  return p;
}

double ConvU8Problem::macs() const {
  return double(params_.batch * params_.out_h * params_.out_w) *
         double(codes_.size());
}

}  // namespace octet::kernels
