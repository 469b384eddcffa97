// The AVX-512 form of conv_u8 for short sums: all weights of a panel stay in
// registers, and a loop goes over four pixels at a time.
//
// What a tile of 28 sums ends with takes half as long as 32 products a sum do,
// and no processor looks far enough ahead to start the next tile meanwhile.
// Four pixels at a time it overlaps in part, and only input is loaded.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_SHORT_AVX512VNNI_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_SHORT_AVX512VNNI_H_

#include <cstdint>

#include "kernels/conv_u8/conv_u8_tile_avx512vnni.h"
#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {

constexpr int64_t kConvU8ShortPixels = 4;

// The most groups of four bytes: as many weights as leave registers for four
// sums and the constants of an epilogue.
constexpr int64_t kConvU8ShortGroups = 16;

// True if there is a form for `runs` runs of k4 groups: those of 1x1, and of
// first convolutions, 3x3 of three channels. Internal linkage: files of any
// instruction set include this.
[[maybe_unused]] static constexpr bool HasConvU8Short(int64_t runs, int64_t k4,
                                                      EpilogueKind kind) {
  if (kind != EpilogueKind::kClamp && kind != EpilogueKind::kTable) {
    return false;
  }
  return runs == 1 ? k4 >= 4 && k4 <= kConvU8ShortGroups : runs == 3 && k4 == 3;
}

// The form, of one vector of channels; its tiles have kConvU8ShortPixels. Only
// where HasConvU8Short.
ConvU8TileFn ConvU8Short(int64_t runs, int64_t k4, EpilogueKind kind);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_SHORT_AVX512VNNI_H_
