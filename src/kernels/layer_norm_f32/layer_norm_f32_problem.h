// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_LAYER_NORM_F32_LAYER_NORM_F32_PROBLEM_H_
#define OCTET_KERNELS_LAYER_NORM_F32_LAYER_NORM_F32_PROBLEM_H_

#include "kernels/layer_norm_f32/layer_norm_f32.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Owns the operands that params points to, the output among them.
struct LayerNormF32Problem {
  explicit LayerNormF32Problem(const Problem& problem)
      : offset(float(problem.Int("offset", 0))) {
    const auto size = problem.List("size"), gap = problem.List("gap", {0, 0});
    LayerNormF32Params& p = params;
    p.rows = size[0];
    p.columns = size[1];
    p.x_stride = p.columns + gap[0];
    p.y_stride = p.columns + gap[1];
    p.epsilon = 1e-5f;
    Random random(1);
    x = RandomReals(p.rows * p.x_stride, random, offset - 1, offset + 1);
    scale = RandomReals(p.columns, random);
    bias = RandomReals(p.columns, random);
    y = Buffer<float>(p.rows * p.y_stride);
    p.x = x.get();
    p.scale = scale.get();
    if (problem.Has("bias")) p.bias = bias.get();
    p.y = y.get();
  }
  LayerNormF32Problem(const LayerNormF32Problem&) = delete;

  LayerNormF32Params params{};
  float offset;  // mean of x
  Buffer<float> x{0}, scale{0}, bias{0}, y{0};
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_LAYER_NORM_F32_LAYER_NORM_F32_PROBLEM_H_
