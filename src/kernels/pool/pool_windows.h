// The inner loops of pool, and the loops around them.
#ifndef OCTET_KERNELS_POOL_POOL_WINDOWS_H_
#define OCTET_KERNELS_POOL_POOL_WINDOWS_H_

#include <cstdint>

#include "kernels/pool/pool.h"

namespace octet::kernels {

// The part of one window that lies inside the image. Distances in elements.
template <typename T>
struct PoolWindow {
  const T* x;
  int64_t rows, columns;
  int64_t row_stride, column_stride;
  T* y;
  int64_t channels;
  int64_t count;  // what an average divides by
};

// Scales and zero points of a u8 average: entry c * step of each array for x
// and for y, step being 1 or 0.
struct PoolQuant {
  const float* x_scale;
  const int32_t* x_zero;
  int64_t x_step;
  const float* y_scale;
  const int32_t* y_zero;
  int64_t y_step;
};

// One level's loops over the channels of one window.
struct PoolU8Fns {
  void (*max)(const PoolWindow<uint8_t>& window);
  void (*average)(const PoolWindow<uint8_t>& window, const PoolQuant& quant);
};
struct PoolF32Fns {
  void (*max)(const PoolWindow<float>& window);
  void (*average)(const PoolWindow<float>& window);
};
extern const PoolU8Fns kPoolU8Avx2, kPoolU8Avx512Vnni;
extern const PoolF32Fns kPoolF32Avx2, kPoolF32Avx512Vnni;

// Whether maxima of columns are made first and shared by the windows of an
// output row: where that takes fewer elements.
bool PoolsByColumns(const PoolShape& shape);

// scratch: in_w * channels elements where PoolsByColumns, else may be null.
void RunPoolU8(const PoolU8Fns& fns, const PoolU8Params& params, int64_t part,
               int64_t parts, std::byte* scratch);
void RunPoolF32(const PoolF32Fns& fns, const PoolF32Params& params,
                int64_t part, int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_POOL_POOL_WINDOWS_H_
