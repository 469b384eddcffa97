// matmul_f32 against sums in double, within the bound of numerics.md.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/elementary/elementary.h"
#include "kernels/matmul_f32/matmul_f32.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

constexpr double kEps = std::numeric_limits<float>::epsilon();

struct Case {
  int64_t m, k, n;
  std::vector<int64_t> batch;
  unsigned a_repeats, b_repeats;  // a bit for each batch axis
  int64_t gap;                    // behind the rows of a, b and y
  bool bias;
  Function before;
  bool b_transposed = false;
  bool residual = false;
  Function after = {};
};

std::string Text(const Case& c) {
  std::string text = std::to_string(c.m) + "x" + std::to_string(c.k) + "x" +
                     std::to_string(c.n) + " gap " + std::to_string(c.gap);
  for (int64_t b : c.batch) text += " batch " + std::to_string(b);
  return text + (c.bias ? " bias " : " ") + std::string(Name(c.before.kind)) +
         (c.b_transposed ? " transposed" : "") +
         (c.residual ? " residual" : "");
}

int64_t BatchStrides(const Case& c, unsigned repeats, int64_t matrix,
                     int64_t* strides) {
  int64_t size = matrix;
  for (size_t d = c.batch.size(); d-- > 0;) {
    const bool repeated = (repeats >> d & 1) != 0;
    strides[d] = repeated ? 0 : size;
    if (!repeated) size *= c.batch[d];
  }
  return size;
}

int64_t MatrixAt(const Case& c, int64_t batch, const int64_t* strides) {
  int64_t at = 0;
  for (size_t d = c.batch.size(); d-- > 0;) {
    at += batch % c.batch[d] * strides[d];
    batch /= c.batch[d];
  }
  return at;
}

Near ElementOf(const MatMulF32Params& p, const float* a, const float* b,
               const float* residual, int64_t i, int64_t j) {
  double sum = 0, magnitude = 0;
  for (int64_t k = 0; k < p.k; ++k) {
    const double product = double(a[i * p.a_row_stride + k]) *
                           b[k * p.b_row_stride + j * p.b_column_stride];
    sum += product;
    magnitude += std::abs(product);
  }
  const double bias = p.bias == nullptr ? 0 : p.bias[j];
  const double v = sum + bias;
  const double bound = 2 * double(p.k) * kEps * magnitude +
                       kEps * (std::abs(v) + std::abs(bias));
  // All functions here have slopes of at most 1.1 and few ulp of their own.
  const double added = residual == nullptr ? 0 : residual[j];
  const double inner = Evaluate(p.before, v) + added;
  const double y = Evaluate(p.after, inner);
  const bool is_plain = p.before.kind == FunctionKind::kIdentity &&
                        p.after.kind == FunctionKind::kIdentity;
  const double with_sum =
      residual == nullptr ? bound : bound + kEps * std::abs(inner);
  return {y,
          is_plain ? with_sum : 1.3 * with_sum + 8 * kEps * (1 + std::abs(y))};
}

void CheckCase(const Case& c) {
  SCOPED_TRACE(Text(c));
  Random random(uint64_t(c.m * 1000 + c.n * 10 + c.k));
  MatMulF32Params p{};
  p.m = c.m, p.k = c.k, p.n = c.n;
  p.a_row_stride = c.k + c.gap;
  p.b_row_stride = c.b_transposed ? 1 : c.n + c.gap;
  p.b_column_stride = c.b_transposed ? c.k + c.gap : 1;
  p.y_row_stride = c.n + c.gap;
  p.batch_rank = int(c.batch.size());
  std::copy(c.batch.begin(), c.batch.end(), p.batch);
  p.before = c.before;
  p.after = c.after;
  const int64_t a_size =
      BatchStrides(c, c.a_repeats, c.m * p.a_row_stride, p.a_batch_stride);
  const int64_t b_size = BatchStrides(
      c, c.b_repeats,
      c.b_transposed ? c.n * p.b_column_stride : c.k * p.b_row_stride,
      p.b_batch_stride);
  const size_t y_size =
      size_t(BatchStrides(c, 0, c.m * p.y_row_stride, p.y_batch_stride));
  const Buffer<float> a = RandomReals(a_size + 1, random, -2, 2);
  const Buffer<float> b = RandomReals(b_size + 3, random, -2, 2);
  const Buffer<float> bias = RandomReals(c.n + 1, random, -9, 9);
  p.a = a.get() + 1;
  p.b = b.get() + 3;
  if (c.bias) p.bias = bias.get() + 1;
  // One row for all rows and batches, as a mask has it.
  const Buffer<float> residual = RandomReals(c.n + 1, random, -9, 9);
  if (c.residual) p.residual = residual.get() + 1;
  int64_t batches = 1;
  for (int64_t dim : c.batch) batches *= dim;
  std::vector<Near> expected(y_size);
  for (int64_t i = 0; i < batches * c.m; ++i) {
    for (int64_t j = 0; j < c.n; ++j) {
      expected[size_t(i * p.y_row_stride + j)] = ElementOf(
          p, p.a + MatrixAt(c, i / c.m, p.a_batch_stride),
          p.b + MatrixAt(c, i / c.m, p.b_batch_stride), p.residual, i % c.m, j);
    }
  }
  ExpectOutput<float>(MatMulF32Kernels(), p, PlanMatMulF32(p, 4).scratch_bytes,
                      expected,
                      [](MatMulF32Params& params, float* y) { params.y = y; });
}

