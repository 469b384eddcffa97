#include <limits>

#include "kernels/gather/gather.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

struct Shape {
  int64_t outer, size, inner, count;
};

// Slices of every element size and both widths of index. `expected` is built
// from the header's formula byte by byte.
void CheckShape(const Shape& s, int64_t element_bytes, int64_t index_bytes) {
  SCOPED_TRACE(testing::Message()
               << s.outer << "x" << s.size << "x" << s.inner << " count "
               << s.count << ", " << element_bytes << " bytes, indices of "
               << index_bytes);
  Random random(uint64_t(s.count * 8 + element_bytes));
  const int64_t slice = s.inner * element_bytes;
  const Buffer<uint8_t> x = RandomCodes(s.outer * s.size * slice + 1, random);
  std::vector<int64_t> wide;
  std::vector<int32_t> narrow;
  for (int64_t j = 0; j < s.count; ++j) {
    wide.push_back(random.Int(-s.size, s.size - 1));
    narrow.push_back(int32_t(wide.back()));
  }
  GatherParams p{};
  p.element_bytes = element_bytes;
  p.outer = s.outer;
  p.size = s.size;
  p.inner = s.inner;
  p.count = s.count;
  p.index_bytes = index_bytes;
  p.x = x.get() + 1;
  p.indices =
      index_bytes == 8 ? static_cast<const void*>(wide.data()) : narrow.data();
  ASSERT_TRUE(GatherIndicesInRange(p));
  std::vector<int> expected;
  for (int64_t o = 0; o < s.outer; ++o) {
    for (int64_t index : wide) {
      const int64_t from = o * s.size + (index < 0 ? index + s.size : index);
      for (int64_t b = 0; b < slice; ++b) {
        expected.push_back(x[1 + from * slice + b]);
      }
    }
  }
  ExpectOutput<uint8_t>(GatherKernels(), p, PlanGather(p, 4).scratch_bytes,
                        expected,
                        [](GatherParams& params, uint8_t* y) { params.y = y; });
}

TEST(GatherContract, PicksSlicesOfEveryShape) {
  const Shape shapes[] = {{1, 1, 1, 1},  {1, 9, 1, 30}, {4, 3, 5, 7},
                          {2, 8, 33, 4}, {1, 5, 0, 3},  {0, 5, 2, 3},
                          {3, 7, 4, 0},  {5, 2, 64, 2}};
  for (const Shape& shape : shapes) {
    for (int64_t element_bytes : {1, 2, 4, 8, 3}) {
      for (int64_t index_bytes : {4, 8}) {
        CheckShape(shape, element_bytes, index_bytes);
        if (HasFailure()) return;
      }
    }
  }
}

template <typename Index>
bool InRange(int64_t size, std::vector<Index> indices) {
  GatherParams p{};
  p.size = size;
  p.count = int64_t(indices.size());
  p.index_bytes = sizeof(Index);
  p.indices = indices.data();
  return GatherIndicesInRange(p);
}

TEST(GatherContract, FindsAnIndexOutOfRangeWhereverItStands) {
  for (size_t at = 0; at < 5; ++at) {
    for (int64_t bad :
         {int64_t{4}, int64_t{-5}, std::numeric_limits<int64_t>::max(),
          std::numeric_limits<int64_t>::min()}) {
      std::vector<int64_t> indices = {0, -4, 3, -1, 2};
      EXPECT_TRUE(InRange(4, indices));
      indices[at] = bad;
      EXPECT_FALSE(InRange(4, indices)) << bad << " at " << at;
    }
  }
}

TEST(GatherContract, ReadsNarrowIndicesAsNarrow) {
  // As an int64, {0, 1} would be 2^32.
  EXPECT_TRUE(InRange<int32_t>(2, {0, 1}));
  EXPECT_FALSE(InRange<int32_t>(2, {0, 2}));
  EXPECT_FALSE(InRange<int32_t>(2, {std::numeric_limits<int32_t>::min(), 0}));
}

TEST(GatherContract, LetsNoIndexPointIntoNothing) {
  EXPECT_FALSE(InRange<int64_t>(0, {0}));
  EXPECT_FALSE(InRange<int64_t>(0, {-1}));
  EXPECT_TRUE(InRange<int64_t>(0, {}));
}

}  // namespace
}  // namespace octet::kernels
