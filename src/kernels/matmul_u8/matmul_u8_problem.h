// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_MATMUL_U8_MATMUL_U8_PROBLEM_H_
#define OCTET_KERNELS_MATMUL_U8_MATMUL_U8_PROBLEM_H_

#include <utility>

#include "kernels/matmul_u8/matmul_u8.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Owns the operands that params points to, the output among them.
struct MatMulU8Problem {
  explicit MatMulU8Problem(const Problem& problem);

  MatMulU8Problem(const MatMulU8Problem&) = delete;

  MatMulU8Params params{};
  Random random{1};
  Buffer<uint8_t> a{0}, b{0}, y{0};
};

// Matrices of all heads, rows of `columns` codes that are `gap` elements from
// one another.
inline MatricesOfCodes HeadsOf(int64_t heads, int64_t rows, int64_t columns,
                               bool apart, int64_t gap = 1) {
  MatricesOfCodes made{};
  made.batch_stride[0] = (apart ? columns : rows * columns) * gap;
  made.row_stride = (apart ? heads * columns : columns) * gap;
  made.column_stride = gap;
  return made;
}

inline MatMulU8Problem::MatMulU8Problem(const Problem& problem) {
  const auto mk = problem.List("mk");
  const int64_t m = mk[0], k = mk[1], n = problem.Int("n", 1);
  const int64_t heads = problem.Int("heads", 1);
  const int64_t gap = problem.Has("scattered") ? 2 : 1;
  const auto codes = [&](int64_t elements) {
    Buffer<uint8_t> made = RandomCodes(elements, random);
    for (int64_t i = 0; problem.Has("extreme") && i < elements; ++i) {
      made[i] = made[i] > 40 ? 255 : 0;
    }
    return made;
  };
  a = codes(heads * m * k);
  b = codes(heads * k * n * gap);
  y = Buffer<uint8_t>(heads * m * n);
  MatMulU8Params& p = params;
  p.rows = m, p.depth = k, p.columns = n;
  p.batch_rank = 1;
  p.batch[0] = heads;
  p.a = HeadsOf(heads, m, k, problem.Has("a_apart"));
  p.b = HeadsOf(heads, k, n, problem.Has("b_apart"), gap);
  if (problem.Has("b_transposed")) {
    p.b = HeadsOf(heads, n, k, problem.Has("b_apart"), gap);
    std::swap(p.b.row_stride, p.b.column_stride);
  }
  if (problem.Has("repeat_a")) p.a.batch_stride[0] = 0;
  if (problem.Has("repeat_b")) p.b.batch_stride[0] = 0;
  p.a.at = a.get(), p.a.zero = int32_t(problem.Int("za", 131));
  p.b.at = b.get(), p.b.zero = int32_t(problem.Int("zb", 120));
  const MatricesOfCodes result = HeadsOf(heads, m, n, problem.Has("y_apart"));
  p.y = y.get(), p.y_zero = int32_t(problem.Int("zy", 126));
  p.y_batch_stride[0] = result.batch_stride[0];
  p.y_row_stride = result.row_stride;
  p.scale = float(1e-6 * problem.Real("scale", 1700));
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_MATMUL_U8_MATMUL_U8_PROBLEM_H_
