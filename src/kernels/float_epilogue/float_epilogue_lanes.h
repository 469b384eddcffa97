// float_epilogue over any lanes (kernels/elementary). Internal linkage, so that
// files of any instruction set may include this.
#ifndef OCTET_KERNELS_FLOAT_EPILOGUE_FLOAT_EPILOGUE_LANES_H_
#define OCTET_KERNELS_FLOAT_EPILOGUE_FLOAT_EPILOGUE_LANES_H_

#include <cstdint>

#include "kernels/float_epilogue/float_epilogue.h"

namespace octet::kernels {
namespace {

template <typename V, int kVectors>
[[gnu::always_inline]] inline void ClampAll(const TileClamp& clamp,
                                            typename V::F (&v)[kVectors]) {
  if (!clamp.is_on) return;
  const typename V::F low = V::Set(clamp.low), high = V::Set(clamp.high);
#pragma GCC unroll 8
  for (int i = 0; i < kVectors; ++i) v[i] = V::Min(high, V::Max(low, v[i]));
}

// Where the rows of a tile lie: row i of y starts at y + i * y_stride. A row is
// a pixel or a row of a matrix, and its first `count` sums exist.
struct TileRows {
  float* y;
  int64_t y_stride;
  const float* residual;  // null: none; may be y
  int64_t residual_stride;
  int64_t count;
};

// Stores the first `count` of kVectors neighbouring vectors.
template <typename V, int kVectors>
[[gnu::always_inline]] inline void StoreRow(const typename V::F (&v)[kVectors],
                                            float* y, int64_t count) {
#pragma GCC unroll 8
  for (int i = 0; i < kVectors; ++i) {
    const int64_t at = i * V::kLanes;
    if (at + V::kLanes <= count) {
      V::Store(y + at, v[i]);
    } else if (at < count) {
      V::StoreFirst(y + at, v[i], count - at);
    }
  }
}

// Sums in registers, and functions that are clamps.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void FinishClamped(
    const TileEpilogue& e, typename V::F (&sums)[kRows][kVectors],
    const TileRows& r) {
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) ClampAll<V>(e.before_clamp, sums[i]);
  if (r.residual != nullptr) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        if (v * V::kLanes >= r.count) continue;
        const float* const from =
            r.residual + i * r.residual_stride + v * V::kLanes;
        sums[i][v] = V::Add(sums[i][v], V::Load(from));
      }
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) ClampAll<V>(e.after_clamp, sums[i]);
  float* const y = r.y;
  const int64_t stride = r.y_stride, count = r.count;
  if (count >= kVectors * V::kLanes) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      StoreRow<V>(sums[i], y + i * stride, kVectors * V::kLanes);
    }
    return;
  }
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) StoreRow<V>(sums[i], y + i * stride, count);
}

// Any functions, and sums in memory, which are lost: `rows` rows of kVectors
// vectors (0: of `vectors`). One call of a function has many of them, which
// hides how long a single one takes.
template <typename V, int kVectors>
[[gnu::noinline]] void FinishByFunctions(const TileEpilogue& e, float* sums,
                                         int64_t rows, int64_t vectors,
                                         const TileRows& r) {
  const int64_t row = (kVectors > 0 ? kVectors : vectors) * V::kLanes;
  const int64_t count = row < r.count ? row : r.count;
  const bool has_before = e.before.kind != FunctionKind::kIdentity;
  const bool has_after = e.after.kind != FunctionKind::kIdentity;
  // Where rows of y have no gaps, the last function writes them.
  const bool is_dense = count == row && r.y_stride == row &&
                        (has_after || (has_before && r.residual == nullptr));
  float* const last = is_dense ? r.y : sums;
  if (has_before) {
    const bool is_last = !has_after && r.residual == nullptr;
    e.elementary(e.before, sums, is_last ? last : sums, rows * row);
  }
  if (r.residual != nullptr) {
    for (int64_t i = 0; i < rows; ++i) {
      const float* const residual = r.residual + i * r.residual_stride;
      float* const to = sums + i * row;
      for (int64_t at = 0; at < count; at += V::kLanes) {
        V::Store(to + at, V::Add(V::Load(to + at), V::Load(residual + at)));
      }
    }
  }
  if (has_after) e.elementary(e.after, sums, last, rows * row);
  if (is_dense) return;
  float* y = r.y;
  const int64_t stride = r.y_stride;
  for (const float* from = sums; from < sums + rows * row; y += stride) {
    if (count == row) {
#pragma GCC unroll 8
      for (int64_t at = 0; at < row; at += V::kLanes) {
        V::Store(y + at, V::Load(from + at));
      }
    } else {
      for (int64_t at = 0; at < count; at += V::kLanes) {
        const typename V::F v[] = {V::Load(from + at)};
        StoreRow<V, 1>(v, y + at, count - at);
      }
    }
    from += row;
  }
}

// Finishes sums in memory, which are lost: `rows` rows of kVectors vectors. A
// null bias is none.
template <typename V, int kVectors>
[[gnu::always_inline]] inline void FinishBlock(const TileEpilogue& e,
                                               const float* bias, float* sums,
                                               int64_t rows,
                                               const TileRows& r) {
  typename V::F biases[kVectors];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
    // Adding -0 changes nothing, not even a zero's sign.
    biases[v] = bias == nullptr ? V::Set(-0.0f) : V::Load(bias + v * V::kLanes);
  }
  const TileEpilogue clamps = e;
  const TileRows all = r;
  for (int64_t i = 0; i < rows; ++i) {
    typename V::F row[1][kVectors];
    float* const from = sums + i * kVectors * V::kLanes;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      row[0][v] = V::Add(V::Load(from + v * V::kLanes), biases[v]);
    }
    if (clamps.elementary != nullptr) {
      StoreRow<V>(row[0], from, kVectors * V::kLanes);
      continue;
    }
    FinishClamped<V, 1, kVectors>(
        clamps, row,
        {all.y + i * all.y_stride, 0,
         all.residual == nullptr ? nullptr
                                 : all.residual + i * all.residual_stride,
         0, all.count});
  }
  if (clamps.elementary != nullptr) {
    FinishByFunctions<V, kVectors>(e, sums, rows, kVectors, r);
  }
}

// Finishes sums in registers.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void FinishSums(
    const TileEpilogue& e, typename V::F (&sums)[kRows][kVectors],
    const TileRows& rows) {
  if (e.elementary == nullptr) {
    return FinishClamped<V, kRows, kVectors>(e, sums, rows);
  }
  alignas(64) float block[kRows * kVectors * V::kLanes];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
    StoreRow<V>(sums[i], block + i * kVectors * V::kLanes,
                kVectors * V::kLanes);
  }
  FinishByFunctions<V, kVectors>(e, block, kRows, kVectors, rows);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_FLOAT_EPILOGUE_FLOAT_EPILOGUE_LANES_H_
