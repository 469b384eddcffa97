// attention_half against the formula in double, within what rounding shares and
// results to halves may make of it.
#include <cmath>
#include <limits>

#include "base/half.h"
#include "kernels/attention_half/attention_half.h"
#include "kernels/batch.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/halves.h"

namespace octet::kernels {
namespace {

constexpr double kEps = std::numeric_limits<float>::epsilon();

// A half and how far a kernel may be from the number.
struct NearHalf {
  double value = 0;
  double bound = -1;  // below 0: a gap
  const HalfFormat* format = &kBF16Format;
};

bool Matches(const NearHalf& expected, uint16_t got) {
  if (expected.bound < 0) return got == GuardedOutput<uint16_t>::Untouched();
  const double real = RealOf(*expected.format, got);
  return std::abs(real - expected.value) <= expected.bound;
}

std::string Text(const NearHalf& expected) {
  return std::to_string(expected.value) + " +- " +
         std::to_string(expected.bound);
}

struct Case {
  int64_t rows, depth, keys, columns;
  bool b_by_columns = false, c_by_columns = false;
  int64_t gap = 0;   // behind the rows of all operands
  int64_t step = 1;  // between elements of b and c
  bool mask = false, mask_of_rows = false;
  int64_t batch = 1;
  bool shared_keys = false;
};

std::string Text(const Case& c, DType half) {
  return std::to_string(c.rows) + "x" + std::to_string(c.depth) + " keys " +
         std::to_string(c.keys) + " columns " + std::to_string(c.columns) +
         " gap " + std::to_string(c.gap) + " step " + std::to_string(c.step) +
         (c.b_by_columns ? " b by columns" : "") +
         (c.c_by_columns ? " c by columns" : "") + " " +
         std::string(Name(half));
}

// Strides of matrices of rows x columns; their elements.
int64_t SetStrides(const Case& c, bool by_columns, int64_t rows,
                   int64_t columns, MatricesOfHalves& operand) {
  const int64_t line = (by_columns ? rows : columns) * c.step + c.gap;
  operand.row_stride = by_columns ? c.step : line;
  operand.column_stride = by_columns ? line : c.step;
  operand.batch_stride[0] = line * (by_columns ? columns : rows);
  return c.batch * operand.batch_stride[0];
}

// Operands of a row, widened.
struct Reader {
  const AttentionHalfParams& p;
  const HalfFormat& format;
  int64_t batch;

