// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_POOL_POOL_PROBLEM_H_
#define OCTET_KERNELS_POOL_POOL_PROBLEM_H_

#include "base/quant.h"
#include "kernels/pool/pool.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/quant.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

inline PoolShape PoolShapeOf(const Problem& problem) {
  const auto x = problem.List("x"), kernel = problem.List("kernel");
  const auto stride = problem.List("stride", {1, 1});
  const auto pad = problem.List("pad", {0, 0, 0, 0});
  const auto gap = problem.List("gap", {0, 0});
  PoolShape s{};
  s.kind = problem.Has("max") ? PoolKind::kMax : PoolKind::kAverage;
  s.count_include_pad = problem.Has("include");
  s.batch = x[0];
  s.in_h = x[1];
  s.in_w = x[2];
  s.channels = x[3];
  s.x_pixel_stride = x[3] + gap[0];
  s.y_pixel_stride = x[3] + gap[1];
  s.window.kernel_h = int(kernel[0]);
  s.window.kernel_w = int(kernel[1]);
  s.window.stride_h = int(stride[0]);
  s.window.stride_w = int(stride[1]);
  s.window.pad_top = int(pad[0]);
  s.window.pad_left = int(pad[1]);
  s.out_h = (x[1] + pad[0] + pad[2] - kernel[0]) / stride[0] + 1;
  s.out_w = (x[2] + pad[1] + pad[3] - kernel[1]) / stride[1] + 1;
  return s;
}

inline int64_t PoolInputSize(const PoolShape& s) {
  return s.batch * s.in_h * s.in_w * s.x_pixel_stride;
}
inline int64_t PoolOutputSize(const PoolShape& s) {
  return s.batch * s.out_h * s.out_w * s.y_pixel_stride;
}

// Each owns the operands that params points to, the output among them.
struct PoolU8Problem {
  explicit PoolU8Problem(const Problem& problem) {
    params.shape = PoolShapeOf(problem);
    Random random(1);
    x = RandomCodes(PoolInputSize(params.shape), random);
    for (int64_t i = 0; i < x.elements() && problem.Has("extreme"); ++i) {
      x[i] = 255;
    }
    const int64_t entries =
        problem.Has("per_channel") ? params.shape.channels : 1;
    x_quant = RandomQuant(entries, random, 0.03);
    y_quant = RandomQuant(entries, random, 0.02);
    y = Buffer<uint8_t>(PoolOutputSize(params.shape));
    params.x = x.get();
    params.x_quant = View(x_quant);
    params.y_quant = View(y_quant);
    params.y = y.get();
  }
  PoolU8Problem(const PoolU8Problem&) = delete;

  PoolU8Params params{};
  QuantParams x_quant, y_quant;
  Buffer<uint8_t> x{0}, y{0};
};

struct PoolF32Problem {
  explicit PoolF32Problem(const Problem& problem) {
    params.shape = PoolShapeOf(problem);
    Random random(1);
    x = RandomReals(PoolInputSize(params.shape), random);
    y = Buffer<float>(PoolOutputSize(params.shape));
    params.x = x.get();
    params.y = y.get();
  }
  PoolF32Problem(const PoolF32Problem&) = delete;

  PoolF32Params params{};
  Buffer<float> x{0}, y{0};
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_POOL_POOL_PROBLEM_H_
