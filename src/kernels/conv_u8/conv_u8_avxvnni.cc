// AVX-VNNI: vpdpbusd in the encoding of AVX.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_tile_avxvnni.h"

namespace octet::kernels {
namespace {

struct VexDots {
  [[gnu::always_inline]] static void Add(__m256i codes, const int8_t* weights,
                                         __m256i* sums) {
    // Left to itself the assembler takes AVX-512's encoding.
    asm("%{vex%} vpdpbusd %2, %1, %0"
        : "+x"(*sums)
        : "x"(codes), "m"(*reinterpret_cast<const __m256i*>(weights)));
  }
};

}  // namespace

void ConvU8AvxVnni(const ConvU8Params& params, int64_t part, int64_t parts,
                   std::byte* scratch_memory) {
  ConvU8ByDots<VexDots>(params, part, parts, scratch_memory);
}

}  // namespace octet::kernels
