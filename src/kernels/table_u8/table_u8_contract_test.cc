#include <algorithm>

#include "kernels/table_u8/table_u8.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

void CheckRows(int64_t rows, int64_t columns, int64_t x_gap, int64_t y_gap,
               const uint8_t* table) {
  SCOPED_TRACE(testing::Message() << rows << " rows of " << columns << ", gaps "
                                  << x_gap << " and " << y_gap);
  Random random(uint64_t(rows * 1000 + columns));
  TableU8Params p{};
  p.rows = rows;
  p.columns = columns;
  p.x_stride = columns + x_gap;
  p.y_stride = columns + y_gap;
  const Buffer<uint8_t> x = RandomCodes(rows * p.x_stride + 1, random);
  p.x = x.get() + 1;
  p.table = table;
  std::vector<int> expected(size_t(rows * p.y_stride), kGap);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      expected[size_t(r * p.y_stride + c)] = table[p.x[r * p.x_stride + c]];
    }
  }
  ExpectOutput<uint8_t>(
      TableU8Kernels(), p, PlanTableU8(p, 4).scratch_bytes, expected,
      [](TableU8Params& params, uint8_t* y) { params.y = y; });
}

// One byte off a boundary, as a table inside an engine's constants may be.
struct Table {
  Table() {
    Random random(9);
    for (int i = 0; i < 256; ++i) memory[i + 1] = uint8_t(random.Int(0, 255));
  }
  const uint8_t* get() const { return memory + 1; }
  alignas(64) uint8_t memory[257 + 64] = {};
};

TEST(TableU8Contract, LooksUpRowsOfEveryLength) {
  const Table table;
  for (int64_t columns = 0; columns <= 140; ++columns) {
    CheckRows(3, columns, columns % 3, columns % 4, table.get());
    if (HasFailure()) return;
  }
}

TEST(TableU8Contract, LooksUpDenseRowsAsOne) {
  const Table table;
  for (int64_t columns : {1, 5, 63, 64, 65, 1000}) {
    for (int64_t rows : {0, 1, 2, 33}) {
      CheckRows(rows, columns, 0, 0, table.get());
      if (HasFailure()) return;
    }
  }
}

// A permutation shows a code that was looked up in a wrong sixteenth.
TEST(TableU8Contract, InvertsAPermutation) {
  Random random(4);
  uint8_t there[256], back[256];
  for (int i = 0; i < 256; ++i) there[i] = uint8_t(i);
  for (int i = 255; i > 0; --i) std::swap(there[i], there[random.Int(0, i)]);
  for (int i = 0; i < 256; ++i) back[there[i]] = uint8_t(i);
  for (const auto& row : RunnableRows(TableU8Kernels())) {
    Buffer<uint8_t> codes(256);
    for (int i = 0; i < 256; ++i) codes[i] = uint8_t(i);
    TableU8Params p{4, 64, codes.get(), 64, codes.get(), 64, there};
    RunInParts(row.fn, p, 3, 0);
    p.table = back;
    RunInParts(row.fn, p, 2, 0);
    for (int i = 0; i < 256; ++i) ASSERT_EQ(codes[i], i) << row.name;
  }
}

TEST(PlanTableU8, CutsOnlyWhatIsWorthIt) {
  TableU8Params p{};
  p.rows = 1;
  p.columns = 10000;
  EXPECT_EQ(PlanTableU8(p, 4).parts, 1);
  p.columns = 10000000;
  EXPECT_EQ(PlanTableU8(p, 4).parts, 16);
  EXPECT_EQ(PlanTableU8(p, 1).parts, 1);
  EXPECT_EQ(PlanTableU8(p, 4).scratch_bytes, 0);
}

}  // namespace
}  // namespace octet::kernels
