#include "kernels/strided_copy/strided_copy.h"

#include <algorithm>
#include <sstream>

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

std::vector<int64_t> Strides(const std::string& word) {
  std::vector<int64_t> numbers;
  std::istringstream parts(word);
  for (std::string part; std::getline(parts, part, ':');) {
    numbers.push_back(std::stoll(part));
  }
  return numbers;
}

// Elements from the first to the last one reached, counted from `at`.
int64_t Reach(int64_t at, const std::vector<int64_t>& extents,
              const int64_t* strides) {
  for (size_t d = 0; d < extents.size(); ++d) {
    at += std::max<int64_t>(0, (extents[d] - 1) * strides[d]);
  }
  return at + 1;
}

template <typename T>
void CheckProblem(const Problem& problem) {
  const auto extents = problem.List("extents");
  const auto x_strides = Strides(problem.Word("x"));
  const auto y_strides = Strides(problem.Word("y"));
  const int64_t x_at = problem.Int("x_at", 0), y_at = problem.Int("y_at", 0);
  StridedCopyParams p{};
  p.element_bytes = sizeof(T);
  p.rank = int(extents.size());
  std::copy(extents.begin(), extents.end(), p.extents);
  std::copy(x_strides.begin(), x_strides.end(), p.x_strides);
  std::copy(y_strides.begin(), y_strides.end(), p.y_strides);
  Buffer<T> x(Reach(x_at, extents, p.x_strides));
  Random random(1);
  for (int64_t i = 0; i < x.elements(); ++i) x[i] = T(random.Bits());
  p.x = x.get() + x_at;
  ExpectEqualBits<T>(
      StridedCopyKernels(), p, Reach(y_at, extents, p.y_strides),
      PlanStridedCopy(p, 4).scratch_bytes,
      [&](StridedCopyParams& params, T* y) { params.y = y + y_at; });
}

TEST(StridedCopy, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("strided_copy")) {
    SCOPED_TRACE(problem.line());
    switch (problem.Int("bytes", 4)) {
      case 1:
        CheckProblem<uint8_t>(problem);
        break;
      case 2:
        CheckProblem<uint16_t>(problem);
        break;
      case 4:
        CheckProblem<uint32_t>(problem);
        break;
      default:
        CheckProblem<uint64_t>(problem);
    }
    if (HasFailure()) return;
  }
}

TEST(StridedCopy, ReferenceTransposes) {
  const uint32_t x[] = {1, 2, 3, 4, 5, 6};
  uint32_t y[6];
  StridedCopyReference({4, 2, {3, 2}, {1, 3}, {2, 1}, x, y}, 0, 1, nullptr);
  const uint32_t expected[] = {1, 4, 2, 5, 3, 6};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(y[i], expected[i]);
}

TEST(Simplified, JoinsAxesThatBothSidesStepThroughEvenly) {
  const StridedCopyParams p = Simplified(
      {4, 4, {2, 1, 5, 8}, {80, 7, 8, 1}, {40, 3, 8, 1}, nullptr, nullptr});
  EXPECT_EQ(p.rank, 2);
  EXPECT_EQ(p.extents[1], 40);
  EXPECT_EQ(p.x_strides[0], 80);
}

TEST(Simplified, PutsTheAxisWithTheSmallestOutputStrideLast) {
  const StridedCopyParams p =
      Simplified({4, 2, {6, 4}, {1, 6}, {1, 6}, nullptr, nullptr});
  ASSERT_EQ(p.rank, 1);
  EXPECT_EQ(p.extents[0], 24);
  EXPECT_EQ(p.y_strides[0], 1);
}

}  // namespace
}  // namespace octet::kernels
