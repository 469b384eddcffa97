#include "kernels/winograd/winograd_tiles.h"

#include <algorithm>

#include "kernels/scratch_dealer.h"
#include "kernels/split.h"
#include "kernels/window.h"

namespace octet::kernels {
namespace {

constexpr int64_t kPositions = 36;
constexpr int64_t kRowPositions = 6;
// More than half of a small second-level cache: every tile more makes the
// weights' transform cheaper.
constexpr int64_t kInputBytes = 448 * 1024;
// Fewer make the transform of the weights cost too much beside their use.
constexpr int64_t kLeastTiles = 12;
constexpr int64_t kPartsPerThread = 2;
constexpr int64_t kMostTiles = 56;
constexpr int64_t kLine = 64;  // bytes; also what the widest lanes hold
constexpr int64_t kSumBytes = 4;

int64_t Panels(const WinogradShape& shape) {
  return (shape.out_channels + 15) / 16;
}

// Pieces of the tiles and of the panels.
struct Cuts {
  int64_t tiles, panels;
};

// By tiles as long as each part has a band of them: more would transform the
// weights more often than one thread does. Then by panels.
Cuts CutsOf(const WinogradShape& shape, int64_t parts) {
  const int64_t bands = DivideUp(TilesOf(shape).count, WinogradBand(shape));
  const int64_t tiles = std::clamp<int64_t>(bands, 1, parts);
  return {tiles, std::min(Panels(shape), parts / tiles)};
}

uintptr_t Place(const WinogradShape& shape, const WinogradWeights& weights,
                uintptr_t at, WinogradScratch* s) {
  const WinogradStrides strides = WinogradStridesOf(shape);
  ScratchDealer dealer{at};
  // Inputs are not larger than transformed ones, and are read too far.
  dealer.Place(&s->edge, strides.channels * shape.element_bytes + kLine);
  dealer.Place(&s->input, kPositions * strides.input * shape.element_bytes);
  const int64_t row_tiles =
      std::min(WinogradBand(shape), TilesOf(shape).columns);
  const int64_t outputs = row_tiles * 16 * 16 * kSumBytes;
  const int64_t transformed = weights.panels * weights.rows * kRowPositions *
                              strides.weights * shape.element_bytes;
  dealer.Place(&s->weights, std::max(outputs, transformed));
  s->outputs = s->weights;
  dealer.Place(&s->sums,
               weights.panels * kPositions * strides.sums * kSumBytes);
  return dealer.at;
}

}  // namespace

bool IsWinogradWindow(const Window& w) {
  return w.kernel_h == 3 && w.kernel_w == 3 && w.stride_h == 1 &&
         w.stride_w == 1 && w.dilation_h == 1 && w.dilation_w == 1;
}

WinogradTiles TilesOf(const WinogradShape& shape) {
  WinogradTiles tiles;
  tiles.columns = (shape.out_w + 3) / 4;
  tiles.rows = (shape.out_h + 3) / 4;
  tiles.count = shape.batch * tiles.rows * tiles.columns;
  return tiles;
}

bool FillsWinogradTiles(const WinogradShape& shape, int64_t least_tiles) {
  const WinogradTiles tiles = TilesOf(shape);
  const int64_t of_image = tiles.rows * tiles.columns;
  // At 6 x 6 and 9 x 9 outputs, 9 of 16, the gain was gone.
  return of_image >= least_tiles &&
         shape.out_h * shape.out_w * 10 >= of_image * 16 * 6;
}

WinogradPiece WinogradPieceOf(const WinogradShape& shape, int64_t part,
                              int64_t parts) {
  const int64_t tiles = TilesOf(shape).count;
  const int64_t panels = Panels(shape);
  const Cuts cuts = CutsOf(shape, parts);
  if (part >= cuts.tiles * cuts.panels) return {0, 0, 0, 0};
  const Piece some = PieceOf(tiles, part / cuts.panels, cuts.tiles);
  const Piece columns = PieceOf(panels, part % cuts.panels, cuts.panels,
                                panels >= 8 * cuts.panels ? 4 : 1);
  return {some.begin, some.end, columns.begin, columns.end};
}

int64_t WinogradParts(const WinogradShape& shape, double ns_per_product,
                      int threads) {
  const int64_t tiles = TilesOf(shape).count;
  const int64_t panels = Panels(shape);
  const double products = double(tiles) * double(kPositions) *
                          double(shape.in_channels) * double(panels * 16);
  const int64_t band = WinogradBand(shape);
  // Parts that share tiles transform the same inputs.
  const int64_t per_thread =
      tiles >= kPartsPerThread * threads * band ? kPartsPerThread : 1;
  const int64_t wanted =
      std::min(PartsFor(tiles * panels, products * ns_per_product, threads),
               per_thread * threads);
  const Cuts cuts = CutsOf(shape, wanted);
  return std::max<int64_t>(1, cuts.tiles * cuts.panels);
}

int64_t WinogradBand(const WinogradShape& shape) {
  const int64_t bytes =
      kPositions * RoundUp(shape.in_channels * shape.element_bytes, kLine);
  const int64_t most = std::clamp(kInputBytes / std::max<int64_t>(bytes, 1),
                                  kLeastTiles, kMostTiles);
  return EvenPiece(std::max<int64_t>(TilesOf(shape).count, 1), most);
}

WinogradStrides WinogradStridesOf(const WinogradShape& shape) {
  const int64_t line = kLine / shape.element_bytes;
  WinogradStrides strides;
  strides.channels = RoundUp(shape.in_channels, line);
  strides.input = WinogradBand(shape) * strides.channels + line;
  strides.weights = strides.channels * 16 + line;
  strides.sums = WinogradBand(shape) * 16 + kLine / kSumBytes;
  return strides;
}

WinogradScratch PlaceWinogradScratch(const WinogradShape& shape,
                                     const WinogradWeights& weights,
                                     std::byte* memory) {
  WinogradScratch scratch;
  Place(shape, weights, reinterpret_cast<uintptr_t>(memory), &scratch);
  return scratch;
}

int64_t WinogradScratchBytes(const WinogradShape& shape,
                             const WinogradWeights& weights) {
  WinogradScratch scratch;
  return int64_t(Place(shape, weights, 0, &scratch));
}

}  // namespace octet::kernels