TEST(MatMulF32Contract, TakesEveryNumberOfRows) {
  for (int64_t m = 1; m <= 40; ++m) {
    CheckCase({m, 11, 35, {}, 0, 0, m % 3, m % 2 == 0, {}});
    if (HasFailure()) return;
  }
}

TEST(MatMulF32Contract, TakesEveryNumberOfColumns) {
  for (int64_t n = 1; n <= 140; ++n) {
    CheckCase({5, 9, n, {}, 0, 0, n % 3, n % 2 == 0, {}});
    if (HasFailure()) return;
  }
}

// Around the length of a chain of sums, too.
TEST(MatMulF32Contract, TakesEveryDepth) {
  for (int64_t k = 0; k <= 20; ++k)
    CheckCase({7, k, 21, {}, 0, 0, 0, true, {}});
  for (int64_t k : {63, 64, 65, 127, 128, 129, 192, 1000}) {
    CheckCase({7, k, 21, {}, 0, 0, 1, true, {}});
    CheckCase({1, k, 70, {}, 0, 0, 0, false, {}});
  }
}

TEST(MatMulF32Contract, BroadcastsEitherOperandOverAnyBatchAxes) {
  for (unsigned a = 0; a < 4; ++a) {
    for (unsigned b = 0; b < 4; ++b) {
      CheckCase({3, 4, 18, {2, 3}, a, b, 1, true, {}});
      if (HasFailure()) return;
    }
  }
  CheckCase({2, 3, 4, {1, 2, 1, 2, 1, 2}, 0x11, 0x2a, 0, false, {}});
}

TEST(MatMulF32Contract, AppliesTheFunction) {
  const Function functions[] = {{FunctionKind::kRelu},
                                {FunctionKind::kClip, -1, 2},
                                {FunctionKind::kTanh},
                                {FunctionKind::kSigmoid},
                                {FunctionKind::kLeakyRelu, 0.1f}};
  for (const Function& before : functions) {
    CheckCase({6, 7, 40, {}, 0, 0, 0, true, before});
    CheckCase({6, 7, 33, {2}, 0, 0, 2, false, before});
    if (HasFailure()) return;
  }
}

TEST(MatMulF32Contract, ReadsATransposedRightOperand) {
  for (int64_t n : {1, 15, 16, 17, 48, 70}) {
    for (int64_t k : {0, 1, 3, 4, 5, 64, 130}) {
      CheckCase({7, k, n, {}, 0, 0, n % 2, true, {}, true});
      if (HasFailure()) return;
    }
  }
  CheckCase({3, 8, 20, {2, 3}, 0, 1, 1, false, {}, true});
}

TEST(MatMulF32Contract, AddsAResidualBetweenItsFunctions) {
  const Function relu{FunctionKind::kRelu}, tanh{FunctionKind::kTanh};
  for (const Function& before : {Function{}, relu, tanh}) {
    for (const Function& after : {Function{}, relu, tanh}) {
      CheckCase({13, 6, 35, {2}, 0, 0, 1, true, before, false, true, after});
      if (HasFailure()) return;
    }
  }
}

