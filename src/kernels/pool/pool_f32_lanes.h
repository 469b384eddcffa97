// Float pooling over any lanes (kernels/elementary). Internal linkage, so that
// files of any instruction set may include this.
#ifndef OCTET_KERNELS_POOL_POOL_F32_LANES_H_
#define OCTET_KERNELS_POOL_POOL_F32_LANES_H_

#include <cstdint>

#include "kernels/pool/pool_windows.h"

namespace octet::kernels {
namespace {

template <typename V>
[[gnu::always_inline]] inline void StoreSome(float* y, typename V::F v,
                                             int64_t n) {
  if (n >= V::kLanes) {
    V::Store(y, v);
  } else {
    V::StoreFirst(y, v, n);
  }
}

template <typename V>
void MaxF32(const PoolWindow<float>& w) {
  for (int64_t c = 0; c < w.channels; c += V::kLanes) {
    typename V::F largest = V::Set(-__builtin_inff());
    for (int64_t i = 0; i < w.rows; ++i) {
      const float* x = w.x + i * w.row_stride + c;
      for (int64_t j = 0; j < w.columns; ++j, x += w.column_stride) {
        largest = V::Max(largest, V::Load(x));
      }
    }
    StoreSome<V>(w.y + c, largest, w.channels - c);
  }
}

template <typename V>
void AverageF32(const PoolWindow<float>& w) {
  const typename V::F count = V::Set(float(w.count));
  for (int64_t c = 0; c < w.channels; c += V::kLanes) {
    typename V::F sum = V::Set(0.0f);
    for (int64_t i = 0; i < w.rows; ++i) {
      const float* x = w.x + i * w.row_stride + c;
      for (int64_t j = 0; j < w.columns; ++j, x += w.column_stride) {
        sum = V::Add(sum, V::Load(x));
      }
    }
    StoreSome<V>(w.y + c, V::Div(sum, count), w.channels - c);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_POOL_POOL_F32_LANES_H_
