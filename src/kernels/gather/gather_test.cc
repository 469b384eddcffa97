#include "kernels/gather/gather.h"

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

TEST(Gather, PicksSlicesAndCountsNegativeIndicesFromTheEnd) {
  for (const Problem& problem : ReadProblems("gather")) {
    SCOPED_TRACE(problem.line());
    const auto size = problem.List("x");
    GatherParams p{};
    p.element_bytes = problem.Int("bytes", 4);
    p.index_bytes = problem.Int("index", 8);
    p.outer = size[0];
    p.size = size[1];
    p.inner = size[2];
    p.count = problem.Int("count", 0);
    Random random(1);
    const int64_t slice = p.inner * p.element_bytes;
    const Buffer<uint8_t> x = RandomCodes(p.outer * p.size * slice, random);
    std::vector<int64_t> wide;
    std::vector<int32_t> narrow;
    for (int64_t i = 0; i < p.count; ++i) {
      wide.push_back(random.Int(-p.size, p.size - 1));
      narrow.push_back(int32_t(wide.back()));
    }
    p.x = x.get();
    p.indices = p.index_bytes == 4 ? static_cast<const void*>(narrow.data())
                                   : wide.data();
    EXPECT_TRUE(GatherIndicesInRange(p));
    Buffer<uint8_t> expected(p.outer * p.count * slice);
    for (int64_t i = 0; i < expected.elements(); ++i) {
      int64_t index = wide[size_t(i / slice % p.count)];
      if (index < 0) index += p.size;
      expected[i] =
          x[(i / slice / p.count * p.size + index) * slice + i % slice];
    }
    ForEachRow<uint8_t>(
        GatherKernels(), p, expected.elements(), PlanGather(p, 4).scratch_bytes,
        [](GatherParams& params, uint8_t* y) { params.y = y; },
        [&](const Kernel<GatherParams>&, const Buffer<uint8_t>& output) {
          EXPECT_EQ(expected.FirstDifference(output), -1);
        });
    if (HasFailure()) return;
  }
}

TEST(GatherIndicesInRange, RefusesAnIndexOnEitherSide) {
  GatherParams p{};
  p.size = 3;
  p.count = 2;
  p.index_bytes = 8;
  int64_t indices[] = {-3, 2};
  p.indices = indices;
  EXPECT_TRUE(GatherIndicesInRange(p));
  indices[0] = -4;
  EXPECT_FALSE(GatherIndicesInRange(p));
  indices[0] = 3;
  EXPECT_FALSE(GatherIndicesInRange(p));
}

}  // namespace
}  // namespace octet::kernels
