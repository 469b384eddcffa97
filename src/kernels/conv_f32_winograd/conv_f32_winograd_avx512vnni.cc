// AVX-512: 24 sums in 32 registers.
#include <cstddef>
#include <cstdint>

#include "kernels/conv_f32_winograd/conv_f32_winograd.h"
#include "kernels/conv_f32_winograd/conv_f32_winograd_lanes.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/lanes_avx512.h"

namespace octet::kernels {
namespace {

struct Floats : Avx512Lanes {
  static constexpr auto kElementary = ElementaryAvx512Vnni;
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  static F MulAdd(F x, F w, F sum) {
    asm("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
    return sum;
  }
};

struct Lanes : ConvF32WinogradBase<Floats> {
  static constexpr WinogradWeights kWeights = kWinogradFloats;
  static constexpr int64_t kTileRows[] = {0, 24, 12};
};

}  // namespace

void ConvF32WinogradAvx512Vnni(const ConvF32Params& params, int64_t part,
                               int64_t parts, std::byte* scratch) {
  RunWinograd<Lanes>(params, part, parts, scratch);
}

}  // namespace octet::kernels
