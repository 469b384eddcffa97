// A problem line of depthwise_u8 with its memory, for the test and the
// benchmark.
#ifndef OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_PROBLEM_H_
#define OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_PROBLEM_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/epilogue/epilogue_problem.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Words beside those of EpilogueProblem:
//   x=NxHxWxC                      the shape
//   kernel=HxW                     3x3 without
//   stride=HxW dilation=HxW        1x1 without
//   pad=TOPxLEFTxBOTTOMxRIGHT      none without
//   xgap=N                         elements between the pixels of x
//   fill=X:W                       all activations X and all weights W
//   bias                           an int32 bias
// The zero points of x always differ from channel to channel.
class DepthwiseU8Problem {
 public:
  explicit DepthwiseU8Problem(const Problem& problem);

  // The parameters, writing to outputs made by NewU8 and NewF32.
  DepthwiseU8Params WriteTo(Buffer<uint8_t>& u8, Buffer<float>& f32) const;
  Buffer<uint8_t> NewU8() const { return Buffer<uint8_t>(u8_elements_); }
  Buffer<float> NewF32() const { return Buffer<float>(f32_elements_); }

  double macs() const;
  const std::vector<int32_t>& codes() const { return codes_; }
  const std::vector<int32_t>& bias() const { return bias_; }

 private:
  DepthwiseU8Params params_;
  std::vector<int32_t> codes_;  // [C][taps]
  std::vector<int32_t> bias_;
  Buffer<uint8_t> x_, x_zero_;
  Buffer<int8_t> weight_;
  std::unique_ptr<EpilogueProblem> epilogue_;
  int64_t u8_elements_;
  int64_t f32_elements_;
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_PROBLEM_H_
