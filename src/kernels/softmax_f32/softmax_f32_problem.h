// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_SOFTMAX_F32_SOFTMAX_F32_PROBLEM_H_
#define OCTET_KERNELS_SOFTMAX_F32_SOFTMAX_F32_PROBLEM_H_

#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Owns the operands that params points to, the output among them.
struct SoftmaxF32Problem {
  explicit SoftmaxF32Problem(const Problem& problem) {
    const auto size = problem.List("size"), gap = problem.List("gap", {0, 0});
    SoftmaxF32Params& p = params;
    p.outer = size[0];
    p.size = size[1];
    p.inner = size[2];
    p.x_axis_stride = p.inner + gap[0];
    p.y_axis_stride = p.inner + gap[1];
    p.x_outer_stride = p.size * p.x_axis_stride;
    p.y_outer_stride = p.size * p.y_axis_stride;
    Random random(1);
    const float range = problem.Has("large") ? 1.5e38f : 10;
    x = RandomReals(p.outer * p.x_outer_stride, random, -range, range);
    if (problem.Has("expected")) {
      p.y_outer_stride = p.y_axis_stride;
      weights = RandomReals(p.size, random, -3, 3);
      p.weights = weights.get();
    }
    y = Buffer<float>(p.outer * p.y_outer_stride);
    p.x = x.get();
    p.y = y.get();
  }
  SoftmaxF32Problem(const SoftmaxF32Problem&) = delete;

  SoftmaxF32Params params{};
  Buffer<float> x{0}, y{0}, weights{0};
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_SOFTMAX_F32_SOFTMAX_F32_PROBLEM_H_
