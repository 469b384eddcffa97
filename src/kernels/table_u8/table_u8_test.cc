#include "kernels/table_u8/table_u8.h"

#include "kernels/table_u8/table_u8_problem.h"
#include "kernels/testing/check.h"

namespace octet::kernels {
namespace {

TEST(TableU8, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("table_u8")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    const TableU8Problem c(problem);
    ExpectEqualBits<uint8_t>(
        TableU8Kernels(), c.params, c.y.elements(),
        PlanTableU8(c.params, 4).scratch_bytes,
        [](TableU8Params& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(TableU8, LooksUpEveryCode) {
  uint8_t x[256 + 64] = {}, table[256];
  for (int i = 0; i < 256; ++i) {
    x[i] = uint8_t(i);
    table[i] = uint8_t(255 - i * 3);
  }
  for (const auto& row : RunnableRows(TableU8Kernels())) {
    uint8_t y[256];
    RunInParts(row.fn, TableU8Params{1, 256, x, 256, y, 256, table}, 1, 0);
    for (int i = 0; i < 256; ++i) ASSERT_EQ(y[i], table[i]) << row.name;
  }
}

TEST(TableU8, WorksInPlace) {
  Random random(2);
  const Buffer<uint8_t> x = RandomCodes(300, random);
  const Buffer<uint8_t> table = RandomCodes(256, random);
  for (const auto& row : RunnableRows(TableU8Kernels())) {
    Buffer<uint8_t> in_place = x;
    TableU8Params p{3,   100,        in_place.get(), 100, in_place.get(),
                    100, table.get()};
    RunInParts(row.fn, p, 2, 0);
    for (int i = 0; i < 300; ++i) {
      ASSERT_EQ(in_place[i], table[x[i]]) << row.name;
    }
  }
}

}  // namespace
}  // namespace octet::kernels
