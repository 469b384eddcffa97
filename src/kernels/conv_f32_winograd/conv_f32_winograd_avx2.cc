// AVX2: tiles of 6 by 16 sums are 12 of 16 registers.
#include <cstddef>
#include <cstdint>

#include "kernels/conv_f32_winograd/conv_f32_winograd.h"
#include "kernels/conv_f32_winograd/conv_f32_winograd_lanes.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/lanes_avx2.h"

namespace octet::kernels {
namespace {

struct Floats : Avx2Lanes {
  static constexpr auto kElementary = ElementaryAvx2;
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  static F MulAdd(F x, F w, F sum) {
    asm("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(x), "x"(w));
    return sum;
  }
};

struct Lanes : ConvF32WinogradBase<Floats> {
  static constexpr WinogradWeights kWeights = kWinogradOfAvx2;
  static constexpr int64_t kTileRows[] = {0, 6};
};

}  // namespace

void ConvF32WinogradAvx2(const ConvF32Params& params, int64_t part,
                         int64_t parts, std::byte* scratch) {
  RunWinograd<Lanes>(params, part, parts, scratch);
}

}  // namespace octet::kernels
