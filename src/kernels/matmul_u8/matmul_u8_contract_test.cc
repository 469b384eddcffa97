// matmul_u8 against sums in 64 bits, rounded as numerics.md says.
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/quant.h"
#include "kernels/batch.h"
#include "kernels/matmul_u8/matmul_u8.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

struct Case {
  int64_t rows, depth, columns;
  std::vector<int64_t> batch = {};
  unsigned a_repeats = 0, b_repeats = 0;  // a bit for each batch axis
  int64_t gap = 0;                        // behind the rows of a, b and y
  bool b_transposed = false;
  int64_t step = 1;  // from one code of b to the next
  int32_t a_zero = 131, b_zero = 120, y_zero = 126;
};

std::string Text(const Case& c) {
  std::string text = std::to_string(c.rows) + "x" + std::to_string(c.depth) +
                     "x" + std::to_string(c.columns) + " gap " +
                     std::to_string(c.gap) + " step " + std::to_string(c.step);
  for (int64_t b : c.batch) text += " batch " + std::to_string(b);
  return text + " zeros " + std::to_string(c.a_zero) + " " +
         std::to_string(c.b_zero) + " " + std::to_string(c.y_zero) +
         (c.b_transposed ? " transposed" : "");
}

// Elements of all matrices of `matrix` elements.
int64_t SetBatchStrides(const Case& c, unsigned repeats, int64_t matrix,
                        int64_t* strides) {
  int64_t size = matrix;
  for (size_t d = c.batch.size(); d-- > 0;) {
    const bool repeated = (repeats >> d & 1) != 0;
    strides[d] = repeated ? 0 : size;
    if (!repeated) size *= c.batch[d];
  }
  return size;
}

int ElementOf(const MatMulU8Params& p, const uint8_t* a, const uint8_t* b) {
  int64_t sum = 0;
  for (int64_t k = 0; k < p.depth; ++k) {
    sum += int64_t(a[k] - p.a.zero) * (b[k * p.b.row_stride] - p.b.zero);
  }
  const double steps = std::nearbyint(double(float(sum) * p.scale));
  return int(std::clamp(steps + p.y_zero, 0.0, 255.0));
}

// Of every matrix, gaps between rows left alone.
std::vector<int> Expected(const MatMulU8Params& p, int64_t elements) {
  std::vector<int> expected(size_t(elements), kGap);
  for (int64_t i = 0; i < Batches(p.batch, p.batch_rank) * p.rows; ++i) {
    const auto offset = [&](const int64_t* strides) {
      return BatchOffset(p.batch, p.batch_rank, strides, i / p.rows);
    };
    const int64_t row = i % p.rows;
    const uint8_t* a = p.a.at + offset(p.a.batch_stride) + row * p.a.row_stride;
    const uint8_t* b = p.b.at + offset(p.b.batch_stride);
    const int64_t y = offset(p.y_batch_stride) + row * p.y_row_stride;
    for (int64_t j = 0; j < p.columns; ++j) {
      expected[size_t(y + j)] = ElementOf(p, a, b + j * p.b.column_stride);
    }
  }
  return expected;
}

void CheckExpected(const MatMulU8Params& p, int64_t elements) {
  ExpectOutput<uint8_t>(
      MatMulU8Kernels(), p, PlanMatMulU8(p, 4).scratch_bytes,
      Expected(p, elements),
      [](MatMulU8Params& params, uint8_t* y) { params.y = y; });
}

void CheckCase(const Case& c) {
  SCOPED_TRACE(Text(c));
  Random random(uint64_t(c.rows * 1000 + c.columns * 10 + c.depth));
  MatMulU8Params p{};
  p.rows = c.rows, p.depth = c.depth, p.columns = c.columns;
  p.batch_rank = int(c.batch.size());
  std::copy(c.batch.begin(), c.batch.end(), p.batch);
  p.a.row_stride = c.depth + c.gap;
  p.b.row_stride = c.columns * c.step + c.gap;
  p.b.column_stride = c.step;
  int64_t b_size = c.depth * p.b.row_stride;
  if (c.b_transposed) {
    p.b.row_stride = c.step;
    p.b.column_stride = c.depth * c.step + c.gap;
    b_size = c.columns * p.b.column_stride;
  }
  p.y_row_stride = c.columns + c.gap;
  const int64_t a_size = SetBatchStrides(
      c, c.a_repeats, c.rows * p.a.row_stride, p.a.batch_stride);
  b_size = SetBatchStrides(c, c.b_repeats, b_size, p.b.batch_stride);
  const int64_t y_size =
      SetBatchStrides(c, 0, c.rows * p.y_row_stride, p.y_batch_stride);
  const Buffer<uint8_t> a = RandomCodes(a_size + 1, random);
  const Buffer<uint8_t> b = RandomCodes(b_size + 3, random);
  p.a.at = a.get() + 1, p.a.zero = c.a_zero;
  p.b.at = b.get() + 3, p.b.zero = c.b_zero;
  p.y_zero = c.y_zero;
  // Sums of as many products of uniform codes come to some tens of steps.
  p.scale = 0.011f / float(std::sqrt(double(c.depth) + 1));
  CheckExpected(p, y_size);
}

