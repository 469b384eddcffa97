// How a kernel's output is held against the reference's.
#ifndef OCTET_KERNELS_TESTING_CHECK_H_
#define OCTET_KERNELS_TESTING_CHECK_H_

#include <gtest/gtest.h>

#include <string>

#include "kernels/testing/random.h"
#include "kernels/testing/run.h"

namespace octet::kernels {

// Numbers of parts that a result may not depend on.
inline constexpr int64_t kPartCounts[] = {1, 2, 3, 7};

// Runs every row of `table` that this machine has, in one and in more parts,
// each into a fresh buffer, and calls check(row, output). `set_output` points
// params at a buffer of `elements`.
template <typename T, typename Params, typename Set, typename Check>
void ForEachRow(KernelTable<Params> table, Params params, int64_t elements,
                int64_t scratch_bytes, const Set& set_output,
                const Check& check) {
  for (const Kernel<Params>& row : RunnableRows(table)) {
    for (int64_t parts : kPartCounts) {
      SCOPED_TRACE(std::string(row.name) + ", " + std::to_string(parts) +
                   " parts");
      Buffer<T> output(elements);
      set_output(params, output.get());
      RunInParts(row.fn, params, parts, scratch_bytes);
      check(row, output);
      if (testing::Test::HasFailure()) return;
    }
  }
}

// Expects the bytes of the table's last row, its reference, from all rows.
template <typename T, typename Params, typename Set>
void ExpectEqualBits(KernelTable<Params> table, Params params, int64_t elements,
                     int64_t scratch_bytes, const Set& set_output) {
  Buffer<T> expected(elements);
  set_output(params, expected.get());
  RunInParts(table.rows[table.size - 1].fn, params, 1, scratch_bytes);
  ForEachRow<T>(table, params, elements, scratch_bytes, set_output,
                [&](const Kernel<Params>&, const Buffer<T>& output) {
                  const int64_t i = expected.FirstDifference(output);
                  ASSERT_EQ(i, -1)
                      << "expected " << +expected[i] << ", got " << +output[i];
                });
}

// Expects |output - expected| <= bound[i] where bound[i] >= 0 and equal numbers
// elsewhere (gaps between rows), and that a row's output does not depend on the
// number of parts.
template <typename Params, typename Set>
void ExpectNear(KernelTable<Params> table, Params params, int64_t elements,
                int64_t scratch_bytes, const Set& set_output,
                const Buffer<float>& bound) {
  Buffer<float> expected(elements), whole(elements);
  set_output(params, expected.get());
  RunInParts(table.rows[table.size - 1].fn, params, 1, scratch_bytes);
  const char* name = nullptr;
  ForEachRow<float>(
      table, params, elements, scratch_bytes, set_output,
      [&](const Kernel<Params>& row, const Buffer<float>& output) {
        if (row.name != name) whole = output;
        name = row.name;
        ASSERT_EQ(whole.FirstDifference(output), -1) << "depends on parts";
        for (int64_t i = 0; i < elements; ++i) {
          if (bound[i] >= 0) {
            ASSERT_NEAR(output[i], expected[i], bound[i]) << "element " << i;
          } else {
            ASSERT_EQ(output[i], expected[i]) << "gap element " << i;
          }
        }
      });
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TESTING_CHECK_H_
