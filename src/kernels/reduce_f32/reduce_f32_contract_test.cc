// reduce_f32 on every set of axes, against the header's formula in double.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/reduce_f32/reduce_f32.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

constexpr double kEps = std::numeric_limits<float>::epsilon();
constexpr ReduceOp kOps[] = {ReduceOp::kMean, ReduceOp::kSum,
                             ReduceOp::kMax,  ReduceOp::kMin,
                             ReduceOp::kProd, ReduceOp::kSumSquare};

// A tensor, which of its axes go (a bit each) and the gaps behind its rows and
// behind the rows of the result.
struct Case {
  ReduceOp op;
  std::vector<int64_t> dims;
  unsigned axes;
  int64_t x_gap, y_gap;
};

std::string Text(const Case& c) {
  std::string text = "op " + std::to_string(int(c.op)) + " axes " +
                     std::to_string(c.axes) + " of";
  for (int64_t dim : c.dims) text += " " + std::to_string(dim);
  return text;
}

// Strides of a dense tensor with a gap behind its last axis; its size.
int64_t Strides(const std::vector<int64_t>& dims, int64_t gap,
                std::vector<int64_t>& strides) {
  int64_t size = 1;
  strides.resize(dims.size());
  for (size_t d = dims.size(); d-- > 0;) {
    strides[d] = size;
    size *= dims[d];
    if (d + 1 == dims.size()) size += gap;
  }
  return size;
}

struct Layout {
  ReduceF32Params params{};
  int64_t x_size, y_size;
};

Layout LayoutOf(const Case& c) {
  Layout layout;
  ReduceF32Params& p = layout.params;
  std::vector<int64_t> x_strides, kept, y_strides;
  layout.x_size = Strides(c.dims, c.x_gap, x_strides);
  p.op = c.op;
  for (size_t d = 0; d < c.dims.size(); ++d) {
    if ((c.axes >> d & 1) != 0) {
      p.reduced[p.reduced_rank] = c.dims[d];
      p.x_reduced_strides[p.reduced_rank++] = x_strides[d];
    } else {
      kept.push_back(c.dims[d]);
      p.kept[p.kept_rank] = c.dims[d];
      p.x_kept_strides[p.kept_rank++] = x_strides[d];
    }
  }
  layout.y_size = Strides(kept, kept.empty() ? 0 : c.y_gap, y_strides);
  std::copy(y_strides.begin(), y_strides.end(), p.y_strides);
  return layout;
}

// One result, from all elements of x that go into it.
Near Reduced(ReduceOp op, const std::vector<float>& elements) {
  double sum = 0, squares = 0, product = 1, magnitude = 0;
  double largest = -HUGE_VAL, least = HUGE_VAL;
  for (float x : elements) {
    sum += x;
    magnitude += std::abs(x);
    squares += double(x) * x;
    product *= x;
    largest = std::fmax(largest, x);
    least = std::fmin(least, x);
  }
  const double n = double(elements.size());
  switch (op) {
    case ReduceOp::kMean:
      return {sum / n, kEps * (magnitude + 1e-30)};
    case ReduceOp::kSum:
      return {sum, kEps * n * magnitude};
    case ReduceOp::kMax:
      return {largest, 0};
    case ReduceOp::kMin:
      return {least, 0};
    case ReduceOp::kProd:
      return {product, kEps * n * std::abs(product)};
    default:
      return {squares, kEps * (n + 1) * squares};
  }
}

std::vector<Near> ExpectedOf(const Case& c, const Layout& layout,
                             const float* x) {
  std::vector<int64_t> x_strides;
  Strides(c.dims, c.x_gap, x_strides);
  std::vector<std::vector<float>> elements(size_t(layout.y_size));
  std::vector<bool> exists(size_t(layout.y_size), false);
  const ReduceF32Params& p = layout.params;
  int64_t results = 1, count = 1;
  for (int d = 0; d < p.kept_rank; ++d) results *= p.kept[d];
  for (int64_t dim : c.dims) count *= dim;
  for (int64_t i = 0; i < results; ++i) {
    int64_t at = 0, rest = i;
    for (int d = p.kept_rank - 1; d >= 0; --d) {
      at += rest % p.kept[d] * p.y_strides[d];
      rest /= p.kept[d];
    }
    exists[size_t(at)] = true;
  }
  for (int64_t i = 0; i < count; ++i) {
    int64_t from = 0, to = 0, rest = i;
    int kept = p.kept_rank;
    for (size_t d = c.dims.size(); d-- > 0;) {
      const int64_t index = rest % c.dims[d];
      rest /= c.dims[d];
      from += index * x_strides[d];
      if ((c.axes >> d & 1) == 0) to += index * p.y_strides[--kept];
    }
    elements[size_t(to)].push_back(x[from]);
  }
  std::vector<Near> expected;
  for (size_t i = 0; i < elements.size(); ++i) {
    expected.push_back(exists[i] ? Reduced(c.op, elements[i]) : Near{});
  }
  return expected;
}

