#include "kernels/depthwise_u8/depthwise_u8_piece.h"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/depthwise_u8/depthwise_u8_band.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

DepthwiseU8Params Convolution(int64_t size, int64_t channels) {
  DepthwiseU8Params p;
  p.in_h = p.in_w = p.out_h = p.out_w = size;
  p.channels = p.x_pixel_stride = channels;
  p.window.kernel_h = p.window.kernel_w = 3;
  p.window.pad_top = p.window.pad_left = 1;
  return p;
}

TEST(DepthwiseU8Piece, PartsCoverEveryOutputOnce) {
  for (const DepthwiseU8Params& p : {Convolution(5, 200), Convolution(3, 10)}) {
    for (int64_t parts : {1, 2, 5, 7, 20, 100}) {
      std::vector<int> covered(size_t(p.out_h * p.channels));
      for (int64_t part = 0; part < parts; ++part) {
        const DepthwiseU8Piece piece = PieceOf(p, part, parts);
        for (int64_t y = piece.row_begin; y < piece.row_end; ++y) {
          for (int64_t c = piece.channel_begin; c < piece.channel_end; ++c) {
            ++covered[size_t(y * p.channels + c)];
          }
        }
      }
      for (int count : covered) ASSERT_EQ(count, 1) << parts << " parts";
    }
  }
}

TEST(DepthwiseU8Piece, SplitsChannelsWhereThereAreMoreThanPixels) {
  const DepthwiseU8Piece many = PieceOf(Convolution(5, 128), 1, 2);
  EXPECT_EQ(many.row_begin, 0);
  EXPECT_EQ(many.row_end, 5);
  EXPECT_EQ(many.channel_begin, 64);
  EXPECT_EQ(many.channel_end, 128);
  const DepthwiseU8Piece few = PieceOf(Convolution(12, 128), 1, 2);
  EXPECT_EQ(few.row_begin, 6);
  EXPECT_EQ(few.row_end, 12);
  EXPECT_EQ(few.channel_begin, 0);
  EXPECT_EQ(few.channel_end, 128);
}

TEST(DepthwiseU8Band, SurroundsTheInputWithTheZeroOfEachChannel) {
  DepthwiseU8Params p = Convolution(2, 3);
  p.x_pixel_stride = 4;
  const uint8_t x[2 * 2 * 4] = {1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12};
  const uint8_t zero[64] = {100, 101, 102};
  p.x = x;
  p.x_zero = zero;
  Buffer<uint8_t> memory(BandBytes(p));
  const DepthwiseU8Band band = BandAt(p, PieceOf(p, 0, 1), 0, memory.get());
  EXPECT_EQ(band.row_end, 2);
  EXPECT_EQ(band.pixel_stride, 3);
  EXPECT_EQ(band.row_stride, 4 * 3);
  const std::vector<uint8_t> middle(band.input + 12, band.input + 24);
  EXPECT_EQ(middle, (std::vector<uint8_t>{100, 101, 102, 1, 2, 3, 4, 5, 6, 100,
                                          101, 102}));
  const std::vector<uint8_t> last(band.input + 36, band.input + 39);
  EXPECT_EQ(last, (std::vector<uint8_t>{100, 101, 102}));
}

TEST(DepthwiseU8Band, LeavesTheInputWhereItIsWithoutPadding) {
  DepthwiseU8Params p = Convolution(8, 70);
  p.window.pad_top = p.window.pad_left = 0;
  p.out_h = p.out_w = 6;
  const std::vector<uint8_t> x(size_t{8} * 8 * 70);
  p.x = x.data();
  EXPECT_EQ(BandBytes(p), 0);
  const DepthwiseU8Piece piece = {2, 6, 64, 70};
  const DepthwiseU8Band band = BandAt(p, piece, 2, nullptr);
  EXPECT_EQ(band.input, x.data() + int64_t{2} * 8 * 70 + 64);
  EXPECT_EQ(band.row_end, 6);
}

// Bands follow each other to the end of the piece; those of x are of whole
// groups of rows, none of which hangs over the upper or the lower edge.
TEST(DepthwiseU8Band, CopiesOnlyRowsAtTheEdges) {
  DepthwiseU8Params p = Convolution(40, 16);
  const std::vector<uint8_t> x(size_t{40} * 40 * 16), zero(64);
  p.x = x.data();
  p.x_zero = zero.data();
  Buffer<uint8_t> memory(BandBytes(p));
  for (int64_t rows : {1, 2, 4}) {
    int64_t copied = 0;
    for (int64_t row = 0; row < 40;) {
      const DepthwiseU8Band band =
          BandInPlaceAt(p, {0, 40, 0, 16}, row, rows, memory.get());
      ASSERT_EQ(band.row_begin, row);
      ASSERT_GT(band.row_end, row);
      if (band.lacks_left) {
        EXPECT_TRUE(band.lacks_right);
        EXPECT_EQ((band.row_end - row) % rows, 0);
        EXPECT_GE(row, 1);
        EXPECT_LE(band.row_end, 39);
        EXPECT_EQ(band.input + 16, x.data() + (row - 1) * 40 * 16);
      } else {
        copied += band.row_end - row;
      }
      row = band.row_end;
    }
    EXPECT_EQ(copied, 2 * rows) << rows << " rows at once";
  }
}

}  // namespace
}  // namespace octet::kernels
