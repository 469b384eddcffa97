// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_RESIZE_RESIZE_PROBLEM_H_
#define OCTET_KERNELS_RESIZE_RESIZE_PROBLEM_H_

#include "base/check.h"
#include "kernels/resize/resize.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

template <typename E>
E ResizeNamed(const std::string& name,
              std::initializer_list<const char*> names) {
  int i = 0;
  for (const char* candidate : names) {
    if (name == candidate) return E(i);
    ++i;
  }
  OCTET_CHECK(false);
  return E(0);
}

inline ResizeParams ResizeParamsOf(const Problem& problem) {
  const auto x = problem.List("x"), out = problem.List("out");
  const auto gap = problem.List("gap", {0, 0});
  ResizeParams p{};
  p.mode = problem.Has("linear") ? ResizeMode::kLinear : ResizeMode::kNearest;
  p.coordinates = ResizeNamed<ResizeCoordinates>(
      problem.Word("coordinates"),
      {"half_pixel", "asymmetric", "align_corners", "pytorch"});
  p.rounding = ResizeNamed<NearestRounding>(
      problem.Word("round", "floor"),
      {"prefer_floor", "prefer_ceil", "floor", "ceil"});
  p.element_bytes = problem.Int("bytes", 4);
  p.batch = x[0];
  p.in_h = x[1];
  p.in_w = x[2];
  p.channels = x[3];
  p.x_pixel_stride = x[3] + gap[0];
  p.out_h = out[0];
  p.out_w = out[1];
  p.y_pixel_stride = x[3] + gap[1];
  const std::string scale = problem.Word("scale");
  p.scale_h = scale.empty() ? float(out[0]) / float(x[1]) : std::stof(scale);
  p.scale_w = scale.empty() ? float(out[1]) / float(x[2])
                            : std::stof(scale.substr(scale.find('x') + 1));
  return p;
}

// Owns the operands that params points to, the output among them.
struct ResizeProblem {
  explicit ResizeProblem(const Problem& problem)
      : params(ResizeParamsOf(problem)) {
    ResizeParams& p = params;
    Random random(1);
    const int64_t elements = p.batch * p.in_h * p.in_w * p.x_pixel_stride;
    codes = RandomCodes(elements * p.element_bytes, random);
    reals = RandomReals(elements, random);
    const bool is_real = p.mode == ResizeMode::kLinear && p.element_bytes == 4;
    p.x = is_real ? static_cast<const void*>(reals.get()) : codes.get();
    y = Buffer<uint8_t>(p.batch * p.out_h * p.out_w * p.y_pixel_stride *
                        p.element_bytes);
    p.y = y.get();
  }
  ResizeProblem(const ResizeProblem&) = delete;

  ResizeParams params;
  Buffer<uint8_t> codes{0}, y{0};
  Buffer<float> reals{0};
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_RESIZE_RESIZE_PROBLEM_H_
