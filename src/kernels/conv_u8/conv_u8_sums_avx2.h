// The sums of a tile in 256-bit registers.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_SUMS_AVX2_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_SUMS_AVX2_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/conv_u8/dot_avx2.h"

namespace octet::kernels {
namespace {

// Pixels of a tile: 6 x 16 sums are 12 registers, and 4 are left for the
// codes, two products and a constant.
constexpr int kTileRows = 6;

// Of kRows pixels and sixteen channels.
template <int kRows>
struct Sums {
  __m256i half[kRows][2];

  [[gnu::always_inline]] void Load(const int32_t* comp) {
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) {
      half[i][0] = LoadVector(comp);
      half[i][1] = LoadVector(comp + 8);
    }
  }

  [[gnu::always_inline]] void Store(int32_t* to) const {
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) {
      StoreVector(to + 16 * i, half[i][0]);
      StoreVector(to + 16 * i + 8, half[i][1]);
    }
  }
};

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_SUMS_AVX2_H_
