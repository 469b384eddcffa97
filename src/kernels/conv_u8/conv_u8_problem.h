// A problem line of conv_u8 with its memory, for the test and the benchmark.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_PROBLEM_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_PROBLEM_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_pack.h"
#include "kernels/epilogue/epilogue_problem.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Words beside those of EpilogueProblem:
//   x=NxHxWxC out=O kernel=HxW     the shape
//   stride=HxW dilation=HxW        1x1 without
//   pad=TOPxLEFTxBOTTOMxRIGHT      none without
//   group=G                        1 without
//   parts=P                        weights P times too large for an s8
//   bell                           weights as trained ones: most are small
//   xgap=N                         elements between the pixels of x
//   zero=Z                         x_zero, 131 without
//   fill=X:W                       all activations X and all weights W
//   bias                           an int32 bias
class ConvU8Problem {
 public:
  explicit ConvU8Problem(const Problem& problem);

  // The parameters, writing to outputs made by NewU8 and NewF32.
  ConvU8Params WriteTo(Buffer<uint8_t>& u8, Buffer<float>& f32) const;
  Buffer<uint8_t> NewU8() const { return Buffer<uint8_t>(u8_elements_); }
  Buffer<float> NewF32() const { return Buffer<float>(f32_elements_); }

  double macs() const;
  const std::vector<int32_t>& codes() const { return codes_; }
  const std::vector<int32_t>& bias() const { return bias_; }

 private:
  ConvU8Params params_;
  std::vector<int32_t> codes_;  // [O][kh][kw][I / group]
  std::vector<int32_t> bias_;
  Buffer<uint8_t> x_;
  Buffer<int8_t> weight_;
  std::unique_ptr<EpilogueProblem> epilogue_;
  int64_t u8_elements_;
  int64_t f32_elements_;
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_PROBLEM_H_
