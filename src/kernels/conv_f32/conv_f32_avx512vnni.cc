// AVX-512: tiles of up to 6 pixels and 4 panels, or 8 pixels and fewer panels:
// at most 24 sums in 32 registers. Half a panel takes registers of half the
// size, of which a cycle has as many again.
#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_driver.h"
#include "kernels/conv_f32/conv_f32_tile_lanes.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/lanes_avx2.h"
#include "kernels/elementary/lanes_avx512.h"

namespace octet::kernels {
namespace {

struct Lanes : Avx512Lanes {
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  [[gnu::always_inline]] static F MulAdd(F x, F w, F sum) {
    asm("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
    return sum;
  }
  // A broadcast of its own would take a turn of the multipliers' pipes.
  [[gnu::always_inline]] static F MulAddOne(const float* x, F w, F sum) {
    asm("vfmadd231ps %1%{1to16%}, %2, %0" : "+v"(sum) : "m"(*x), "v"(w));
    return sum;
  }
  // g++ 12 would keep a distance for each panel and step, more than there are
  // registers beside the pixels' addresses.
  template <int kPanel, int kAt>
  [[gnu::always_inline]] static F LoadPanel(const float* w, int64_t panel) {
    if constexpr (kPanel == 0) return Load(w + kAt);
    if constexpr (kPanel == 3) {
      w += panel;
      asm("" : "+r"(w));
    }
    F weights;
    // What is read: the panels lie behind w.
    asm("vmovups %c4(%2,%3,%c5), %0"
        : "=v"(weights)
        : "m"(*reinterpret_cast<const float(*)[1 << 28]>(w)), "r"(w),
          "r"(panel), "i"(4 * kAt), "i"(kPanel == 1 ? 4 : 8));
    return weights;
  }
};

struct HalfLanes : Avx2Lanes {
  [[gnu::always_inline]] static F MulAdd(F x, F w, F sum) {
    asm("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
    return sum;
  }
  [[gnu::always_inline]] static F MulAddOne(const float* x, F w, F sum) {
    asm("vfmadd231ps %1%{1to8%}, %2, %0" : "+v"(sum) : "m"(*x), "v"(w));
    return sum;
  }
  template <int kPanel, int kAt>
  [[gnu::always_inline]] static F LoadPanel(const float* w, int64_t) {
    static_assert(kPanel == 0);
    return Load(w + kAt);
  }
};

// By panels, as in ConvF32Tiles.
constexpr void (*kTiles[kMaxTilePanels + 1][kMaxTileRows])(int,
                                                           const ConvF32Tile&,
                                                           float*) = {
    {RunTilesOf<HalfLanes, 1, 1>, RunTilesOf<HalfLanes, 2, 1>,
     RunTilesOf<HalfLanes, 3, 1>, RunTilesOf<HalfLanes, 4, 1>,
     RunTilesOf<HalfLanes, 5, 1>, RunTilesOf<HalfLanes, 6, 1>,
     RunTilesOf<HalfLanes, 7, 1>, RunTilesOf<HalfLanes, 8, 1>},
    {RunTilesOf<Lanes, 1, 1>, RunTilesOf<Lanes, 2, 1>, RunTilesOf<Lanes, 3, 1>,
     RunTilesOf<Lanes, 4, 1>, RunTilesOf<Lanes, 5, 1>, RunTilesOf<Lanes, 6, 1>,
     RunTilesOf<Lanes, 7, 1>, RunTilesOf<Lanes, 8, 1>},
    {RunTilesOf<Lanes, 1, 2>, RunTilesOf<Lanes, 2, 2>, RunTilesOf<Lanes, 3, 2>,
     RunTilesOf<Lanes, 4, 2>, RunTilesOf<Lanes, 5, 2>, RunTilesOf<Lanes, 6, 2>,
     RunTilesOf<Lanes, 7, 2>, RunTilesOf<Lanes, 8, 2>},
    {RunTilesOf<Lanes, 1, 3>, RunTilesOf<Lanes, 2, 3>, RunTilesOf<Lanes, 3, 3>,
     RunTilesOf<Lanes, 4, 3>, RunTilesOf<Lanes, 5, 3>, RunTilesOf<Lanes, 6, 3>,
     RunTilesOf<Lanes, 7, 3>, RunTilesOf<Lanes, 8, 3>},
    {RunTilesOf<Lanes, 1, 4>, RunTilesOf<Lanes, 2, 4>, RunTilesOf<Lanes, 3, 4>,
     RunTilesOf<Lanes, 4, 4>, RunTilesOf<Lanes, 5, 4>, RunTilesOf<Lanes, 6, 4>,
     nullptr, nullptr}};

void Run(int tiles, int rows, int panels, const ConvF32Tile& tile) {
  alignas(64) float block[kMaxTileSums];
  kTiles[panels][rows - 1](tiles, tile, block);
}

}  // namespace

const ConvF32Tiles kConvF32TilesAvx512Vnni = {
    4, {8, 8, 8, 8, 6}, Run, ElementaryAvx512Vnni, false};

void ConvF32Avx512Vnni(const ConvF32Params& params, int64_t part, int64_t parts,
                       std::byte* scratch) {
  RunConvF32(kConvF32TilesAvx512Vnni, params, part, parts, scratch);
}

}  // namespace octet::kernels
