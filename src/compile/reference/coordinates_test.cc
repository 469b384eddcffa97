// What moves elements, each by the rule that says which element of the input
// stands at a place of the output.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <numeric>

#include "compile/reference/literal_tensors.h"

namespace octet::compile {
namespace {

using Place = std::vector<int64_t>;
// The place in the input of what stands at this place of the output; empty for
// what stands in no input.
using Rule = std::function<Place(const Place&)>;

Place PlaceOf(const Shape& shape, int64_t element) {
  Place place(size_t(shape.rank()));
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    place[size_t(axis)] = element % shape[axis];
    element /= shape[axis];
  }
  return place;
}

int64_t ElementAt(const Shape& shape, const Place& place) {
  int64_t element = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    element = element * shape[axis] + place[size_t(axis)];
  }
  return element;
}

constexpr int64_t kFillValue = -7;

void ExpectMoves(const Op& op, const Shape& x_shape, const Shape& y_shape,
                 const Rule& rule) {
  SCOPED_TRACE(std::string(KindName(op)) + " of " + x_shape.ToString());
  const Tensor x = Counting(x_shape);
  const auto y = RunOp(op, {&x});
  ASSERT_TRUE(y.ok()) << y.status().message();
  ASSERT_EQ(y->shape(), y_shape);
  for (int64_t i = 0; i < y->elements(); ++i) {
    const Place from = rule(PlaceOf(y_shape, i));
    const int64_t expected =
        from.empty() ? kFillValue : ElementAt(x_shape, from);
    ASSERT_EQ(y->as<int64_t>()[size_t(i)], expected) << "element " << i;
  }
}

TEST(Transpose, PutsAxisPermOfXIntoEveryAxis) {
  std::vector<int64_t> perm = {0, 1, 2, 3};
  const Shape x{2, 3, 4, 5};
  do {
    Shape y = x;
    for (size_t i = 0; i < 4; ++i) y[int(i)] = x[int(perm[i])];
    ExpectMoves(Transpose{.perm = perm}, x, y, [&](const Place& at) {
      Place from(4);
      for (size_t i = 0; i < 4; ++i) from[size_t(perm[i])] = at[i];
      return from;
    });
  } while (std::ranges::next_permutation(perm).found);
  ExpectMoves(Transpose{.perm = {1, 0}}, {0, 3}, {3, 0}, {});
}

struct SliceCase {
  Slice op;
  Shape y;
};

TEST(Slice, TakesEveryStepFromItsStart) {
  const Shape x{4, 1, 6};
  const SliceCase cases[] = {
      {{.starts = {0, 0, 0}, .sizes = {4, 1, 6}, .steps = {1, 1, 1}}, x},
      {{.starts = {1, 0, 2}, .sizes = {2, 1, 3}, .steps = {1, 1, 1}},
       {2, 1, 3}},
      {{.starts = {3, 0, 5}, .sizes = {4, 1, 2}, .steps = {-1, 1, -3}},
       {4, 1, 2}},
      {{.starts = {0, 0, 1}, .sizes = {-1, -1, -1}, .steps = {3, 1, 2}},
       {2, 1, 3}},
      {{.starts = {3, 0, 4}, .sizes = {-1, -1, -1}, .steps = {-2, -1, -4}},
       {2, 1, 2}},
      {{.starts = {4, 0, 0}, .sizes = {0, 1, 6}, .steps = {1, 1, 1}},
       {0, 1, 6}},
      {{.starts = {4, 0, 0}, .sizes = {-1, 1, 6}, .steps = {1, 1, 1}},
       {0, 1, 6}},
  };
  for (const SliceCase& c : cases) {
    ExpectMoves(c.op, x, c.y, [&](const Place& at) {
      Place from(3);
      for (size_t i = 0; i < 3; ++i) {
        from[i] = c.op.starts[i] + at[i] * c.op.steps[i];
      }
      return from;
    });
  }
}

// Reflection written as a walk back and forth, edges as a clamp.
int64_t Reflected(int64_t i, int64_t size) {
  while (i < 0 || i >= size) i = i < 0 ? -i : 2 * (size - 1) - i;
  return i;
}

TEST(Pad, FillsWhatLiesOutside) {
  struct PadCase {
    std::vector<int64_t> before, after;
  };
  const PadCase cases[] = {{{0, 0}, {0, 0}},  {{1, 2}, {3, 0}},
                           {{2, 3}, {2, 3}},  {{-1, 1}, {1, -2}},
                           {{0, -4}, {0, 0}}, {{5, 9}, {7, 8}}};
  const Shape x{3, 4};
  for (const PadCase& c : cases) {
    for (PadMode mode :
         {PadMode::kConstant, PadMode::kReflect, PadMode::kEdge}) {
      const Pad op{.mode = mode,
                   .before = c.before,
                   .after = c.after,
                   .value = float(kFillValue)};
      const Shape y{x[0] + c.before[0] + c.after[0],
                    x[1] + c.before[1] + c.after[1]};
      ExpectMoves(op, x, y, [&](const Place& at) {
        Place from(2);
        for (size_t i = 0; i < 2; ++i) {
          const int64_t size = x[int(i)];
          from[i] = at[i] - c.before[i];
          if (mode == PadMode::kEdge) {
            from[i] = std::clamp<int64_t>(from[i], 0, size - 1);
          } else if (mode == PadMode::kReflect) {
            from[i] = Reflected(from[i], size);
          } else if (from[i] < 0 || from[i] >= size) {
            return Place();
          }
        }
        return from;
      });
    }
  }
}

