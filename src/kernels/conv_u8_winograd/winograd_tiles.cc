#include "kernels/conv_u8_winograd/winograd_tiles.h"

#include <algorithm>

#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr int64_t kPositions = 36;
// More than half of a small second-level cache: every tile more makes the
// weights' transform cheaper.
constexpr int64_t kInputBytes = 320 * 1024;
// Fewer make the transform of the weights cost too much beside their use.
constexpr int64_t kLeastTiles = 12;
constexpr int64_t kMostTiles = 48;
// Lanes of the widest kernel.
constexpr int64_t kLanes = 32;

uintptr_t Place(const ConvU8Params& p, uintptr_t at, WinogradScratch* s) {
  const WinogradStrides strides = WinogradStridesOf(p);
  const auto place = [&at]<typename T>(T** array, int64_t elements) {
    *array = reinterpret_cast<T*>(at);
    at += uintptr_t(RoundUp(elements * int64_t(sizeof(T)), 64));
  };
  place(&s->edge, strides.channels + 64);
  place(&s->input, kPositions * strides.input);
  place(&s->weights, kWinogradPanels * kPositions * strides.weights);
  place(&s->sums, kWinogradPanels * kPositions * strides.sums);
  place(&s->outputs, WinogradBand(p) * 16 * 16);
  return at;
}

}  // namespace

WinogradTiles TilesOf(const ConvU8Params& p) {
  WinogradTiles tiles;
  tiles.columns = (p.out_w + 3) / 4;
  tiles.rows = (p.out_h + 3) / 4;
  tiles.count = p.batch * tiles.rows * tiles.columns;
  return tiles;
}

WinogradPiece WinogradPieceOf(const ConvU8Params& p, int64_t part,
                              int64_t parts) {
  const int64_t tiles = TilesOf(p).count;
  const int64_t panels = LayoutOf(p).panels;
  // By tiles as long as each part has enough of them to make use of the
  // weights that it transforms; then by panels.
  const int64_t tile_parts = std::clamp<int64_t>(tiles / kLeastTiles, 1, parts);
  const int64_t panel_parts = std::min(panels, parts / tile_parts);
  if (part >= tile_parts * panel_parts) return {0, 0, 0, 0};
  const Piece some = PieceOf(tiles, part / panel_parts, tile_parts);
  const Piece columns = PieceOf(panels, part % panel_parts, panel_parts,
                                panels >= 8 * panel_parts ? 4 : 1);
  return {some.begin, some.end, columns.begin, columns.end};
}

int64_t WinogradBand(const ConvU8Params& p) {
  const int64_t bytes = kPositions * RoundUp(p.in_channels, kLanes) * 2;
  const int64_t most = std::clamp(kInputBytes / bytes, kLeastTiles, kMostTiles);
  return std::min(most, std::max<int64_t>(TilesOf(p).count, 1));
}

WinogradStrides WinogradStridesOf(const ConvU8Params& p) {
  constexpr int64_t kLine = 64;  // bytes
  WinogradStrides strides;
  strides.channels = RoundUp(p.in_channels, kLanes);
  strides.input = WinogradBand(p) * strides.channels + kLine / 2;
  strides.weights = strides.channels * 16 + kLine / 2;
  strides.sums = WinogradBand(p) * 16 + kLine / 4;
  return strides;
}

WinogradScratch PlaceWinogradScratch(const ConvU8Params& params,
                                     std::byte* memory) {
  WinogradScratch scratch;
  Place(params, reinterpret_cast<uintptr_t>(memory), &scratch);
  return scratch;
}

int64_t WinogradScratchBytes(const ConvU8Params& params) {
  WinogradScratch scratch;
  return int64_t(Place(params, 0, &scratch));
}

}  // namespace octet::kernels
