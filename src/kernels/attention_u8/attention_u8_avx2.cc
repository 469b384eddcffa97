#include <immintrin.h>

#include "kernels/attention_u8/attention_u8_rows.h"
#include "kernels/products_of_codes/products_avx2.h"

namespace octet::kernels {
namespace {

struct Avx2 : Avx2Products {
  static int32_t Total(I a) {
    int32_t lanes[8], total = 0;
    StoreVector(lanes, a);
    for (int32_t lane : lanes) total += lane;
    return total;
  }
  static F KeepFirst(F a, int64_t n) {
    const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i keep = _mm256_cmpgt_epi32(_mm256_set1_epi32(int(n)), index);
    return Select(_mm256_castsi256_ps(keep), a, Set(-__builtin_inff()));
  }
  static float Largest(F a) {
    __m128 four =
        _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
  }
  static void StoreShares(int16_t* p, I codes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), Narrow(codes));
  }
};

}  // namespace

void AttentionU8Avx2(const AttentionU8Params& params, int64_t part,
                     int64_t parts, std::byte* scratch) {
  RunAttentionU8<Avx2>(params, part, parts, scratch);
}

}  // namespace octet::kernels