// The heads of an attention: columns [0, 6), [6, 12) and [12, 18) of one value,
// which meet at no line of the cache.
TEST(MatMulF32Contract, ReadsAndWritesHeadsThatLieSideBySide) {
  constexpr int64_t kHeads = 3, kRows = 10, kSize = 6, kWidth = 18;
  Random random(5);
  const Buffer<float> a = RandomReals(kRows * kWidth, random);
  const Buffer<float> b = RandomReals(kHeads * kSize * kSize, random);
  MatMulF32Params p{};
  p.m = kRows, p.k = p.n = kSize;
  p.batch_rank = 1;
  p.batch[0] = kHeads;
  p.a = a.get(), p.b = b.get();
  p.a_batch_stride[0] = p.y_batch_stride[0] = kSize;
  p.a_row_stride = p.y_row_stride = kWidth;
  p.b_batch_stride[0] = kSize * kSize;
  p.b_row_stride = kSize;
  std::vector<Near> expected(size_t(kRows * kWidth));
  for (int64_t i = 0; i < kRows * kWidth; ++i) {
    const int64_t head = i % kWidth / kSize;
    expected[size_t(i)] =
        ElementOf(p, a.get() + head * kSize, b.get() + head * kSize * kSize,
                  nullptr, i / kWidth, i % kSize);
  }
  ExpectOutput<float>(MatMulF32Kernels(), p, PlanMatMulF32(p, 4).scratch_bytes,
                      expected,
                      [](MatMulF32Params& params, float* y) { params.y = y; });
}

TEST(MatMulF32Contract, DoesNothingForEmptyProducts) {
  CheckCase({0, 4, 5, {}, 0, 0, 1, true, {}});
  CheckCase({3, 4, 0, {}, 0, 0, 1, true, {}});
  CheckCase({3, 4, 5, {0}, 0, 0, 1, true, {}});
  CheckCase({3, 0, 5, {2}, 0, 0, 1, true, {}});  // the bias alone
}

// Small integers are exact in any order.
TEST(MatMulF32Contract, IsExactForIntegers) {
  Random random(3);
  Buffer<float> a(13 * 50), b(50 * 37);
  for (int64_t i = 0; i < a.elements(); ++i) a[i] = float(random.Int(-90, 90));
  for (int64_t i = 0; i < b.elements(); ++i) b[i] = float(random.Int(-90, 90));
  std::vector<Near> expected;
  for (int64_t i = 0; i < 13; ++i) {
    for (int64_t j = 0; j < 37; ++j) {
      int64_t sum = 0;
      for (int64_t k = 0; k < 50; ++k) {
        sum += int64_t(a[i * 50 + k]) * int64_t(b[k * 37 + j]);
      }
      expected.push_back({double(sum), 0});
    }
  }
  MatMulF32Params p{};
  p.m = 13, p.k = 50, p.n = 37;
  p.a = a.get(), p.b = b.get();
  p.a_row_stride = 50, p.b_row_stride = p.y_row_stride = 37;
  ExpectOutput<float>(MatMulF32Kernels(), p, PlanMatMulF32(p, 4).scratch_bytes,
                      expected,
                      [](MatMulF32Params& params, float* y) { params.y = y; });
}

TEST(MatMulF32Contract, SpreadsANanOverItsRowOnly) {
  Buffer<float> a(8 * 5), b(5 * 20);
  for (int64_t i = 0; i < a.elements(); ++i) a[i] = 1;
  for (int64_t i = 0; i < b.elements(); ++i) b[i] = 2;
  a[3 * 5 + 2] = std::numeric_limits<float>::quiet_NaN();
  a[6 * 5] = std::numeric_limits<float>::infinity();
  std::vector<Near> expected;
  for (int64_t i = 0; i < 8 * 20; ++i) {
    expected.push_back({i / 20 == 3 ? NAN : i / 20 == 6 ? HUGE_VAL : 10, 0});
  }
  MatMulF32Params p{};
  p.m = 8, p.k = 5, p.n = 20;
  p.a = a.get(), p.b = b.get();
  p.a_row_stride = 5, p.b_row_stride = p.y_row_stride = 20;
  ExpectOutput<float>(MatMulF32Kernels(), p, PlanMatMulF32(p, 4).scratch_bytes,
                      expected,
                      [](MatMulF32Params& params, float* y) { params.y = y; });
}

}  // namespace
}  // namespace octet::kernels
