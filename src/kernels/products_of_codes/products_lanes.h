// Exact products of codes over a set of instructions. Internal linkage, so that
// files of any instruction set may include this.
//
// L gives lanes of floats (kernels/elementary) and
//
//   Code, Weight    elements of a left and of a packed operand
//   kGroup          products that one instruction adds up in a lane
//   Pack            an operand to Weights, and what its columns' sums start
//                   with, given the zero point of what they are multiplied by
//   Rows            a tile's rows of a as Codes, `stride` apart
//   Start           what the sums of a row of codes start with, given their sum
//   RowSum          that sum
//   Multiply        a tile's sums
//   ToFloat, ToCodes, Add, StoreBytes, StoreFour
//                   vectors of 32-bit integers, from memory and to it
//
// Packed operands are [panels][groups][16][group], a group being what one
// product instruction adds up; depth and columns are padded with zeros.
#ifndef OCTET_KERNELS_PRODUCTS_OF_CODES_PRODUCTS_LANES_H_
#define OCTET_KERNELS_PRODUCTS_OF_CODES_PRODUCTS_LANES_H_

#include <cstdint>

#include "kernels/products_of_codes/matrices_of_codes.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// Panels of a product: `rows` rows of codes, each `stride` elements behind the
// one before, times panels.
template <typename L>
struct TileProduct {
  const typename L::Code* x;
  int64_t stride;
  int64_t groups;
  const typename L::Weight* w;
  const int32_t* base;   // by column
  const int32_t* start;  // by row
  int32_t* sums;
  int64_t sums_stride;
};

// Up to kCodeTileRows rows of a left operand, and memory for them as Codes.
struct LeftRows {
  const uint8_t* at;
  int64_t rows, depth;
  int16_t* codes;
};

// A right operand as L::Pack leaves it; columns are whole panels.
struct PackedCodes {
  const int16_t* weights;
  const int32_t* base;
  int32_t zero;
  int64_t columns;
};

// Sums of all products, rows of them b.columns apart.
template <typename L>
void MultiplyCodes(const MatricesOfCodes& a, const LeftRows& x,
                   const PackedCodes& b, int32_t* sums) {
  int64_t stride = a.row_stride;
  int32_t start[kCodeTileRows];
  for (int64_t r = 0; r < x.rows; ++r) {
    start[r] = L::Start(L::RowSum(x.at + r * stride, x.depth), b.zero);
  }
  const typename L::Code* codes =
      L::Rows(x.at, a, x.rows, x.depth, x.codes, &stride);
  L::Multiply({codes, stride, DivideUp(x.depth, L::kGroup),
               reinterpret_cast<const typename L::Weight*>(b.weights), b.base,
               start, sums, b.columns},
              x.rows, b.columns);
}

// What makes steps of y of sums: codes less its zero point, within their ends.
template <typename L>
struct ToSteps {
  typename L::F factor, low, high;
};

template <typename L>
[[gnu::always_inline]] inline typename L::I StepsOf(const ToSteps<L>& to,
                                                    const int32_t* sums) {
  const typename L::F steps = L::Mul(L::ToFloat(sums), to.factor);
  return L::ToCodes(L::Min(L::Max(steps, to.low), to.high));
}

// y = sat(rne(fl(float(sum) factor)) + zero) of so many columns.
template <typename L>
void WriteCodes(const int32_t* sums, int64_t columns, float factor,
                int32_t zero, uint8_t* y) {
  const ToSteps<L> to = {L::Set(factor), L::Set(float(-zero)),
                         L::Set(float(255 - zero))};
  int64_t n = 0;
  for (; n + 4 * L::kLanes <= columns; n += 4 * L::kLanes) {
    typename L::I steps[4];
#pragma GCC unroll 4
    for (int64_t v = 0; v < 4; ++v) {
      steps[v] = StepsOf<L>(to, sums + n + v * L::kLanes);
    }
    L::StoreFour(y + n, steps, zero);
  }
  for (; n < columns; n += L::kLanes) {
    L::StoreBytes(y + n, StepsOf<L>(to, sums + n), zero, columns - n);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_PRODUCTS_OF_CODES_PRODUCTS_LANES_H_