TEST(MatMulU8Contract, TakesEveryNumberOfRows) {
  for (int64_t m = 1; m <= 20; ++m) {
    CheckCase({.rows = m, .depth = 11, .columns = 35, .gap = m % 3});
    if (HasFailure()) return;
  }
}

TEST(MatMulU8Contract, TakesEveryNumberOfColumns) {
  for (int64_t n = 1; n <= 140; ++n) {
    CheckCase({.rows = 5, .depth = 9, .columns = n, .gap = n % 3});
    CheckCase({.rows = 3, .depth = 18, .columns = n, .b_transposed = true});
    if (HasFailure()) return;
  }
}

TEST(MatMulU8Contract, TakesEveryDepth) {
  for (int64_t k = 0; k <= 70; ++k) {
    CheckCase({.rows = 7, .depth = k, .columns = 21, .gap = k % 2});
    CheckCase({.rows = 4,
               .depth = k,
               .columns = 34,
               .gap = k % 3,
               .b_transposed = true});
    CheckCase({.rows = 4, .depth = k, .columns = 18, .step = 3});
    if (HasFailure()) return;
  }
}

TEST(MatMulU8Contract, RepeatsEitherOperandOverAnyBatchAxes) {
  for (unsigned a = 0; a < 4; ++a) {
    for (unsigned b = 0; b < 4; ++b) {
      CheckCase({.rows = 3,
                 .depth = 4,
                 .columns = 18,
                 .batch = {2, 3},
                 .a_repeats = a,
                 .b_repeats = b,
                 .gap = 1});
      if (HasFailure()) return;
    }
  }
  CheckCase({.rows = 2,
             .depth = 3,
             .columns = 4,
             .batch = {1, 2, 1, 2, 1, 2},
             .a_repeats = 0x11,
             .b_repeats = 0x2a,
             .b_transposed = true});
}

TEST(MatMulU8Contract, TakesAnyZeroPoints) {
  for (int32_t a : {0, 1, 128, 254, 255}) {
    for (int32_t b : {0, 1, 128, 254, 255}) {
      for (int32_t y : {0, 255}) {
        CheckCase({.rows = 8,
                   .depth = 37,
                   .columns = 20,
                   .b_transposed = y == 0,
                   .a_zero = a,
                   .b_zero = b,
                   .y_zero = y});
        if (HasFailure()) return;
      }
    }
  }
}

// All codes at one end and zero points at the other: sums as large as an int32
// holds, of either sign.
TEST(MatMulU8Contract, SumsUpTheMostProducts) {
  constexpr int64_t kDepth = kMostProductsOfCodes;
  for (int ends = 0; ends < 4; ++ends) {
    const int a_code = ends & 1 ? 255 : 0, b_code = ends & 2 ? 255 : 0;
    SCOPED_TRACE(std::to_string(a_code) + " by " + std::to_string(b_code));
    Buffer<uint8_t> a(2 * kDepth), b(17 * kDepth);
    std::fill_n(a.get(), a.elements(), uint8_t(a_code));
    std::fill_n(b.get(), b.elements(), uint8_t(b_code));
    MatMulU8Params p{};
    p.rows = 2, p.depth = kDepth, p.columns = 17;
    p.a.at = a.get(), p.a.row_stride = kDepth, p.a.zero = 255 - a_code;
    p.b.at = b.get(), p.b.row_stride = 17, p.b.zero = 255 - b_code;
    p.y_row_stride = 17, p.y_zero = 128;
    p.scale = 5e-8f;
    CheckExpected(p, 34);
  }
}

TEST(MatMulU8Contract, SaturatesWhatAnInt32CannotHold) {
  const uint8_t a[] = {255}, b[] = {255, 0, 100};
  MatMulU8Params p{};
  p.rows = p.depth = 1, p.columns = 3;
  p.a.at = a, p.a.row_stride = 1;
  p.b.at = b, p.b.row_stride = 3, p.b.zero = 100;
  p.y_row_stride = 3, p.y_zero = 7;
  // Its product with a sum of 0 is not a number, which is the lowest code.
  for (float scale : {1e20f, HUGE_VALF}) {
    p.scale = scale;
    const int nothing = std::isinf(scale) ? 0 : 7;
    ExpectOutput<uint8_t>(
        MatMulU8Kernels(), p, PlanMatMulU8(p, 4).scratch_bytes,
        std::vector<int>{255, 0, nothing},
        [](MatMulU8Params& params, uint8_t* y) { params.y = y; });
  }
}

TEST(MatMulU8Contract, DoesNothingForEmptyProducts) {
  CheckCase({.rows = 0, .depth = 4, .columns = 5, .gap = 1});
  CheckCase({.rows = 3, .depth = 4, .columns = 0, .gap = 1});
  CheckCase({.rows = 3, .depth = 4, .columns = 5, .batch = {0}, .gap = 1});
}

}  // namespace
}  // namespace octet::kernels
