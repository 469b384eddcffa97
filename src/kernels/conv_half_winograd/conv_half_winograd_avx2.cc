#include <cstddef>
#include <cstdint>

#include "kernels/cast/halves_avx2.h"
#include "kernels/conv_half_winograd/conv_half_winograd.h"
#include "kernels/conv_half_winograd/conv_half_winograd_lanes.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/lanes_avx2.h"

namespace octet::kernels {
namespace {

template <typename Half>
struct HalvesAndFloats : Avx2Lanes {
  static constexpr auto kElementary = ElementaryAvx2;
  static constexpr auto kElementaryForHalves = ElementaryAvx2;
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  static F MulAdd(F x, F w, F sum) {
    asm("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(x), "x"(w));
    return sum;
  }
  static F LoadHalves(const uint16_t* p) {
    return Half::Widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static void StoreHalves(uint16_t* p, F a) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), Half::Narrow(a));
  }
  static void StoreFirstHalves(uint16_t* p, F a, int64_t n) {
    alignas(16) uint16_t all[8];
    StoreHalves(all, a);
    for (int64_t i = 0; i < n; ++i) p[i] = all[i];
  }
  static void LoadPairs(const uint16_t* p, F& first, F& second) {
    const __m256i apart = TakePairsApart(p);
    first = Half::Widen(_mm256_castsi256_si128(apart));
    second = Half::Widen(_mm256_extracti128_si256(apart, 1));
  }
};

template <typename Half>
struct Lanes : ConvHalfWinogradBase<HalvesAndFloats<Half>> {
  static constexpr WinogradWeights kWeights = kWinogradOfAvx2;
  static constexpr int64_t kTileRows[] = {0, 6};
};

}  // namespace

void ConvHalfWinogradAvx2(const ConvHalfParams& params, int64_t part,
                          int64_t parts, std::byte* scratch) {
  params.half == DType::kF16
      ? RunWinograd<Lanes<F16Avx2>>(params, part, parts, scratch)
      : RunWinograd<Lanes<Bf16Avx2>>(params, part, parts, scratch);
}

}  // namespace octet::kernels
