#include "kernels/winograd/winograd_tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "kernels/window.h"

namespace octet::kernels {
namespace {

WinogradShape Shape(int64_t batch, int64_t side, int64_t in, int64_t out,
                    int64_t bytes = 2) {
  return {batch, side, side, in, side, side, out, 1, 1, bytes};
}

TEST(WinogradWindow, IsThreeByThreeAndLeavesNothingOut) {
  const Window good{.kernel_h = 3, .kernel_w = 3, .pad_top = 5};
  EXPECT_TRUE(IsWinogradWindow(good));
  for (int64_t Window::*member :
       {&Window::kernel_h, &Window::kernel_w, &Window::stride_h,
        &Window::stride_w, &Window::dilation_h, &Window::dilation_w}) {
    Window other = good;
    other.*member = 2;
    EXPECT_FALSE(IsWinogradWindow(other));
  }
}

TEST(WinogradTiles, CoverTheOutputsOfAllImages) {
  EXPECT_EQ(TilesOf(Shape(1, 1, 4, 4)).count, 1);
  EXPECT_EQ(TilesOf(Shape(1, 4, 4, 4)).count, 1);
  EXPECT_EQ(TilesOf(Shape(3, 5, 4, 4)).count, 12);
}

TEST(WinogradTiles, EveryTileAndPanelBelongsToOnePart) {
  for (const WinogradShape& shape :
       {Shape(1, 9, 16, 40), Shape(2, 30, 16, 16), Shape(1, 4, 16, 1040)}) {
    const int64_t tiles = TilesOf(shape).count;
    const int64_t panels = (shape.out_channels + 15) / 16;
    for (int64_t parts : {1, 2, 3, 7, 64}) {
      std::vector<int> seen(size_t(tiles * panels), 0);
      for (int64_t part = 0; part < parts; ++part) {
        const WinogradPiece piece = WinogradPieceOf(shape, part, parts);
        for (int64_t t = piece.tile_begin; t < piece.tile_end; ++t) {
          for (int64_t i = piece.panel_begin; i < piece.panel_end; ++i) {
            ++seen[size_t(t * panels + i)];
          }
        }
      }
      EXPECT_EQ(seen, std::vector<int>(seen.size(), 1))
          << tiles << " tiles in " << parts << " parts";
    }
  }
}

TEST(WinogradTiles, AreFilledByOneImageWhateverTheBatch) {
  for (int64_t batch : {1, 2, 64}) {
    EXPECT_TRUE(FillsWinogradTiles(Shape(batch, 8, 16, 16), 4));
    EXPECT_FALSE(FillsWinogradTiles(Shape(batch, 8, 16, 16), 5));
    EXPECT_TRUE(FillsWinogradTiles(Shape(batch, 7, 16, 16), 4));
    EXPECT_FALSE(FillsWinogradTiles(Shape(batch, 6, 16, 16), 4));
    EXPECT_FALSE(FillsWinogradTiles(Shape(batch, 9, 16, 16), 4));
    EXPECT_TRUE(FillsWinogradTiles(Shape(batch, 10, 16, 16), 4));
  }
  EXPECT_FALSE(FillsWinogradTiles({1, 1, 64, 16, 1, 64, 16, 1, 1, 2}, 4));
}

void ExpectRoom(const WinogradShape& shape, const WinogradWeights& weights) {
  alignas(64) static std::byte base[1];
  const WinogradScratch s = PlaceWinogradScratch(shape, weights, base);
  const WinogradStrides strides = WinogradStridesOf(shape);
  const int64_t band = WinogradBand(shape);
  EXPECT_GE(s.input - s.edge, strides.channels * shape.element_bytes);
  EXPECT_GE(strides.input, band * shape.in_channels);
  EXPECT_GE(s.weights - s.input, 36 * strides.input * shape.element_bytes);
  EXPECT_GE(strides.weights, shape.in_channels * 16);
  EXPECT_GE(s.sums - s.weights, weights.panels * weights.rows * 6 *
                                    strides.weights * shape.element_bytes);
  // Over the weights, which nobody reads any more.
  EXPECT_EQ(s.outputs, s.weights);
  EXPECT_GE(s.sums - s.outputs,
            std::min(band, TilesOf(shape).columns) * 16 * 16 * 4);
  const int64_t bytes = WinogradScratchBytes(shape, weights);
  EXPECT_GE(base + bytes - s.sums, weights.panels * 36 * strides.sums * 4);
}

TEST(WinogradTiles, ScratchHoldsWhatTheStridesReach) {
  for (const WinogradShape& shape :
       {Shape(1, 9, 20, 40), Shape(1, 56, 64, 64, 4), Shape(1, 14, 512, 16, 4),
        Shape(1, 1, 4, 1)}) {
    for (const WinogradWeights& weights :
         {kWinogradFloats, kWinogradOfAvx2, kWinogradCodes}) {
      ExpectRoom(shape, weights);
    }
  }
}

TEST(WinogradTiles, OfCodesLeaveRoomForFewerTransformedWeights) {
  // ResNet-50's: what is alive beside them is up to 600 KB smaller than what is
  // alive at most.
  EXPECT_LT(WinogradScratchBytes(Shape(1, 28, 128, 128), kWinogradCodes),
            600 * 1000);
  EXPECT_LT(WinogradScratchBytes(Shape(1, 56, 64, 64), kWinogradCodes),
            360 * 1000);
}

TEST(WinogradTiles, AreCutIntoEvenBands) {
  // 56 at most: 196 tiles in four bands, 225 in five.
  EXPECT_EQ(WinogradBand(Shape(1, 56, 64, 64)), 49);
  EXPECT_EQ(WinogradBand(Shape(1, 60, 64, 64)), 45);
  EXPECT_EQ(WinogradBand(Shape(1, 28, 64, 64)), 49);
  EXPECT_EQ(WinogradBand(Shape(1, 24, 64, 64)), 36);
}

TEST(WinogradParts, LeaveSmallWorkWholeAndCutLargeWork) {
  EXPECT_EQ(WinogradParts(Shape(1, 4, 16, 16), 0.01, 8), 1);
  EXPECT_EQ(WinogradParts(Shape(1, 56, 64, 64), 0.01, 1), 1);
  EXPECT_GE(WinogradParts(Shape(1, 56, 64, 64), 0.01, 2), 4);
}

TEST(WinogradParts, AreNeverEmpty) {
  for (int64_t side : {8, 40, 56}) {
    for (int threads : {2, 3, 5, 16}) {
      const WinogradShape shape = Shape(1, side, 64, 64);
      const int64_t parts = WinogradParts(shape, 1.0, threads);
      for (int64_t part = 0; part < parts; ++part) {
        const WinogradPiece piece = WinogradPieceOf(shape, part, parts);
        EXPECT_LT(piece.tile_begin, piece.tile_end) << side << " " << parts;
        EXPECT_LT(piece.panel_begin, piece.panel_end) << side << " " << parts;
      }
    }
  }
}

}  // namespace
}  // namespace octet::kernels
