#include <immintrin.h>

#include "kernels/attention_u8/attention_u8_rows.h"
#include "kernels/first_avx512.h"
#include "kernels/products_of_codes/products_avx512vnni.h"

namespace octet::kernels {
namespace {

struct Vnni : VnniProducts {
  static int32_t Total(I a) { return _mm512_reduce_add_epi32(a); }
  static F KeepFirst(F a, int64_t n) {
    return _mm512_mask_mov_ps(Set(-__builtin_inff()), FirstLanes(n), a);
  }
  static float Largest(F a) { return _mm512_reduce_max_ps(a); }
  static void StoreShares(uint8_t* p, I codes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm512_cvtepi32_epi8(codes));
  }
};

}  // namespace

void AttentionU8Avx512Vnni(const AttentionU8Params& params, int64_t part,
                           int64_t parts, std::byte* scratch) {
  RunAttentionU8<Vnni>(params, part, parts, scratch);
}

}  // namespace octet::kernels
