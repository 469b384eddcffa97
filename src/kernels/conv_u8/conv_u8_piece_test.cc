#include "kernels/conv_u8/conv_u8_piece.h"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/conv_u8/conv_u8_band.h"
#include "kernels/conv_u8/conv_u8_tactic.h"

namespace octet::kernels {
namespace {

ConvU8Params Convolution(int64_t size, int64_t kernel, int64_t in_channels,
                         int64_t out_channels) {
  ConvU8Params p;
  p.in_h = p.in_w = p.out_h = p.out_w = size;
  p.in_channels = p.x_pixel_stride = in_channels;
  p.out_channels = out_channels;
  p.window.kernel_h = p.window.kernel_w = kernel;
  p.window.pad_top = p.window.pad_left = kernel / 2;
  return p;
}

TEST(ConvU8Piece, PartsCoverEveryOutputOnce) {
  ConvU8Params all[] = {Convolution(9, 3, 8, 200), Convolution(1, 1, 64, 1000),
                        Convolution(40, 1, 8, 24), Convolution(7, 3, 16, 64)};
  all[3].batch = 3;
  for (const ConvU8Params& p : all) {
    const int64_t pixels = p.batch * p.out_h * p.out_w;
    const int64_t panels = (p.out_channels + 15) / 16;
    for (int64_t parts : {1, 2, 3, 7, 8, 16, 100, 1000}) {
      std::vector<int> covered(size_t(pixels * panels));
      for (int64_t part = 0; part < parts; ++part) {
        const ConvU8Piece piece = PieceOf(p, part, parts);
        for (int64_t i = piece.pixel_begin; i < piece.pixel_end; ++i) {
          for (int64_t c = piece.panel_begin; c < piece.panel_end; ++c) {
            ++covered[size_t(i * panels + c)];
          }
        }
      }
      for (int count : covered) ASSERT_EQ(count, 1) << parts << " parts";
    }
  }
}

TEST(ConvU8Piece, CutsFewPixelsByChannelsAndManyByRows) {
  const ConvU8Params fully_connected = Convolution(1, 1, 2048, 1000);
  EXPECT_EQ(PieceOf(fully_connected, 0, 2).pixel_end, 1);
  EXPECT_EQ(PieceOf(fully_connected, 0, 2).panel_end, 32);
  const ConvU8Params image = Convolution(56, 3, 64, 64);
  EXPECT_EQ(PieceOf(image, 1, 8).pixel_begin, 7 * 56);
  EXPECT_EQ(PieceOf(image, 1, 8).pixel_end, 14 * 56);
  EXPECT_EQ(PieceOf(image, 1, 8).panel_end, 4);
}

TEST(ConvU8Band, BandsFollowEachOtherWithinAnImageAndFitTheMemory) {
  ConvU8Params p = Convolution(60, 5, 64, 16);
  p.batch = 2;
  const ConvU8Piece piece = PieceOf(p, 0, 1);
  const int64_t most = BandPixels(p, 2);
  int64_t pixel = 0;
  while (pixel < piece.pixel_end) {
    const ConvU8Band band = BandAt(p, piece, pixel, most);
    ASSERT_EQ(band.pixel_begin, pixel);
    ASSERT_GT(band.pixel_end, pixel);
    EXPECT_LE(band.rows * band.width * p.in_channels, BandElements(p, 2));
    EXPECT_EQ(pixel / 3600, (band.pixel_end - 1) / 3600);
    EXPECT_EQ(band.in_y, pixel % 3600 / 60 - 2);
    pixel = band.pixel_end;
  }
}

TEST(ConvU8Band, OffsetsPointAtTheWindowOfEachPixel) {
  ConvU8Params p = Convolution(8, 3, 5, 16);
  p.window.stride_h = p.window.stride_w = 2;
  p.out_h = p.out_w = 4;
  const ConvU8Band band = BandAt(p, PieceOf(p, 0, 1), 0, 16);
  EXPECT_EQ(band.rows, 9);
  EXPECT_EQ(band.width, 9);
  int32_t offsets[16];
  BandOffsets(p, band, offsets);
  EXPECT_EQ(offsets[1], 2 * 5);
  EXPECT_EQ(offsets[4], 2 * 9 * 5);
  EXPECT_EQ(offsets[15], (6 * 9 + 6) * 5);
}

TEST(ConvU8Tactic, SpreadsPanelsAndFitsRows) {
  // Seven pixels and 64 channels are one full tile.
  EXPECT_EQ(TacticOf(Convolution(7, 3, 512, 512), 32).vectors, 4);
  // Sixteen channels leave no choice.
  EXPECT_EQ(TacticOf(Convolution(80, 3, 16, 16), 1).vectors, 1);
  ConvU8Params p = Convolution(80, 3, 16, 64);
  p.tile_vectors = 2;
  p.tile_block = 3;
  EXPECT_EQ(TacticOf(p, 4).vectors, 2);
  EXPECT_EQ(TacticOf(p, 4).band_pixels, 3 * 80);
}

TEST(ConvU8Tactic, NeverAsksForABandThatTheScratchCannotHold) {
  ConvU8Params p = Convolution(80, 3, 256, 64);
  p.tile_block = 1000000;
  EXPECT_LE(TacticOf(p, 4).band_pixels, BandPixels(p, 1));
}

}  // namespace
}  // namespace octet::kernels