  double At(const MatricesOfHalves& operand, int64_t i, int64_t j) const {
    return RealOf(
        format, operand.at[batch * operand.batch_stride[0] +
                           i * operand.row_stride + j * operand.column_stride]);
  }
};

// Shares of row `row` and how far, of its size, each may be from them.
double Shares(const Reader& read, int64_t row, std::vector<double>& shares) {
  const AttentionHalfParams& p = read.p;
  double largest = -HUGE_VAL, total = 0, magnitude = 1;
  for (int64_t key = 0; key < p.keys; ++key) {
    double score = p.residual == nullptr
                       ? 0
                       : p.residual[row * p.residual_row_stride + key];
    double sizes = std::abs(score);
    for (int64_t k = 0; k < p.depth; ++k) {
      const double product = read.At(p.a, row, k) * read.At(p.b, k, key);
      score += product;
      sizes += std::abs(product);
    }
    shares.push_back(score);
    largest = std::max(largest, score);
    magnitude = std::max(magnitude, sizes);
  }
  for (double& share : shares) total += share = std::exp(share - largest);
  for (double& share : shares) share /= total;
  // Errors of scores, in a share and in the total; exp and the total's sum;
  // exponentials for bf16.
  const double power = &read.format == &kBF16Format ? 0x1p-12 : 0;
  return power +
         4 * kEps * (double(p.depth + 1) * magnitude + double(p.keys + 8));
}

NearHalf ElementOf(const Reader& read, const std::vector<double>& shares,
                   double error, int64_t column) {
  const double half_place = std::ldexp(1.0, -read.format.mantissa - 1);
  const double least =
      std::ldexp(1.0, read.format.least_exponent - read.format.mantissa - 1);
  double sum = 0, sizes = 0, smallest = 0;
  for (int64_t key = 0; key < read.p.keys; ++key) {
    const double value = read.At(read.p.c, key, column);
    sum += shares[size_t(key)] * value;
    sizes += shares[size_t(key)] * std::abs(value);
    smallest += least * std::abs(value);  // shares that are denormal halves
  }
  const double before = sizes * (half_place + error) + smallest;
  return {sum,
          (before + std::abs(sum) * half_place) * (1 + 2 * half_place) + least,
          &read.format};
}

void CheckCase(const Case& c, DType half) {
  SCOPED_TRACE(Text(c, half));
  Random random(uint64_t(c.rows * 1000 + c.columns * 10 + c.depth));
  AttentionHalfParams p{};
  p.half = half;
  p.rows = c.rows, p.depth = c.depth, p.keys = c.keys, p.columns = c.columns;
  p.batch_rank = 1;
  p.batch[0] = c.batch;
  p.a.row_stride = c.depth + c.gap;
  p.a.batch_stride[0] = c.rows * p.a.row_stride;
  Buffer<float> a_reals =
      RandomReals(c.batch * p.a.batch_stride[0], random, -2, 2);
  // What lies between rows is not read as numbers.
  for (int64_t i = 0; i < a_reals.elements(); ++i) {
    if (i % p.a.row_stride >= c.depth) a_reals[i] = HUGE_VALF;
  }
  Buffer<float> b_reals = RandomReals(
      SetStrides(c, c.b_by_columns, c.depth, c.keys, p.b), random, -2, 2);
  Buffer<float> c_reals = RandomReals(
      SetStrides(c, c.c_by_columns, c.keys, c.columns, p.c), random, -2, 2);
  const Buffer<uint16_t> a = RoundToHalves(half, a_reals);
  const Buffer<uint16_t> b = RoundToHalves(half, b_reals);
  const Buffer<uint16_t> values = RoundToHalves(half, c_reals);
  p.a.at = a.get(), p.b.at = b.get(), p.c.at = values.get();
  if (c.shared_keys) p.b.batch_stride[0] = p.c.batch_stride[0] = 0;
  const Buffer<float> mask = RandomReals(c.rows * c.keys, random, -5, 0);
  if (c.mask || c.mask_of_rows) p.residual = mask.get();
  if (c.mask_of_rows) p.residual_row_stride = c.keys;
  p.y_row_stride = c.columns + c.gap;
  p.y_batch_stride[0] = c.rows * p.y_row_stride;

  std::vector<NearHalf> expected(size_t(c.batch * p.y_batch_stride[0]));
  const HalfFormat& format = *HalfFormatOf(half);
  for (int64_t i = 0; i < c.batch * c.rows; ++i) {
    const Reader read{p, format, i / c.rows};
    std::vector<double> shares;
    const double error = Shares(read, i % c.rows, shares);
    for (int64_t j = 0; j < c.columns; ++j) {
      expected[size_t(i * p.y_row_stride + j)] =
          ElementOf(read, shares, error, j);
    }
  }
  ExpectOutput<uint16_t>(
      AttentionHalfKernels(), p, PlanAttentionHalf(p, 4).scratch_bytes,
      expected, [](AttentionHalfParams& params, uint16_t* y) { params.y = y; });
}

void CheckBoth(const Case& c) {
  for (DType half : {DType::kBF16, DType::kF16}) {
    CheckCase(c, half);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(AttentionHalfContract, TakesEveryNumberOfRows) {
  for (int64_t m = 1; m <= 20; ++m) {
    CheckBoth({.rows = m, .depth = 6, .keys = 11, .columns = 5, .gap = m % 3});
    if (HasFailure()) return;
  }
}

TEST(AttentionHalfContract, TakesEveryDepth) {
  for (int64_t k = 0; k <= 70; k += k < 36 ? 1 : 5) {
    CheckBoth({.rows = 3, .depth = k, .keys = 18, .columns = 4, .gap = k % 3});
    CheckBoth({.rows = 3,
               .depth = k,
               .keys = 17,
               .columns = 4,
               .b_by_columns = true,
               .gap = 1 + k % 2});
    if (HasFailure()) return;
  }
}

TEST(AttentionHalfContract, TakesEveryNumberOfKeys) {
  for (int64_t n = 1; n <= 140; n += n < 36 ? 1 : 7) {
    CheckBoth({.rows = 7, .depth = 5, .keys = n, .columns = 9, .mask = true});
    CheckBoth({.rows = 2,
               .depth = 4,
               .keys = n,
               .columns = 6,
               .b_by_columns = true,
               .c_by_columns = true,
               .mask_of_rows = true});
    if (HasFailure()) return;
  }
}

TEST(AttentionHalfContract, TakesEveryNumberOfColumns) {
  for (int64_t n = 1; n <= 140; n += n < 70 ? 1 : 7) {
    CheckBoth({.rows = 7, .depth = 3, .keys = 5, .columns = n, .gap = n % 3});
    if (HasFailure()) return;
  }
}

TEST(AttentionHalfContract, TakesOperandsOfWhichNothingLiesTogether) {
  CheckBoth({.rows = 5, .depth = 7, .keys = 19, .columns = 21, .step = 3});
  CheckBoth({.rows = 5,
             .depth = 7,
             .keys = 19,
             .columns = 21,
             .b_by_columns = true,
             .c_by_columns = true,
             .step = 2});
}

TEST(AttentionHalfContract, TakesBatchesThatShareKeys) {
  CheckBoth({.rows = 300, .depth = 3, .keys = 9, .columns = 5, .batch = 3});
  CheckBoth({.rows = 9,
             .depth = 8,
             .keys = 30,
             .columns = 17,
             .gap = 1,
             .mask_of_rows = true,
             .batch = 3,
             .shared_keys = true});
}

TEST(AttentionHalfContract, MakesZerosOfNoKeys) {
  CheckBoth({.rows = 9, .depth = 4, .keys = 0, .columns = 3, .gap = 1});
}

TEST(AttentionHalfContract, DoesNothingForEmptyProducts) {
  CheckBoth({.rows = 0, .depth = 4, .keys = 5, .columns = 3});
  CheckBoth({.rows = 3, .depth = 4, .keys = 5, .columns = 0, .gap = 1});
  CheckBoth({.rows = 3, .depth = 4, .keys = 5, .columns = 2, .batch = 0});
}

}  // namespace
}  // namespace octet::kernels
