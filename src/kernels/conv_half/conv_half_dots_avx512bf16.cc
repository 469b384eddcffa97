// AVX512-BF16: tiles of up to 12 pixels and 2 panels, 24 sums in 32 registers.
#include "kernels/conv_half/conv_half_dots_avx512bf16.h"

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/conv_half/conv_half_dots_lanes.h"
#include "kernels/elementary/lanes_avx512.h"

namespace octet::kernels {
namespace {

// A pair in memory, at any address.
using Pair [[gnu::may_alias, gnu::aligned(2)]] = int32_t;

struct Lanes : Avx512Lanes {
  using Pairs = __m512i;
  static Pairs LoadPairs(const uint16_t* p) { return _mm512_loadu_si512(p); }
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  [[gnu::always_inline]] static F AddDots(const uint16_t* x, Pairs w, F sum) {
    asm("vdpbf16ps %2%{1to16%}, %1, %0"
        : "+v"(sum)
        : "v"(w), "m"(*reinterpret_cast<const Pair*>(x)));
    return sum;
  }
};

}  // namespace

void RunConvHalfTileAvx512Bf16(int rows, int panels, const ConvHalfTile& tile) {
  RunDotTileOf<Lanes>(rows, panels, tile);
}

}  // namespace octet::kernels
