// AVX-512: tiles of up to 6 pixels and 4 panels or 8 pixels and fewer panels,
// at most 24 sums in 32 registers.
#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_driver.h"
#include "kernels/elementary/elementary.h"
#include "kernels/elementary/lanes_avx512.h"

namespace octet::kernels {
namespace {

struct Lanes : Avx512Lanes {
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  [[gnu::always_inline]] static F MulAdd(F x, F w, F sum) {
    asm("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
    return sum;
  }
};

using TileFn = void (*)(const ConvF32Tile&);

struct Tiles {
  static constexpr int64_t kMaxPanels = 4;
  static int64_t MaxRows(int panels) { return panels == 4 ? 6 : 8; }
  static void Run(int rows, int panels, const ConvF32Tile& tile) {
    constexpr TileFn kTiles[4][8] = {
        {RunTile<Lanes, 1, 1>, RunTile<Lanes, 2, 1>, RunTile<Lanes, 3, 1>,
         RunTile<Lanes, 4, 1>, RunTile<Lanes, 5, 1>, RunTile<Lanes, 6, 1>,
         RunTile<Lanes, 7, 1>, RunTile<Lanes, 8, 1>},
        {RunTile<Lanes, 1, 2>, RunTile<Lanes, 2, 2>, RunTile<Lanes, 3, 2>,
         RunTile<Lanes, 4, 2>, RunTile<Lanes, 5, 2>, RunTile<Lanes, 6, 2>,
         RunTile<Lanes, 7, 2>, RunTile<Lanes, 8, 2>},
        {RunTile<Lanes, 1, 3>, RunTile<Lanes, 2, 3>, RunTile<Lanes, 3, 3>,
         RunTile<Lanes, 4, 3>, RunTile<Lanes, 5, 3>, RunTile<Lanes, 6, 3>,
         RunTile<Lanes, 7, 3>, RunTile<Lanes, 8, 3>},
        {RunTile<Lanes, 1, 4>, RunTile<Lanes, 2, 4>, RunTile<Lanes, 3, 4>,
         RunTile<Lanes, 4, 4>, RunTile<Lanes, 5, 4>, RunTile<Lanes, 6, 4>,
         nullptr, nullptr}};
    kTiles[panels - 1][rows - 1](tile);
  }
  static void Elementary(const Function& function, const float* x, float* y,
                         int64_t n) {
    ElementaryAvx512Vnni(function, x, y, n);
  }
};

}  // namespace

void ConvF32Avx512Vnni(const ConvF32Params& params, int64_t part, int64_t parts,
                       std::byte* scratch) {
  RunConvF32<Tiles>(params, part, parts, scratch);
}

}  // namespace octet::kernels
