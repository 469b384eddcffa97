#include "kernels/table_u8/table_u8.h"

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

TEST(TableU8, EqualsTheReferenceInEveryBit) {
  Random random(1);
  const Buffer<uint8_t> table = RandomCodes(256, random);
  for (const Problem& problem : ReadProblems("table_u8")) {
    SCOPED_TRACE(problem.line());
    const auto size = problem.List("size"), gap = problem.List("gap", {0, 0});
    TableU8Params p{};
    p.rows = size[0];
    p.columns = size[1];
    p.x_stride = p.columns + gap[0];
    p.y_stride = p.columns + gap[1];
    const Buffer<uint8_t> x = RandomCodes(p.rows * p.x_stride, random);
    p.x = x.get();
    p.table = table.get();
    ExpectEqualBits<uint8_t>(
        TableU8Kernels(), p, p.rows * p.y_stride,
        PlanTableU8(p, 4).scratch_bytes,
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
