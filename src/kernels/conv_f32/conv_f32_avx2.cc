// AVX2: tiles of 6 pixels and one panel, 12 sums in 16 registers; of half a
// panel 8 pixels, as many as have a register for their address.
#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_driver.h"
#include "kernels/conv_f32/conv_f32_tile_lanes.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/lanes_avx2.h"

namespace octet::kernels {
namespace {

struct Lanes : Avx2Lanes {
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  [[gnu::always_inline]] static F MulAdd(F x, F w, F sum) {
    asm("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(x), "x"(w));
    return sum;
  }
  [[gnu::always_inline]] static F MulAddOne(const float* x, F w, F sum) {
    return MulAdd(Set(*x), w, sum);
  }
  template <int kPanel, int kAt>
  [[gnu::always_inline]] static F LoadPanel(const float* w, int64_t) {
    static_assert(kPanel == 0);
    return Load(w + kAt);
  }
};

// By panels, as in ConvF32Tiles.
constexpr void (*kTiles[2][kMaxTileRows])(int, const ConvF32Tile&, float*) = {
    {RunTilesOf<Lanes, 1, 1>, RunTilesOf<Lanes, 2, 1>, RunTilesOf<Lanes, 3, 1>,
     RunTilesOf<Lanes, 4, 1>, RunTilesOf<Lanes, 5, 1>, RunTilesOf<Lanes, 6, 1>,
     RunTilesOf<Lanes, 7, 1>, RunTilesOf<Lanes, 8, 1>},
    {RunTilesOf<Lanes, 1, 2>, RunTilesOf<Lanes, 2, 2>, RunTilesOf<Lanes, 3, 2>,
     RunTilesOf<Lanes, 4, 2>, RunTilesOf<Lanes, 5, 2>, RunTilesOf<Lanes, 6, 2>,
     nullptr, nullptr}};

void Run(int tiles, int rows, int panels, const ConvF32Tile& tile) {
  alignas(64) float block[kMaxTileSums];
  kTiles[panels][rows - 1](tiles, tile, block);
}

}  // namespace

const ConvF32Tiles kConvF32TilesAvx2 = {1, {8, 6}, Run, ElementaryAvx2, true};

void ConvF32Avx2(const ConvF32Params& params, int64_t part, int64_t parts,
                 std::byte* scratch) {
  RunConvF32(kConvF32TilesAvx2, params, part, parts, scratch);
}

}  // namespace octet::kernels
