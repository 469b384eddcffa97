#include "kernels/fill/fill.h"

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

template <typename T>
void CheckProblem(const Problem& problem, T element) {
  const auto size = problem.List("size");
  FillParams p{};
  p.element_bytes = sizeof(T);
  std::memcpy(&p.bits, &element, sizeof(T));
  p.rows = size[0];
  p.columns = size[1];
  p.y_stride = p.columns + problem.Int("gap", 0);
  const int64_t elements = p.rows * p.y_stride;
  ForEachRow<T>(
      FillKernels(), p, elements, PlanFill(p, 4).scratch_bytes,
      [](FillParams& params, T* y) { params.y = y; },
      [&](const Kernel<FillParams>&, const Buffer<T>& output) {
        Buffer<T> expected(elements);
        for (int64_t i = 0; i < elements; ++i) {
          if (i % p.y_stride < p.columns) expected[i] = element;
        }
        EXPECT_EQ(expected.FirstDifference(output), -1);
      });
}

TEST(Fill, WritesTheElementAndNothingElse) {
  for (const Problem& problem : ReadProblems("fill")) {
    SCOPED_TRACE(problem.line());
    switch (problem.Int("bytes", 4)) {
      case 1:
        CheckProblem<uint8_t>(problem, 200);
        break;
      case 2:
        CheckProblem<uint16_t>(problem, 0x3c00);
        break;
      case 4:
        CheckProblem<float>(problem, -1.5f);
        break;
      default:
        CheckProblem<int64_t>(problem, -7000000000);
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace octet::kernels
