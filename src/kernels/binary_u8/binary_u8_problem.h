// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_BINARY_U8_BINARY_U8_PROBLEM_H_
#define OCTET_KERNELS_BINARY_U8_BINARY_U8_PROBLEM_H_

#include <string>

#include "base/quant.h"
#include "kernels/binary_u8/binary_u8.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/quant.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

inline BinaryU8Op OpOf(const Problem& problem) {
  const std::string op = problem.Word("op");
  return op == "mul"   ? BinaryU8Op::kMul
         : op == "sub" ? BinaryU8Op::kSub
                       : BinaryU8Op::kAdd;
}

// Owns the operands that params points to, the output among them.
struct BinaryU8Problem {
  explicit BinaryU8Problem(const Problem& problem) {
    const auto size = problem.List("size");
    const auto gap = problem.List("gap", {0, 0, 0});
    const std::string per_channel = problem.Word("per_channel");
    const std::string b_shape = problem.Word("b", "same");
    BinaryU8Params& p = params;
    p.op = OpOf(problem);
    p.images = size[0];
    p.pixels = size[1];
    p.channels = size[2];
    p.a_pixel_stride = p.channels + gap[0];
    p.y_pixel_stride = p.channels + gap[2];
    if (b_shape == "same") p.b_pixel_stride = p.channels + gap[1];
    if (b_shape == "same" || b_shape == "image") {
      p.b_image_stride =
          (b_shape == "same" ? p.pixels : 1) * (p.channels + gap[1]);
    }
    if (b_shape != "one") p.b_channel_stride = 1;
    a = RandomCodes(p.images * p.pixels * p.a_pixel_stride, random);
    b = RandomCodes(p.images * p.pixels * (p.channels + gap[1]) + 64, random);
    const auto has = [&](char name) {
      return per_channel.find(name) != std::string::npos ? p.channels : 1;
    };
    a_quant = RandomQuant(has('a'), random, problem.Real("a_scale", 0.02));
    b_quant = RandomQuant(has('b'), random, problem.Real("b_scale", 0.03));
    y_quant =
        RandomQuant(has('y'), random, p.op == BinaryU8Op::kMul ? 0.08 : 0.04);
    p.a = a.get();
    p.b = b.get();
    p.a_quant = View(a_quant);
    p.b_quant = View(b_quant);
    p.y_quant = View(y_quant);
    p.low = uint8_t(problem.Int("low", 0));
    p.high = uint8_t(problem.Int("high", 255));
    y = Buffer<uint8_t>(p.images * p.pixels * p.y_pixel_stride);
    p.y = y.get();
  }
  BinaryU8Problem(const BinaryU8Problem&) = delete;

  BinaryU8Params params{};
  Random random{3};
  Buffer<uint8_t> a{0}, b{0}, y{0};
  QuantParams a_quant, b_quant, y_quant;
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_BINARY_U8_BINARY_U8_PROBLEM_H_