void CheckCase(const Case& c) {
  SCOPED_TRACE(Text(c));
  Layout layout = LayoutOf(c);
  Random random(uint64_t(c.axes * 8 + unsigned(c.op)));
  // Products of numbers around one neither vanish nor overflow.
  const bool is_product = c.op == ReduceOp::kProd;
  const Buffer<float> x = RandomReals(
      layout.x_size + 1, random, is_product ? 0.8f : -3, is_product ? 1.2f : 3);
  layout.params.x = x.get() + 1;
  ExpectOutput<float>(ReduceF32Kernels(), layout.params,
                      PlanReduceF32(layout.params, 4).scratch_bytes,
                      ExpectedOf(c, layout, x.get() + 1),
                      [](ReduceF32Params& params, float* y) { params.y = y; });
}

TEST(ReduceF32Contract, TakesEverySetOfAxes) {
  for (ReduceOp op : kOps) {
    for (unsigned axes = 0; axes < 16; ++axes) {
      CheckCase({op, {2, 3, 5, 19}, axes, 0, 0});
      CheckCase({op, {3, 4, 1, 9}, axes, 2, 3});
      if (HasFailure()) return;
    }
  }
}

TEST(ReduceF32Contract, TakesRowsAndColumnsOfEveryLength) {
  for (ReduceOp op : kOps) {
    for (int64_t n = 1; n <= 70; ++n) {
      CheckCase({op, {3, n}, 2, n % 3, 0});  // rows
      CheckCase({op, {3, n}, 1, n % 3, 2});  // columns
      CheckCase({op, {2, 4, n}, 5, 0, n % 2});
      if (HasFailure()) return;
    }
  }
}

TEST(ReduceF32Contract, GivesTheStartOfAnOperationForNothing) {
  const double starts[] = {NAN, 0, -HUGE_VAL, HUGE_VAL, 1, 0};
  for (size_t i = 0; i < std::size(kOps); ++i) {
    for (unsigned axes : {1u, 2u, 3u}) {
      Case c{kOps[i], {3, 4}, axes, 0, 0};
      for (size_t d = 0; d < 2; ++d) {
        if ((axes >> d & 1) != 0) c.dims[d] = 0;
      }
      Layout layout = LayoutOf(c);
      const float x = 9;
      layout.params.x = &x;
      const int64_t results = axes == 1 ? 4 : axes == 2 ? 3 : 1;
      const std::vector<Near> expected(size_t(results), Near{starts[i], 0});
      ExpectOutput<float>(
          ReduceF32Kernels(), layout.params, 0, expected,
          [](ReduceF32Params& params, float* y) { params.y = y; });
    }
  }
}

TEST(ReduceF32Contract, DoesNothingWhereNothingIsKept) {
  for (ReduceOp op : kOps) {
    CheckCase({op, {0, 4}, 2, 0, 0});
    CheckCase({op, {4, 0}, 1, 0, 0});
  }
}

TEST(ReduceF32Contract, CarriesInfinities) {
  constexpr double kInfinity = HUGE_VAL;
  Buffer<float> x(20);
  for (int64_t i = 0; i < 20; ++i) x[i] = float(i + 1);
  x[13] = -std::numeric_limits<float>::infinity();
  const double results[] = {-kInfinity, -kInfinity, 20,
                            -kInfinity, -kInfinity, kInfinity};
  for (size_t i = 0; i < std::size(kOps); ++i) {
    Layout layout = LayoutOf({kOps[i], {20}, 1, 0, 0});
    layout.params.x = x.get();
    ExpectOutput<float>(
        ReduceF32Kernels(), layout.params, 0,
        std::vector<Near>{{results[i], 0}},
        [](ReduceF32Params& params, float* y) { params.y = y; });
  }
}

// A float counts to 2^24 and no further, one at a time: lanes must not be worse
// than the reference.
TEST(ReduceF32Contract, AddsUpAMillionOnes) {
  Buffer<float> x(1 << 20);
  for (int64_t i = 0; i < x.elements(); ++i) x[i] = 1;
  for (ReduceOp op : {ReduceOp::kSum, ReduceOp::kSumSquare, ReduceOp::kMean}) {
    Layout layout = LayoutOf({op, {1 << 20}, 1, 0, 0});
    layout.params.x = x.get();
    const double expected = op == ReduceOp::kMean ? 1 : 1 << 20;
    for (const auto& row : RunnableRows(ReduceF32Kernels())) {
      float y = 0;
      layout.params.y = &y;
      RunInParts(row.fn, layout.params, 1, 0);
      EXPECT_EQ(y, expected) << row.name;
    }
  }
}

}  // namespace
}  // namespace octet::kernels
