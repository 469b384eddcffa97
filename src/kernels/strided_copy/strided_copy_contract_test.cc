// strided_copy on random layouts, against the header's formula on indices.
#include <algorithm>

#include "kernels/strided_copy/strided_copy.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

// A copy and the spans of elements that its sides reach.
struct Layout {
  int rank = 0;
  int64_t extents[kMaxCopyRank] = {};
  int64_t x_strides[kMaxCopyRank] = {};
  int64_t y_strides[kMaxCopyRank] = {};
  int64_t x_first = 0, x_span = 1, y_span = 1;
};

std::string Text(const Layout& l) {
  std::string text = "extents:x:y";
  for (int d = 0; d < l.rank; ++d) {
    text += " " + std::to_string(l.extents[d]) + ":" +
            std::to_string(l.x_strides[d]) + ":" +
            std::to_string(l.y_strides[d]);
  }
  return text;
}

// Dense strides for the axes in the order of `order` (last is innermost), with
// gaps of up to `most_gap` elements between rows of each axis.
int64_t Spread(const std::vector<int>& order, const int64_t* extents,
               int64_t most_gap, Random& random, int64_t* strides) {
  int64_t size = 1;
  for (size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = size;
    size = size * extents[order[i]] + random.Int(0, most_gap);
  }
  return std::max<int64_t>(size, 1);
}

std::vector<int> Shuffled(int rank, Random& random) {
  std::vector<int> order;
  for (int d = 0; d < rank; ++d) order.push_back(d);
  for (int d = rank - 1; d > 0; --d) {
    std::swap(order[size_t(d)], order[size_t(random.Int(0, d))]);
  }
  return order;
}

Layout RandomLayout(Random& random) {
  Layout l;
  l.rank = int(random.Int(0, 5));
  const int64_t most = l.rank <= 2 ? 60 : l.rank == 3 ? 20 : 6;
  for (int d = 0; d < l.rank; ++d) l.extents[d] = random.Int(1, most);
  if (l.rank > 0 && random.Int(0, 20) == 0) l.extents[0] = 0;
  const int64_t gap = random.Int(0, 1) * 3;
  // Half of the outputs are dense and in order, as most in networks are.
  std::vector<int> order = Shuffled(l.rank, random);
  if (random.Int(0, 1) == 0) std::sort(order.begin(), order.end());
  l.y_span = Spread(order, l.extents, gap, random, l.y_strides);
  l.x_span =
      Spread(Shuffled(l.rank, random), l.extents, gap, random, l.x_strides);
  for (int d = 0; d < l.rank; ++d) {
    const int64_t kind = random.Int(0, 9);
    if (kind == 0) l.x_strides[d] = 0;  // expansion
    if (kind != 1 || l.extents[d] == 0) continue;
    l.x_first += (l.extents[d] - 1) * l.x_strides[d];  // reversal
    l.x_strides[d] = -l.x_strides[d];
  }
  return l;
}

int64_t Elements(const Layout& l) {
  int64_t n = 1;
  for (int d = 0; d < l.rank; ++d) n *= l.extents[d];
  return n;
}

// Which element of x each element of y gets; -1 for none.
std::vector<int64_t> Sources(const Layout& l) {
  std::vector<int64_t> sources(size_t(l.y_span), -1);
  for (int64_t i = 0; i < Elements(l); ++i) {
    int64_t x = l.x_first, y = 0, rest = i;
    for (int d = l.rank - 1; d >= 0; --d) {
      x += rest % l.extents[d] * l.x_strides[d];
      y += rest % l.extents[d] * l.y_strides[d];
      rest /= l.extents[d];
    }
    sources[size_t(y)] = x;
  }
  return sources;
}

StridedCopyParams ParamsOf(const Layout& l, int64_t element_bytes) {
  StridedCopyParams p{};
  p.element_bytes = element_bytes;
  p.rank = l.rank;
  std::copy(l.extents, l.extents + l.rank, p.extents);
  std::copy(l.x_strides, l.x_strides + l.rank, p.x_strides);
  std::copy(l.y_strides, l.y_strides + l.rank, p.y_strides);
  return p;
}

