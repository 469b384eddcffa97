#include <cstddef>
#include <cstdint>

#include "kernels/cast/halves_avx2.h"
#include "kernels/conv_half_winograd/conv_half_winograd.h"
#include "kernels/conv_half_winograd/conv_half_winograd_lanes.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/lanes_avx512.h"

namespace octet::kernels {
namespace {

template <typename Half>
struct HalvesAndFloats : Avx512Lanes {
  static constexpr auto kElementary = ElementaryAvx512Vnni;
  static constexpr auto kElementaryForHalves = ElementaryAvx512Vnni;
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  static F MulAdd(F x, F w, F sum) {
    asm("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
    return sum;
  }
  static F Join(__m256 low, __m256 high) {
    return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
  }
  static F LoadHalves(const uint16_t* p) {
    const auto* const at = reinterpret_cast<const __m128i*>(p);
    return Join(Half::Widen(_mm_loadu_si128(at)),
                Half::Widen(_mm_loadu_si128(at + 1)));
  }
  static __m256i Narrow(F a) {
    return _mm256_set_m128i(Half::Narrow(_mm512_extractf32x8_ps(a, 1)),
                            Half::Narrow(_mm512_castps512_ps256(a)));
  }
  static void StoreHalves(uint16_t* p, F a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), Narrow(a));
  }
  static void StoreFirstHalves(uint16_t* p, F a, int64_t n) {
    _mm256_mask_storeu_epi16(p, __mmask16((1u << n) - 1), Narrow(a));
  }
  static void LoadPairs(const uint16_t* p, F& first, F& second) {
    const __m256i low = TakePairsApart(p), high = TakePairsApart(p + 16);
    first = Join(Half::Widen(_mm256_castsi256_si128(low)),
                 Half::Widen(_mm256_castsi256_si128(high)));
    second = Join(Half::Widen(_mm256_extracti128_si256(low, 1)),
                  Half::Widen(_mm256_extracti128_si256(high, 1)));
  }
};

template <typename Half>
struct Lanes : ConvHalfWinogradBase<HalvesAndFloats<Half>> {
  static constexpr WinogradWeights kWeights = kWinogradFloats;
  static constexpr int64_t kTileRows[] = {0, 24, 12};
};

}  // namespace

void ConvHalfWinogradAvx512Vnni(const ConvHalfParams& params, int64_t part,
                                int64_t parts, std::byte* scratch) {
  params.half == DType::kF16
      ? RunWinograd<Lanes<F16Avx2>>(params, part, parts, scratch)
      : RunWinograd<Lanes<Bf16Avx2>>(params, part, parts, scratch);
}

}  // namespace octet::kernels
