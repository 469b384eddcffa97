#include <cstddef>
#include <cstdint>

#include "kernels/conv_half_winograd/conv_half_winograd.h"
#include "kernels/conv_half_winograd/conv_half_winograd_lanes.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/lanes_avx512bf16.h"

namespace octet::kernels {
namespace {

struct HalvesAndFloats : Avx512Bf16Lanes {
  static constexpr auto kElementary = ElementaryAvx512Vnni;
  static constexpr auto kElementaryForHalves = ElementaryForHalvesAvx512Bf16;
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  static F MulAdd(F x, F w, F sum) {
    asm("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
    return sum;
  }
  static void LoadPairs(const uint16_t* p, F& first, F& second) {
    const __m512i pairs = _mm512_loadu_si512(p);
    first = _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16));
    second = _mm512_castsi512_ps(
        _mm512_and_si512(pairs, _mm512_set1_epi32(int32_t(0xffff0000u))));
  }
};

struct Lanes : ConvHalfWinogradBase<HalvesAndFloats> {
  static constexpr WinogradWeights kWeights = kWinogradFloats;
  static constexpr int64_t kTileRows[] = {0, 24, 12};
};

}  // namespace

void ConvHalfWinogradAvx512Bf16(const ConvHalfParams& params, int64_t part,
                                int64_t parts, std::byte* scratch) {
  if (params.half == DType::kF16) {
    return ConvHalfWinogradAvx512Vnni(params, part, parts, scratch);
  }
  RunWinograd<Lanes>(params, part, parts, scratch);
}

}  // namespace octet::kernels
