// reduce_f32 over any lanes (kernels/elementary). Internal linkage, so that
// files of any instruction set may include this.
//
// Two shapes of memory are fast: columns (neighbours stay, as in pooling over
// H and W), a lane per result, in the reference's order; and rows (neighbours
// go), where lane i takes elements i, i + kLanes, ... of every row and lanes
// are joined in order at the end. Anything else is the reference's.
#ifndef OCTET_KERNELS_REDUCE_F32_REDUCE_F32_LANES_H_
#define OCTET_KERNELS_REDUCE_F32_REDUCE_F32_LANES_H_

#include <cstdint>

#include "kernels/reduce_f32/reduce_f32.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

template <typename V, ReduceOp kOp>
struct Reducer {
  using F = typename V::F;

  static constexpr float kStart = kOp == ReduceOp::kMax    ? -__builtin_inff()
                                  : kOp == ReduceOp::kMin  ? __builtin_inff()
                                  : kOp == ReduceOp::kProd ? 1.0f
                                                           : 0.0f;

  // x is one more element of each lane.
  [[gnu::always_inline]] static F Take(F sum, F x) {
    if constexpr (kOp == ReduceOp::kMax) return V::Max(x, sum);
    if constexpr (kOp == ReduceOp::kMin) return V::Min(x, sum);
    if constexpr (kOp == ReduceOp::kProd) return V::Mul(sum, x);
    if constexpr (kOp == ReduceOp::kSumSquare) return V::Fma(x, x, sum);
    return V::Add(sum, x);
  }

  // Two sums of different elements.
  static float Join(float a, float b) {
    if constexpr (kOp == ReduceOp::kMax) return b > a ? b : a;
    if constexpr (kOp == ReduceOp::kMin) return b < a ? b : a;
    if constexpr (kOp == ReduceOp::kProd) return a * b;
    return a + b;
  }

  [[gnu::always_inline]] static F Finish(F sum, float count) {
    return kOp == ReduceOp::kMean ? V::Div(sum, V::Set(count)) : sum;
  }
};

int64_t ProductOf(int rank, const int64_t* extents) {
  int64_t n = 1;
  for (int d = 0; d < rank; ++d) n *= extents[d];
  return n;
}

int64_t OffsetOf(int64_t i, int rank, const int64_t* extents,
                 const int64_t* strides) {
  int64_t offset = 0;
  for (int d = rank - 1; d >= 0; --d) {
    offset += i % extents[d] * strides[d];
    i /= extents[d];
  }
  return offset;
}

// kVectors vectors of neighbouring results.
template <typename V, ReduceOp kOp, int kVectors>
[[gnu::always_inline]] inline void ReduceColumns(const ReduceF32Params& p,
                                                 const float* x, float* y,
                                                 float count, int64_t n) {
  using R = Reducer<V, kOp>;
  typename V::F sums[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) sums[v] = V::Set(R::kStart);
  const int last = p.reduced_rank - 1;
  const int64_t outer = ProductOf(last, p.reduced);
  for (int64_t i = 0; i < outer; ++i) {
    const float* at = x + OffsetOf(i, last, p.reduced, p.x_reduced_strides);
    for (int64_t j = 0; j < p.reduced[last]; ++j) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        sums[v] = R::Take(sums[v], V::Load(at + v * V::kLanes));
      }
      at += p.x_reduced_strides[last];
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const typename V::F sum = R::Finish(sums[v], count);
    const int64_t at = v * V::kLanes;
    if (at + V::kLanes <= n) {
      V::Store(y + at, sum);
    } else {
      V::StoreFirst(y + at, sum, n - at);
    }
  }
}

template <typename V, ReduceOp kOp>
void RunColumns(const ReduceF32Params& p, int64_t part, int64_t parts) {
  constexpr int64_t kWide = 4 * V::kLanes;
  const int last = p.kept_rank - 1;
  const float count = float(ProductOf(p.reduced_rank, p.reduced));
  const int64_t columns = p.kept[last];
  const int64_t blocks = DivideUp(columns, kWide);
  const Piece piece = PieceOf(ProductOf(last, p.kept) * blocks, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const float* x = p.x + OffsetOf(i / blocks, last, p.kept, p.x_kept_strides);
    float* y = p.y + OffsetOf(i / blocks, last, p.kept, p.y_strides);
    int64_t column = i % blocks * kWide;
    if (columns - column >= kWide) {
      ReduceColumns<V, kOp, 4>(p, x + column, y + column, count, kWide);
      continue;
    }
    for (; column < columns; column += V::kLanes) {
      ReduceColumns<V, kOp, 1>(p, x + column, y + column, count,
                               columns - column);
    }
  }
}

template <typename V, ReduceOp kOp>
void RunRows(const ReduceF32Params& p, int64_t part, int64_t parts) {
  using R = Reducer<V, kOp>;
  const int last = p.reduced_rank - 1;
  const int64_t outer = ProductOf(last, p.reduced), n = p.reduced[last];
  const float count = float(outer * n);
  const Piece piece = PieceOf(ProductOf(p.kept_rank, p.kept), part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const float* x = p.x + OffsetOf(i, p.kept_rank, p.kept, p.x_kept_strides);
    typename V::F sums = V::Set(R::kStart);
    float rest = R::kStart;
    for (int64_t j = 0; j < outer; ++j) {
      const float* row = x + OffsetOf(j, last, p.reduced, p.x_reduced_strides);
      int64_t k = 0;
      for (; k + V::kLanes <= n; k += V::kLanes) {
        sums = R::Take(sums, V::Load(row + k));
      }
      for (; k < n; ++k) {
        const bool squares = kOp == ReduceOp::kSumSquare;
        rest = R::Join(rest, squares ? row[k] * row[k] : row[k]);
      }
    }
    float lanes[V::kLanes];
    V::Store(lanes, sums);
    for (int64_t lane = 0; lane < V::kLanes; ++lane) {
      rest = R::Join(rest, lanes[lane]);
    }
    if (kOp == ReduceOp::kMean) rest /= count;
    p.y[OffsetOf(i, p.kept_rank, p.kept, p.y_strides)] = rest;
  }
}

template <typename V, ReduceOp kOp>
void RunOp(const ReduceF32Params& p, int64_t part, int64_t parts) {
  const int kept = p.kept_rank - 1, reduced = p.reduced_rank - 1;
  const bool is_empty = ProductOf(p.reduced_rank, p.reduced) == 0;
  if (reduced < 0 || is_empty) {
    ReduceF32Reference(p, part, parts, nullptr);
  } else if (kept >= 0 && p.x_kept_strides[kept] == 1 &&
             p.y_strides[kept] == 1) {
    RunColumns<V, kOp>(p, part, parts);
  } else if (p.x_reduced_strides[reduced] == 1) {
    RunRows<V, kOp>(p, part, parts);
  } else {
    ReduceF32Reference(p, part, parts, nullptr);
  }
}

template <typename V>
void RunReduceF32(const ReduceF32Params& p, int64_t part, int64_t parts) {
  constexpr void (*kOps[])(const ReduceF32Params&, int64_t, int64_t) = {
      RunOp<V, ReduceOp::kMean>, RunOp<V, ReduceOp::kSum>,
      RunOp<V, ReduceOp::kMax>,  RunOp<V, ReduceOp::kMin>,
      RunOp<V, ReduceOp::kProd>, RunOp<V, ReduceOp::kSumSquare>};
  kOps[int(p.op)](p, part, parts);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_REDUCE_F32_REDUCE_F32_LANES_H_
