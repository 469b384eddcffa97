#include "kernels/reduce_f32/reduce_f32.h"

#include <algorithm>
#include <limits>

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

constexpr const char* kOpNames[] = {"mean", "sum",  "max",
                                    "min",  "prod", "sum_square"};

ReduceF32Params ParamsOf(const Problem& problem, int64_t* x_elements,
                         int64_t* y_elements) {
  const auto x = problem.List("x"), axes = problem.List("axes");
  ReduceF32Params p{};
  for (size_t i = 0; i < std::size(kOpNames); ++i) {
    if (problem.Word("op") == kOpNames[i]) p.op = ReduceOp(i);
  }
  std::vector<int64_t> strides(x.size());
  int64_t size = 1;
  for (size_t d = x.size(); d-- > 0;) {
    strides[d] = size;
    size *= x[d];
    if (d + 1 == x.size()) size += problem.Int("gap", 0);
  }
  *x_elements = size;
  for (size_t d = 0; d < x.size(); ++d) {
    if (std::find(axes.begin(), axes.end(), int64_t(d)) != axes.end()) {
      p.reduced[p.reduced_rank] = x[d];
      p.x_reduced_strides[p.reduced_rank++] = strides[d];
    } else {
      p.kept[p.kept_rank] = x[d];
      p.x_kept_strides[p.kept_rank++] = strides[d];
    }
  }
  *y_elements = 1;
  for (int d = p.kept_rank - 1; d >= 0; --d) {
    p.y_strides[d] = *y_elements;
    *y_elements *= p.kept[d];
  }
  return p;
}

TEST(ReduceF32, StaysWithinTheBoundOfTheReference) {
  for (const Problem& problem : ReadProblems("reduce_f32")) {
    SCOPED_TRACE(problem.line());
    int64_t x_elements, y_elements;
    ReduceF32Params p = ParamsOf(problem, &x_elements, &y_elements);
    Random random(1);
    const Buffer<float> x = RandomReals(x_elements, random);
    p.x = x.get();
    float count = 1;
    for (int d = 0; d < p.reduced_rank; ++d) count *= float(p.reduced[d]);
    const bool is_exact = p.op == ReduceOp::kMax || p.op == ReduceOp::kMin;
    Buffer<float> bound(y_elements);
    for (int64_t i = 0; i < y_elements; ++i) {
      bound[i] =
          is_exact ? -1
                   : 2 * count * count * std::numeric_limits<float>::epsilon();
    }
    ExpectNear(
        ReduceF32Kernels(), p, y_elements, PlanReduceF32(p, 4).scratch_bytes,
        [](ReduceF32Params& params, float* y) { params.y = y; }, bound);
    if (HasFailure()) return;
  }
}

TEST(ReduceF32, ReferenceComputesEveryOperation) {
  const float x[] = {1, 2, 4};
  const float expected[] = {7.0f / 3, 7, 4, 1, 8, 21};
  for (int op = 0; op < 6; ++op) {
    int64_t x_elements, y_elements;
    ReduceF32Params p =
        ParamsOf(Problem("x=3 axes=0"), &x_elements, &y_elements);
    float y;
    p.op = ReduceOp(op);
    p.x = x;
    p.y = &y;
    ReduceF32Reference(p, 0, 1, nullptr);
    EXPECT_EQ(y, expected[op]) << kOpNames[op];
  }
}

}  // namespace
}  // namespace octet::kernels
