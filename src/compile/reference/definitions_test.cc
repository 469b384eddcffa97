// The operations that sum, each against its definition written another way:
// element by element, by coordinates, over all attributes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "compile/ir/text.h"
#include "compile/reference/literal_tensors.h"

namespace octet::compile {
namespace {

using ::testing::HasSubstr;

Tensor Seeded(const Shape& shape, uint64_t seed) {
  return MakeSeeded(DType::kF32, shape, seed);
}

float At(const Tensor& image, int64_t n, int64_t h, int64_t w, int64_t c) {
  const Shape& s = image.shape();
  return image.as<float>()[size_t(((n * s[1] + h) * s[2] + w) * s[3] + c)];
}

struct ConvCase {
  Shape x, w;
  std::array<int64_t, 2> strides, dilations;
  std::array<int64_t, 4> pads;
  int64_t group;
};

// Every input pixel is sent to all outputs that it belongs to, where the
// evaluator gathers what an output needs.
std::vector<double> Scattered(const ConvCase& c, const Tensor& x,
                              const Tensor& w, const Shape& ys) {
  std::vector<double> y(size_t(ys.elements()));
  const int64_t in_each = c.w[3], out_each = c.w[0] / c.group;
  for (int64_t i = 0; i < x.elements(); ++i) {
    const int64_t channel = i % c.x[3], column = i / c.x[3] % c.x[2];
    const int64_t row = i / c.x[3] / c.x[2] % c.x[1];
    const int64_t n = i / c.x[3] / c.x[2] / c.x[1];
    const int64_t group = channel / in_each;
    for (int64_t kh = 0; kh < c.w[1]; ++kh) {
      for (int64_t kw = 0; kw < c.w[2]; ++kw) {
        const int64_t top = row + c.pads[0] - kh * c.dilations[0];
        const int64_t left = column + c.pads[1] - kw * c.dilations[1];
        if (top < 0 || left < 0 || top % c.strides[0] != 0 ||
            left % c.strides[1] != 0 || top / c.strides[0] >= ys[1] ||
            left / c.strides[1] >= ys[2]) {
          continue;
        }
        for (int64_t o = group * out_each; o < (group + 1) * out_each; ++o) {
          const int64_t at =
              ((n * ys[1] + top / c.strides[0]) * ys[2] + left / c.strides[1]) *
                  ys[3] +
              o;
          y[size_t(at)] += double(At(x, n, row, column, channel)) *
                           double(At(w, o, kh, kw, channel % in_each));
        }
      }
    }
  }
  return y;
}

TEST(Conv, GathersWhatItsInputsSend) {
  const ConvCase cases[] = {
      {{1, 5, 6, 2}, {3, 1, 1, 2}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
      {{2, 5, 6, 2}, {3, 3, 2, 2}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
      {{1, 5, 6, 2}, {3, 3, 3, 2}, {2, 3}, {1, 1}, {1, 1, 1, 1}, 1},
      {{1, 7, 7, 1}, {2, 3, 3, 1}, {1, 2}, {3, 2}, {2, 0, 1, 3}, 1},
      {{1, 5, 5, 6}, {4, 3, 3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 2},
      {{1, 4, 4, 3}, {3, 3, 3, 1}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 3},
      {{1, 4, 4, 3}, {6, 2, 2, 1}, {2, 2}, {1, 1}, {0, 0, 0, 0}, 3},
      {{1, 1, 9, 2}, {2, 1, 4, 2}, {1, 4}, {1, 2}, {0, 3, 0, 3}, 1},
      // All of the window lies in the padding at two corners.
      {{1, 2, 2, 1}, {1, 2, 2, 1}, {1, 1}, {1, 1}, {3, 3, 3, 3}, 1},
      {{0, 4, 4, 1}, {1, 2, 2, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
  };
  for (const ConvCase& c : cases) {
    SCOPED_TRACE(c.x.ToString() + " by " + c.w.ToString());
    const Tensor x = Seeded(c.x, 1), w = Seeded(c.w, 2);
    const auto y = RunOp(Conv{.strides = c.strides,
                              .pads = c.pads,
                              .dilations = c.dilations,
                              .group = c.group,
                              .fusion = {}},
                         {&x, &w});
    ASSERT_TRUE(y.ok()) << y.status().message();
    const std::vector<double> expected = Scattered(c, x, w, y->shape());
    for (size_t i = 0; i < expected.size(); ++i) {
      // The seeds' numbers are multiples of 2^-10: all sums are exact.
      ASSERT_EQ(y->as<float>()[i], float(expected[i])) << i;
    }
  }
}

struct PoolCase {
  std::array<int64_t, 2> kernel, strides;
  std::array<int64_t, 4> pads;
};

// One output by its definition; `counted` gets how many pixels are in it.
double Pooled(const PoolCase& c, const Tensor& x, int64_t oh, int64_t ow,
              int64_t channel, bool max, int64_t& counted) {
  double result = max ? -std::numeric_limits<double>::infinity() : 0;
  counted = 0;
  for (int64_t k = 0; k < c.kernel[0] * c.kernel[1]; ++k) {
    const int64_t h = oh * c.strides[0] - c.pads[0] + k / c.kernel[1];
    const int64_t w = ow * c.strides[1] - c.pads[1] + k % c.kernel[1];
    if (h < 0 || w < 0 || h >= x.shape()[1] || w >= x.shape()[2]) continue;
    const double v = double(At(x, 0, h, w, channel));
    result = max ? std::max(result, v) : result + v;
    ++counted;
  }
  return result;
}

TEST(Pool, FollowsItsDefinitionForEveryWindow) {
  const PoolCase cases[] = {
      {{1, 1}, {1, 1}, {0, 0, 0, 0}}, {{2, 2}, {2, 2}, {0, 0, 0, 0}},
      {{3, 2}, {1, 2}, {1, 0, 1, 1}}, {{2, 3}, {3, 1}, {1, 2, 0, 0}},
      {{5, 7}, {1, 1}, {0, 0, 0, 0}}, {{5, 5}, {1, 1}, {2, 2, 2, 2}},
      {{3, 3}, {2, 2}, {0, 0, 1, 1}},
  };
  const Tensor x = Seeded({1, 5, 7, 3}, 4);
  for (const PoolCase& c : cases) {
    for (const bool max : {true, false}) {
      for (const bool include_pad : {false, true}) {
        const auto y = RunOp(Pool{.op = max ? PoolOp::kMax : PoolOp::kAverage,
                                  .kernel = c.kernel,
                                  .strides = c.strides,
                                  .pads = c.pads,
                                  .count_include_pad = include_pad},
                             {&x});
        ASSERT_TRUE(y.ok()) << y.status().message();
        const Shape& s = y->shape();
        for (int64_t i = 0; i < y->elements(); ++i) {
          const int64_t oh = i / s[3] / s[2], ow = i / s[3] % s[2];
          int64_t counted = 0;
          double expected = Pooled(c, x, oh, ow, i % s[3], max, counted);
          if (!max) {
            expected /=
                double(include_pad ? c.kernel[0] * c.kernel[1] : counted);
          }
          ASSERT_EQ(y->as<float>()[size_t(i)], float(expected))
              << c.kernel[0] << "x" << c.kernel[1] << " at " << i;
        }
      }
    }
  }
}

TEST(MatMul, FollowsItsDefinitionForEveryBatch) {
  const std::pair<Shape, Shape> cases[] = {
      {{3, 4}, {4, 2}},       {{2, 3, 4}, {4, 2}},
      {{3, 4}, {2, 4, 2}},    {{2, 1, 3, 4}, {1, 5, 4, 2}},
      {{2, 3, 4}, {2, 4, 1}}, {{1, 1}, {1, 1}},
      {{3, 0}, {0, 2}},       {{0, 4}, {4, 2}},
  };
  for (const auto& [a_shape, b_shape] : cases) {
    SCOPED_TRACE(a_shape.ToString() + " by " + b_shape.ToString());
    const Tensor a = Seeded(a_shape, 5), b = Seeded(b_shape, 6);
    const auto y = RunOp(MatMul{}, {&a, &b});
    ASSERT_TRUE(y.ok()) << y.status().message();
    const Shape& s = y->shape();
    const int64_t m = a_shape[a_shape.rank() - 2], n = s[s.rank() - 1];
    const int64_t k = a_shape[a_shape.rank() - 1];
    const int64_t a_batches = a_shape.rank() == 2 ? 1 : a_shape[0];
    const int64_t b_batches = b_shape.rank() == 2 ? 1 : b_shape[0];
    for (int64_t i = 0; i < y->elements(); ++i) {
      const int64_t batch = i / (m * n), row = i / n % m, column = i % n;
      // [2, 1] by [1, 5]: the outer index is a's, the inner one b's.
      const bool crossed = a_shape.rank() == 4;
      const int64_t of_a = crossed ? batch / 5 : batch % a_batches;
      const int64_t of_b = crossed ? batch % 5 : batch % b_batches;
      double sum = 0;
      for (int64_t j = 0; j < k; ++j) {
        sum += double(a.as<float>()[size_t((of_a * m + row) * k + j)]) *
               double(b.as<float>()[size_t((of_b * k + j) * n + column)]);
      }
      ASSERT_EQ(y->as<float>()[size_t(i)], float(sum)) << i;
    }
  }
}

// Every subset of the axes, with numbers small enough to be exact.
TEST(Reduce, FollowsItsDefinitionForEverySetOfAxes) {
  const Shape shape{2, 3, 4};
  const Tensor x = Seeded(shape, 7);
  for (int set = 0; set < 8; ++set) {
    Reduce op{.op = ReduceOp::kSum, .axes = {}, .keep_dims = true};
    Shape kept = shape;
    for (int axis = 0; axis < 3; ++axis) {
      if ((set >> axis & 1) == 0) continue;
      op.axes.push_back(axis);
      kept[axis] = 1;
    }
    std::vector<double> sums(size_t(kept.elements()));
    std::vector<float> largest(sums.size(), -10);
    for (int64_t i = 0; i < x.elements(); ++i) {
      const int64_t at[] = {i / 12 % kept[0], i / 4 % 3 % kept[1],
                            i % 4 % kept[2]};
      const auto to = size_t((at[0] * kept[1] + at[1]) * kept[2] + at[2]);
      sums[to] += double(x.as<float>()[size_t(i)]);
      largest[to] = std::max(largest[to], x.as<float>()[size_t(i)]);
    }
    const auto sum = RunOp(op, {&x});
    ASSERT_TRUE(sum.ok()) << sum.status().message();
    EXPECT_EQ(sum->shape(), kept);
    op.op = ReduceOp::kMax;
    const auto most = RunOp(op, {&x});
    op.op = ReduceOp::kMean;
    const auto mean = RunOp(op, {&x});
    for (size_t i = 0; i < sums.size(); ++i) {
      const double count = double(x.elements()) / double(sums.size());
      EXPECT_EQ(sum->as<float>()[i], float(sums[i])) << set;
      EXPECT_EQ(most->as<float>()[i], largest[i]) << set;
      EXPECT_EQ(mean->as<float>()[i], float(sums[i] / count)) << set;
    }
    op.keep_dims = false;
    EXPECT_EQ(RunOp(op, {&x})->shape().rank(), 3 - int(op.axes.size()));
  }
}

TEST(Reduce, StartsFromTheNeutralElementWhereThereIsNothing) {
  const Tensor empty = F32({2, 0}, {});
  const auto run = [&](ReduceOp op) {
    return RunOp(Reduce{.op = op, .axes = {1}, .keep_dims = false}, {&empty})
        ->as<float>()[1];
  };
  EXPECT_EQ(run(ReduceOp::kSum), 0);
  EXPECT_EQ(run(ReduceOp::kSumSquare), 0);
  EXPECT_EQ(run(ReduceOp::kProd), 1);
  EXPECT_EQ(run(ReduceOp::kMax), -INFINITY);
  EXPECT_EQ(run(ReduceOp::kMin), INFINITY);
}

TEST(Softmax, FollowsItsDefinitionAlongEveryAxis) {
  const Shape shape{2, 3, 4};
  const Tensor x = Seeded(shape, 8);
  for (int axis = 0; axis < 3; ++axis) {
    const int64_t step = axis == 0 ? 12 : axis == 1 ? 4 : 1;
    const auto y = RunOp(Softmax{.axis = axis}, {&x});
    const auto from_the_end = RunOp(Softmax{.axis = axis - 3}, {&x});
    ASSERT_TRUE(y.ok()) << y.status().message();
    for (int64_t i = 0; i < x.elements(); ++i) {
      const int64_t first = i - i / step % shape[axis] * step;
      double sum = 0;
      for (int64_t k = 0; k < shape[axis]; ++k) {
        sum += std::exp(double(x.as<float>()[size_t(first + k * step)]));
      }
      const double share = std::exp(double(x.as<float>()[size_t(i)])) / sum;
      EXPECT_FLOAT_EQ(y->as<float>()[size_t(i)], float(share));
      EXPECT_EQ(y->as<float>()[size_t(i)],
                from_the_end->as<float>()[size_t(i)]);
    }
  }
}

TEST(LayerNorm, LeavesMeanZeroAndVarianceOneOverItsAxes) {
  const Tensor x = Seeded({3, 4, 5}, 9);
  for (int axis = 0; axis < 3; ++axis) {
    const int64_t count = axis == 0 ? 60 : axis == 1 ? 20 : 5;
    Tensor ones(DType::kF32, Shape{count});
    std::ranges::fill(ones.as<float>(), 1.0f);
    const auto y = RunOp(LayerNorm{.axis = axis, .epsilon = 0}, {&x, &ones});
    ASSERT_TRUE(y.ok()) << y.status().message();
    for (int64_t row = 0; row < 60 / count; ++row) {
      double sum = 0, squares = 0;
      for (int64_t i = 0; i < count; ++i) {
        const double v = double(y->as<float>()[size_t(row * count + i)]);
        sum += v;
        squares += v * v;
      }
      EXPECT_NEAR(sum / double(count), 0, 1e-6) << axis;
      EXPECT_NEAR(squares / double(count), 1, 1e-6) << axis;
    }
  }
}

struct Refusal {
  Op op;
  std::vector<Shape> inputs;
  const char* expected;
};

TEST(Sums, SayWhyTheyRefuse) {
  Conv grouped;
  grouped.group = 2;
  Conv padded;
  padded.pads = {-1, 0, 0, 0};
  Conv fused;
  fused.fusion.residual = true;
  const Refusal refusals[] = {
      {Conv{}, {{1, 3, 3, 2}, {1, 1, 1, 3}}, "in 1 groups do not fit"},
      {grouped, {{1, 3, 3, 2}, {3, 1, 1, 1}}, "in 2 groups do not fit"},
      {Conv{}, {{3, 3, 2}, {1, 1, 1, 2}}, "do not fit"},
      {Conv{}, {{1, 2, 2, 1}, {1, 3, 1, 1}}, "larger than the padded input"},
      {padded, {{1, 3, 3, 1}, {1, 1, 1, 1}}, "a window of size -1"},
      {fused,
       {{1, 2, 2, 1}, {1, 1, 1, 1}, {1}, {1, 2, 1, 1}},
       "the residual is not of the output's shape [1, 2, 2, 1]"},
      {Conv{},
       {{1, 2, 2, 1}, {1, 1, 1, 1}, {2}},
       "a bias of shape [2] for 1 output channels"},
      {MatMul{}, {{2, 3}, {2, 3}}, "a matrix product of [2, 3] by [2, 3]"},
      {MatMul{}, {{2, 2, 3}, {3, 3, 1}}, "[2]"},
      {MatMul{}, {{}, {3}}, "a matrix product of a scalar"},
      {Softmax{.axis = 2}, {{2, 3}}, "axis"},
      {LayerNorm{.axis = -1, .epsilon = 1e-5f},
       {{2, 3}, {2}},
       "2 scales and 2 biases for 3 normalized elements"},
      {Pool{}, {{2, 3}}, "pooling of [2, 3], not [N, H, W, C]"},
  };
  for (const Refusal& refusal : refusals) {
    std::vector<Tensor> tensors;
    for (const Shape& shape : refusal.inputs)
      tensors.push_back(Seeded(shape, 1));
    std::vector<const Tensor*> inputs;
    for (const Tensor& tensor : tensors) inputs.push_back(&tensor);
    const auto y = RunOp(refusal.op, inputs);
    EXPECT_EQ(y.status().code(), Code::kBadInput) << refusal.expected;
    EXPECT_THAT(y.status().message(), HasSubstr(refusal.expected));
    EXPECT_THAT(y.status().message(), HasSubstr("node 'node' ("));
  }
}

}  // namespace
}  // namespace octet::compile
