#include "kernels/depthwise_u8/depthwise_u8_problem.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"
#include "kernels/conv_u8/conv_u8_pack.h"
#include "kernels/depthwise_u8/depthwise_u8_pack.h"

namespace octet::kernels {
namespace {

DepthwiseU8Params ShapeOf(const Problem& problem) {
  const std::vector<int64_t> x = problem.List("x");
  const std::vector<int64_t> kernel = problem.List("kernel", {3, 3});
  const std::vector<int64_t> stride = problem.List("stride", {1, 1});
  const std::vector<int64_t> dilation = problem.List("dilation", {1, 1});
  const std::vector<int64_t> pad = problem.List("pad", {0, 0, 0, 0});
  DepthwiseU8Params p;
  p.batch = x[0], p.in_h = x[1], p.in_w = x[2], p.channels = x[3];
  p.window = {kernel[0],   kernel[1],   stride[0], stride[1],
              dilation[0], dilation[1], pad[0],    pad[1]};
  p.out_h = (p.in_h + pad[0] + pad[2] - (kernel[0] - 1) * dilation[0] - 1) /
                stride[0] +
            1;
  p.out_w = (p.in_w + pad[1] + pad[3] - (kernel[1] - 1) * dilation[1] - 1) /
                stride[1] +
            1;
  p.x_pixel_stride = p.channels + problem.Int("xgap", 0);
  return p;
}

}  // namespace

DepthwiseU8Problem::DepthwiseU8Problem(const Problem& problem)
    : params_(ShapeOf(problem)),
      x_(params_.batch * params_.in_h * params_.in_w * params_.x_pixel_stride),
      x_zero_(RoundUp(params_.channels, 64)),
      weight_(0) {
  Random random(std::hash<std::string>()(problem.line()));
  DepthwiseU8Params& p = params_;
  const int64_t taps = p.window.kernel_h * p.window.kernel_w;
  x_ = RandomCodes(x_.elements(), random);
  x_zero_ = RandomCodes(x_zero_.elements(), random);
  codes_.resize(size_t(p.channels * taps));
  for (int32_t& code : codes_) code = int32_t(random.Int(-128, 127));
  if (problem.Has("fill")) {
    const std::string fill = problem.Word("fill");
    const size_t colon = fill.find(':');
    std::fill_n(x_.get(), x_.elements(), uint8_t(std::stoi(fill)));
    std::fill(codes_.begin(), codes_.end(), std::stoi(fill.substr(colon + 1)));
  }
  if (problem.Has("bias")) {
    for (int64_t c = 0; c < p.channels; ++c) {
      bias_.push_back(int32_t(random.Int(-10000, 10000)));
    }
  }
  const std::vector<int32_t> zero(x_zero_.get(), x_zero_.get() + p.channels);
  OCTET_CHECK(SumsFitInt32(p.channels, codes_, zero, bias_));
  const PackedDepthwiseU8 packed =
      PackDepthwiseU8(p.channels, codes_, zero, bias_);
  weight_ = Buffer<int8_t>(int64_t(packed.weight.size()));
  std::copy(packed.weight.begin(), packed.weight.end(), weight_.get());
  p.x = x_.get();
  p.x_zero = x_zero_.get();
  p.weight = weight_.get();

  const float deviation = std::sqrt(float(taps)) * 74 * 74;
  epilogue_ = std::make_unique<EpilogueProblem>(
      problem, p.batch * p.out_h * p.out_w, p.channels, packed.comp, deviation,
      random);
  u8_elements_ = epilogue_->u8_elements();
  f32_elements_ = epilogue_->f32_elements();
}

DepthwiseU8Params DepthwiseU8Problem::WriteTo(Buffer<uint8_t>& u8,
                                              Buffer<float>& f32) const {
  DepthwiseU8Params p = params_;
  p.epilogue = epilogue_->WriteTo(u8, f32);
  return p;
}

double DepthwiseU8Problem::macs() const {
  return double(params_.batch * params_.out_h * params_.out_w) *
         double(codes_.size());
}

}  // namespace octet::kernels