template <typename T>
void CheckLayout(const Layout& l) {
  SCOPED_TRACE(Text(l) + ", " + std::to_string(sizeof(T)) + " bytes");
  Random random(2);
  std::vector<T> x(size_t(l.x_span) + 1);
  for (T& element : x) element = T(random.Bits());
  const std::vector<int64_t> sources = Sources(l);
  StridedCopyParams p = ParamsOf(l, sizeof(T));
  p.x = x.data() + l.x_first;
  for (const auto& row : RunnableRows(StridedCopyKernels())) {
    for (int64_t parts : {1, 2, 5, 64}) {
      GuardedOutput<T> output(l.y_span, parts % 3);
      p.y = output.get();
      RunInParts(row.fn, p, parts, PlanStridedCopy(p, 4).scratch_bytes);
      ASSERT_TRUE(output.GuardsAreWhole()) << row.name;
      for (size_t i = 0; i < sources.size(); ++i) {
        const T expected = sources[i] < 0 ? GuardedOutput<T>::Untouched()
                                          : x[size_t(sources[i])];
        ASSERT_EQ(output[int64_t(i)], expected)
            << row.name << " in " << parts << " parts, element " << i;
      }
    }
  }
}

void CheckEverySize(const Layout& l) {
  CheckLayout<uint8_t>(l);
  CheckLayout<uint16_t>(l);
  CheckLayout<uint32_t>(l);
  CheckLayout<uint64_t>(l);
}

TEST(StridedCopyContract, MovesEveryElementOfRandomLayouts) {
  Random random(17);
  for (int i = 0; i < 250; ++i) {
    CheckEverySize(RandomLayout(random));
    if (testing::Test::HasFailure()) return;
  }
}

// Blocks have 16 x 16 elements, words of bytes 8 x 8.
TEST(StridedCopyContract, TransposesMatricesOfEverySizeAroundABlock) {
  for (int64_t rows : {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47}) {
    for (int64_t columns : {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47}) {
      Layout l;
      l.rank = 2;
      l.extents[0] = columns;
      l.extents[1] = rows;
      l.x_strides[0] = 1;
      l.x_strides[1] = columns + 2;
      l.y_strides[0] = rows + 3;
      l.y_strides[1] = 1;
      l.x_span = rows * (columns + 2);
      l.y_span = columns * (rows + 3);
      CheckEverySize(l);
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(StridedCopyContract, IsItsOwnInverseWithTheSidesChanged) {
  const auto copy = FindStridedCopy(DetectCpuLevel());
  Random random(23);
  for (int i = 0; i < 60; ++i) {
    Layout l = RandomLayout(random);
    // An expansion has no inverse, and a reversal would have to start at its
    // end: leave both out.
    bool is_plain = Elements(l) > 0;
    for (int d = 0; d < l.rank; ++d) is_plain &= l.x_strides[d] > 0;
    if (!is_plain) continue;
    Buffer<uint32_t> x(l.x_span), y(l.y_span), back(l.x_span);
    for (int64_t e = 0; e < l.x_span; ++e) {
      x[e] = uint32_t(random.Bits() | 1);
      back[e] = 0;
    }
    StridedCopyParams p = ParamsOf(l, 4);
    p.x = x.get();
    p.y = y.get();
    copy(p, 0, 1, nullptr);
    std::swap_ranges(p.x_strides, p.x_strides + p.rank, p.y_strides);
    p.x = y.get();
    p.y = back.get();
    copy(p, 0, 1, nullptr);
    for (int64_t e = 0; e < l.x_span; ++e) {
      if (back[e] == 0) continue;
      ASSERT_EQ(back[e], x[e]) << Text(l);
    }
  }
}

// Simplified describes the same copy: same pairs of elements, fewer axes.
TEST(SimplifiedContract, KeepsEveryPairOfElements) {
  Random random(31);
  for (int i = 0; i < 300; ++i) {
    const Layout l = RandomLayout(random);
    const StridedCopyParams p = Simplified(ParamsOf(l, 4));
    EXPECT_LE(p.rank, l.rank);
    Layout simple = l;
    simple.rank = p.rank;
    std::copy(p.extents, p.extents + p.rank, simple.extents);
    std::copy(p.x_strides, p.x_strides + p.rank, simple.x_strides);
    std::copy(p.y_strides, p.y_strides + p.rank, simple.y_strides);
    ASSERT_EQ(Sources(simple), Sources(l)) << Text(l);
    for (int d = 0; d < p.rank; ++d) EXPECT_NE(p.extents[d], 1) << Text(l);
    for (int d = 1; d < p.rank; ++d) {
      EXPECT_GE(p.y_strides[d - 1], p.y_strides[d]) << Text(l);
    }
  }
}

TEST(PlanStridedCopy, CountsBytes) {
  StridedCopyParams p{};
  p.element_bytes = 1;
  p.rank = 1;
  p.extents[0] = 20000;
  EXPECT_EQ(PlanStridedCopy(p, 8).parts, 1);
  p.element_bytes = 16;
  EXPECT_EQ(PlanStridedCopy(p, 8).parts, 8);
  p.extents[0] = 0;
  EXPECT_EQ(PlanStridedCopy(p, 8).parts, 1);
}

}  // namespace
}  // namespace octet::kernels
