// The AVX-512 form of conv_u8 for short sums, of one vector of channels and
// eight pixels, with weights in registers as far as they go.
//
// What a tile of 28 sums ends with takes half as long as 32 products a sum do,
// and no processor looks far enough ahead to start the next tile meanwhile.
// Here all but the rounding of eight pixels stands between the products of the
// next eight.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_SHORT_AVX512VNNI_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_SHORT_AVX512VNNI_H_

#include <cstdint>

#include "kernels/conv_u8/conv_u8_tile_avx512vnni.h"
#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {

constexpr int64_t kConvU8ShortPixels = 8;

// The most groups of four bytes of a 1x1: longer sums hide the ends of tiles.
constexpr int64_t kConvU8ShortGroups = 16;

// True if there is a form for `runs` runs of k4 groups: those of 1x1, and of
// first convolutions, 3x3 and 6x6 of three channels. Internal linkage: files of
// any instruction set include this.
[[maybe_unused]] static constexpr bool HasConvU8Short(int64_t runs, int64_t k4,
                                                      EpilogueKind kind) {
  if (kind == EpilogueKind::kAdd || kind == EpilogueKind::kFloat) return false;
  if (runs == 1) return k4 >= 4 && k4 <= kConvU8ShortGroups;
  return (runs == 3 && k4 == 3) || (runs == 6 && k4 == 5);
}

// The form, of one vector of channels; its tiles have kConvU8ShortPixels. Only
// where HasConvU8Short.
ConvU8TileFn ConvU8Short(int64_t runs, int64_t k4, EpilogueKind kind);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_SHORT_AVX512VNNI_H_
