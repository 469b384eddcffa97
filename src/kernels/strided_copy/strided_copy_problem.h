// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_STRIDED_COPY_STRIDED_COPY_PROBLEM_H_
#define OCTET_KERNELS_STRIDED_COPY_STRIDED_COPY_PROBLEM_H_

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "kernels/strided_copy/strided_copy.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

inline std::vector<int64_t> CopyStrides(const std::string& word) {
  std::vector<int64_t> numbers;
  std::istringstream parts(word);
  for (std::string part; std::getline(parts, part, ':');) {
    numbers.push_back(std::stoll(part));
  }
  return numbers;
}

// Elements from the first to the last one reached, counted from `at`.
inline int64_t CopyReach(int64_t at, const std::vector<int64_t>& extents,
                         const int64_t* strides) {
  for (size_t d = 0; d < extents.size(); ++d) {
    at += std::max<int64_t>(0, (extents[d] - 1) * strides[d]);
  }
  return at + 1;
}

// Owns the operands that params points to, the output among them.
struct StridedCopyProblem {
  explicit StridedCopyProblem(const Problem& problem) {
    const auto extents = problem.List("extents");
    const auto x_strides = CopyStrides(problem.Word("x"));
    const auto y_strides = CopyStrides(problem.Word("y"));
    const int64_t x_at = problem.Int("x_at", 0), y_at = problem.Int("y_at", 0);
    StridedCopyParams& p = params;
    p.element_bytes = problem.Int("bytes", 4);
    p.rank = int(extents.size());
    std::ranges::copy(extents, p.extents);
    std::ranges::copy(x_strides, p.x_strides);
    std::ranges::copy(y_strides, p.y_strides);
    Random random(1);
    x = RandomCodes(CopyReach(x_at, extents, p.x_strides) * p.element_bytes,
                    random);
    y = Buffer<uint8_t>(CopyReach(y_at, extents, p.y_strides) *
                        p.element_bytes);
    y_offset = y_at * p.element_bytes;
    bytes = p.element_bytes;
    for (int64_t extent : extents) bytes *= extent;
    p.x = x.get() + x_at * p.element_bytes;
    p.y = y.get() + y_offset;
  }
  StridedCopyProblem(const StridedCopyProblem&) = delete;

  StridedCopyParams params{};
  int64_t y_offset = 0;  // of params.y in y, bytes
  int64_t bytes = 0;     // that are copied
  Buffer<uint8_t> x{0}, y{0};
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_STRIDED_COPY_STRIDED_COPY_PROBLEM_H_
