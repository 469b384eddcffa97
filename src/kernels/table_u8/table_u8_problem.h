// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_TABLE_U8_TABLE_U8_PROBLEM_H_
#define OCTET_KERNELS_TABLE_U8_TABLE_U8_PROBLEM_H_

#include "kernels/table_u8/table_u8.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Owns the operands that params points to, the output among them.
struct TableU8Problem {
  explicit TableU8Problem(const Problem& problem) {
    const auto size = problem.List("size"), gap = problem.List("gap", {0, 0});
    params.rows = size[0];
    params.columns = size[1];
    params.x_stride = size[1] + gap[0];
    params.y_stride = size[1] + gap[1];
    Random random(1);
    table = RandomCodes(256, random);
    x = RandomCodes(params.rows * params.x_stride, random);
    y = Buffer<uint8_t>(params.rows * params.y_stride);
    params.x = x.get();
    params.table = table.get();
    params.y = y.get();
  }
  TableU8Problem(const TableU8Problem&) = delete;

  TableU8Params params{};
  Buffer<uint8_t> x{0}, table{0}, y{0};
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TABLE_U8_TABLE_U8_PROBLEM_H_
