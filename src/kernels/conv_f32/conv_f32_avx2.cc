// AVX2: tiles of 6 pixels and one panel, 12 sums in 16 registers.
#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_driver.h"
#include "kernels/elementary/elementary.h"
#include "kernels/elementary/lanes_avx2.h"

namespace octet::kernels {
namespace {

struct Lanes : Avx2Lanes {
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  [[gnu::always_inline]] static F MulAdd(F x, F w, F sum) {
    asm("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(x), "x"(w));
    return sum;
  }
};

struct Tiles {
  static constexpr int64_t kMaxPanels = 1;
  static int64_t MaxRows(int) { return 6; }
  static void Run(int rows, int, const ConvF32Tile& tile) {
    constexpr void (*kTiles[])(const ConvF32Tile&) = {
        RunTile<Lanes, 1, 1>, RunTile<Lanes, 2, 1>, RunTile<Lanes, 3, 1>,
        RunTile<Lanes, 4, 1>, RunTile<Lanes, 5, 1>, RunTile<Lanes, 6, 1>};
    kTiles[rows - 1](tile);
  }
  static void Elementary(const Function& function, const float* x, float* y,
                         int64_t n) {
    ElementaryAvx2(function, x, y, n);
  }
};

}  // namespace

void ConvF32Avx2(const ConvF32Params& params, int64_t part, int64_t parts,
                 std::byte* scratch) {
  RunConvF32<Tiles>(params, part, parts, scratch);
}

}  // namespace octet::kernels