TEST(Tile, CountsRoundEveryAxis) {
  const Shape x{2, 3};
  for (const std::vector<int64_t>& repeats :
       {std::vector<int64_t>{1, 1}, {3, 2}, {1, 4}, {0, 1}}) {
    const Shape y{x[0] * repeats[0], x[1] * repeats[1]};
    ExpectMoves(Tile{.repeats = repeats}, x, y, [&](const Place& at) {
      return Place{at[0] % x[0], at[1] % x[1]};
    });
  }
}

TEST(Expand, ReadsAxesOfOneAgainAndAgain) {
  const Shape x{3, 1};
  ExpectMoves(Expand{.dims = {3, 4}}, x, {3, 4}, [](const Place& at) {
    return Place{at[0], 0};
  });
  ExpectMoves(Expand{.dims = {2, 1, 5}}, x, {2, 3, 5}, [](const Place& at) {
    return Place{at[1], 0};
  });
  ExpectMoves(Expand{.dims = {1}}, x, x, [](const Place& at) { return at; });
  ExpectMoves(Expand{.dims = {0}}, x, {3, 0}, {});
}

TEST(Reshape, KeepsTheOrderOfElements) {
  const Shape x{2, 6};
  const std::pair<std::vector<int64_t>, Shape> cases[] = {
      {{12}, {12}},
      {{3, -1}, {3, 4}},
      {{0, 3, 2}, {2, 3, 2}},
      {{-1, 0}, {2, 6}},
      {{1, 1, 12, 1}, {1, 1, 12, 1}},
  };
  for (const auto& [dims, y] : cases) {
    ExpectMoves(Reshape{.dims = dims}, x, y,
                [&](const Place& at) { return PlaceOf(x, ElementAt(y, at)); });
  }
}

TEST(Gather, ReplacesItsAxisByTheIndices) {
  const Shape shape{2, 3, 4};
  const Tensor x = Counting(shape);
  const Tensor indices = Literal<int32_t>(DType::kS32, {2, 2}, {1, -1, 0, -2});
  const int64_t picks[] = {1, -1, 0, -2};
  for (int axis = 0; axis < 3; ++axis) {
    const auto y = RunOp(Gather{.axis = axis}, {&x, &indices});
    ASSERT_TRUE(y.ok()) << y.status().message();
    ASSERT_EQ(y->shape().rank(), 4);
    for (int64_t i = 0; i < y->elements(); ++i) {
      Place at = PlaceOf(y->shape(), i);
      const auto place = at.begin() + axis;
      int64_t pick = picks[place[0] * 2 + place[1]];
      if (pick < 0) pick += shape[axis];
      *at.erase(place) = pick;
      ASSERT_EQ(y->as<int64_t>()[size_t(i)], ElementAt(shape, at)) << i;
    }
  }
}

TEST(Concat, PutsItsPartsBehindEachOther) {
  const Shape shapes[] = {{2, 3, 2}, {2, 0, 2}, {2, 1, 2}};
  const Tensor a = Counting(shapes[0]), b = Counting(shapes[1]),
               c = Counting(shapes[2]);
  const auto y = RunOp(Concat{.axis = 1}, {&a, &b, &c});
  ASSERT_TRUE(y.ok()) << y.status().message();
  ASSERT_EQ(y->shape(), (Shape{2, 4, 2}));
  for (int64_t i = 0; i < y->elements(); ++i) {
    Place at = PlaceOf(y->shape(), i);
    const bool first = at[1] < 3;
    if (!first) at[1] -= 3;
    EXPECT_EQ(y->as<int64_t>()[size_t(i)],
              ElementAt(first ? shapes[0] : shapes[2], at));
  }
}

// Moving asks nothing of the elements but their size.
TEST(Movers, TakeElementsOfEveryType) {
  for (DType dtype : {DType::kF32, DType::kF16, DType::kBF16, DType::kF64,
                      DType::kU8, DType::kS8, DType::kU16, DType::kS16,
                      DType::kU32, DType::kS32, DType::kS64, DType::kBool}) {
    Tensor x(dtype, Shape{2, 3});
    for (int64_t i = 0; i < x.bytes(); ++i) x.raw()[i] = std::byte(i % 2);
    const Op there[] = {
        Transpose{.perm = {1, 0}},
        Slice{.starts = {0, 2}, .sizes = {2, 3}, .steps = {1, -1}},
        Reshape{.dims = {3, 2}}};
    const Op back[] = {
        Transpose{.perm = {1, 0}},
        Slice{.starts = {0, 2}, .sizes = {2, 3}, .steps = {1, -1}},
        Reshape{.dims = {2, 3}}};
    for (size_t i = 0; i < 3; ++i) {
      const auto moved = RunOp(there[i], {&x});
      ASSERT_TRUE(moved.ok()) << Name(dtype) << moved.status().message();
      EXPECT_EQ(moved->dtype(), dtype);
      const auto again = RunOp(back[i], {&*moved});
      ASSERT_TRUE(again.ok()) << again.status().message();
      EXPECT_TRUE(std::equal(x.raw(), x.raw() + x.bytes(), again->raw()))
          << Name(dtype) << " " << KindName(there[i]);
    }
  }
}

}  // namespace
}  // namespace octet::compile
