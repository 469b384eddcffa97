// The kernel of AVX-VNNI with AVX-512's encoding of the same instruction, so
// that machines without AVX-VNNI test all of it but that.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_tile_avxvnni.h"

namespace octet::kernels {
namespace {

struct EvexDots {
  [[gnu::always_inline]] static void Add(__m256i codes, const int8_t* weights,
                                         __m256i* sums) {
    asm("%{evex%} vpdpbusd %2, %1, %0"
        : "+v"(*sums)
        : "v"(codes), "m"(*reinterpret_cast<const __m256i*>(weights)));
  }
};

}  // namespace

void ConvU8ByDotsAvx512Vnni(const ConvU8Params& params, int64_t part,
                            int64_t parts, std::byte* scratch_memory) {
  ConvU8ByDots<EvexDots>(params, part, parts, scratch_memory);
}

}  // namespace octet::kernels
