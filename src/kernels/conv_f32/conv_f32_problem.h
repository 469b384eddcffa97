// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_CONV_F32_CONV_F32_PROBLEM_H_
#define OCTET_KERNELS_CONV_F32_CONV_F32_PROBLEM_H_

#include <vector>

#include "kernels/conv_f32/conv_f32.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Owns the operands that params points to, the output among them.
struct ConvF32Problem {
  explicit ConvF32Problem(const Problem& problem);
  ConvF32Problem(const ConvF32Problem&) = delete;

  double macs() const;

  ConvF32Params params;
  int64_t k;  // products of a sum
  Random random{1};
  std::vector<float> weights;
  Buffer<float> x{0}, packed{0}, bias{0}, residual{0}, y{0};
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_CONV_F32_PROBLEM_H_
