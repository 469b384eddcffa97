// The fused form of float_epilogue over any lanes (kernels/elementary).
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_FLOAT_EPILOGUE_FLOAT_EPILOGUE_LANES_H_
#define OCTET_KERNELS_FLOAT_EPILOGUE_FLOAT_EPILOGUE_LANES_H_

#include <cstdint>

#include "kernels/float_epilogue/float_epilogue.h"

namespace octet::kernels {
namespace {

template <typename V>
[[gnu::always_inline]] inline typename V::F Clamped(const TileClamp& clamp,
                                                    typename V::F v) {
  if (!clamp.is_on) return v;
  return V::Min(V::Set(clamp.high), V::Max(V::Set(clamp.low), v));
}

template <typename V, int kVectors>
[[gnu::always_inline]] inline void ClampAll(const TileClamp& clamp,
                                            typename V::F (&v)[kVectors]) {
  if (!clamp.is_on) return;
  const typename V::F low = V::Set(clamp.low), high = V::Set(clamp.high);
#pragma GCC unroll 8
  for (int i = 0; i < kVectors; ++i) v[i] = V::Min(high, V::Max(low, v[i]));
}

// Finishes neighbouring sums of one row and stores the first `count` of them.
// A null residual is none.
template <typename V, int kVectors>
[[gnu::always_inline]] inline void FinishSums(typename V::F (&sums)[kVectors],
                                              const TileClamp& before,
                                              const float* residual,
                                              const TileClamp& after, float* y,
                                              int64_t count) {
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
    typename V::F sum = Clamped<V>(before, sums[v]);
    const int64_t at = v * V::kLanes;
    if (residual != nullptr && at < count) {
      sum = V::Add(sum, V::Load(residual + at));
    }
    sum = Clamped<V>(after, sum);
    if (at + V::kLanes <= count) {
      V::Store(y + at, sum);
    } else if (at < count) {
      V::StoreFirst(y + at, sum, count - at);
    }
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_FLOAT_EPILOGUE_FLOAT_EPILOGUE_LANES_H_
