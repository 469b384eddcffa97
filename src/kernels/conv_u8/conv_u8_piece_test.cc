#include "kernels/conv_u8/conv_u8_piece.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "kernels/conv_u8/conv_u8_band.h"
#include "kernels/conv_u8/conv_u8_tactic.h"
#include "kernels/conv_u8/conv_u8_view.h"
#include "kernels/testing/random.h"

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
  const int64_t most = BandPixels(p);
  int64_t pixel = 0;
  while (pixel < piece.pixel_end) {
    const ConvU8Band band = BandAt(p, piece, pixel, most);
    ASSERT_EQ(band.pixel_begin, pixel);
    ASSERT_GT(band.pixel_end, pixel);
    EXPECT_LE(band.rows * band.width * p.in_channels, BandElements(p));
    EXPECT_EQ(pixel / 3600, (band.pixel_end - 1) / 3600);
    EXPECT_EQ(band.in_y, pixel % 3600 / 60 - 2);
    pixel = band.pixel_end;
  }
}

TEST(ConvU8Band, BandsAreEvenBeforeTheyAreFull) {
  for (int64_t channels : {512, 1024, 2048}) {
    const ConvU8Params p = Convolution(28, 1, channels, 64);
    const ConvU8Piece piece = PieceOf(p, 0, 1);
    int64_t least = piece.pixel_end, most = 0;
    for (int64_t pixel = 0; pixel < piece.pixel_end;) {
      const ConvU8Band band = BandAt(p, piece, pixel, BandPixels(p));
      least = std::min(least, band.pixel_end - pixel);
      most = std::max(most, band.pixel_end - pixel);
      pixel = band.pixel_end;
    }
    EXPECT_LE(most, BandPixels(p));
    EXPECT_LE(most - least, 2 * Grain(p)) << channels;
    EXPECT_LT(most, piece.pixel_end) << channels;
  }
}

// The codes that a view shows, against those of x and x_zero: tap (ky, kx) of
// every window of a band.
void ExpectView(const ConvU8Params& p, int64_t band_pixels) {
  std::vector<uint8_t> copy(size_t(NeedsCopy(p) ? BandElements(p) : 0) + 64);
  std::vector<int64_t> windows(size_t(BandPixels(p)));
  const ConvU8Piece piece = PieceOf(p, 0, 1);
  for (int64_t pixel = 0; pixel < piece.pixel_end;) {
    const ConvU8Band band = BandAt(p, piece, pixel, band_pixels);
    const ConvU8View view = ViewOf(p, band, copy.data());
    WindowOffsets(p, band, view, windows.data());
    for (; pixel < band.pixel_end; ++pixel) {
      const Window& w = p.window;
      const int64_t oy = pixel / p.out_w % p.out_h, ox = pixel % p.out_w;
      for (int64_t ky = 0; ky < w.kernel_h; ++ky) {
        for (int64_t kx = 0; kx < w.kernel_w; ++kx) {
          const int64_t y = oy * w.stride_h - w.pad_top + ky * w.dilation_h;
          const int64_t x = ox * w.stride_w - w.pad_left + kx * w.dilation_w;
          const bool is_in = y >= 0 && y < p.in_h && x >= 0 && x < p.in_w;
          const int64_t image = pixel / (p.out_h * p.out_w);
          const uint8_t* seen = view.base + windows[pixel - band.pixel_begin] +
                                ky * w.dilation_h * view.row_stride +
                                kx * w.dilation_w * view.pixel_stride;
          for (int64_t i = 0; i < p.in_channels; ++i) {
            const int64_t at =
                ((image * p.in_h + y) * p.in_w + x) * p.x_pixel_stride + i;
            ASSERT_EQ(seen[i], is_in ? p.x[at] : p.x_zero)
                << "pixel " << pixel << ", tap " << ky << ", " << kx;
          }
        }
      }
    }
  }
}

TEST(ConvU8View, ShowsTheInputUnderEveryWindow) {
  Random random(1);
  const Buffer<uint8_t> x = RandomCodes(int64_t{2} * 9 * 9 * 8, random);
  // {window, padding behind} of an input of 9x9 and up to 8 channels.
  const Window windows[] = {{1, 1, 1, 1, 1, 1, 0, 0}, {1, 1, 2, 3, 1, 1, 0, 0},
                            {3, 3, 1, 1, 1, 1, 1, 1}, {3, 3, 2, 2, 1, 1, 0, 0},
                            {2, 3, 1, 2, 2, 3, 1, 0}, {5, 5, 1, 1, 1, 1, 4, 4},
                            {1, 1, 2, 2, 1, 1, 1, 0}};
  for (const Window& window : windows) {
    for (int64_t channels : {3, 8}) {
      for (int64_t rows : {1, 2, 100}) {
        ConvU8Params p;
        p.batch = 2;
        p.in_h = p.in_w = 9;
        p.in_channels = channels;
        p.x_pixel_stride = 8;
        p.x = x.get();
        p.x_zero = 77;
        p.window = window;
        const auto outputs = [](int64_t pad, int64_t kernel, int64_t dilation,
                                int64_t stride) {
          return (9 + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1;
        };
        p.out_h = outputs(window.pad_top, window.kernel_h, window.dilation_h,
                          window.stride_h);
        p.out_w = outputs(window.pad_left, window.kernel_w, window.dilation_w,
                          window.stride_w);
        ExpectView(p, std::min(BandPixels(p), rows * p.out_w));
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST(ConvU8Tactic, SpreadsPanelsAndFitsRows) {
  // Seven pixels and 64 channels are one full tile, which is only asked for.
  ConvU8Params seven = Convolution(7, 3, 512, 512);
  EXPECT_EQ(TacticOf(seven, 32).vectors, 3);
  seven.tile_vectors = 4;
  EXPECT_EQ(TacticOf(seven, 32).vectors, 4);
  // Two vectors are woven, where a row has pixels for that.
  EXPECT_EQ(TacticOf(Convolution(8, 3, 512, 512), 32).vectors, 2);
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
  EXPECT_LE(TacticOf(p, 4).band_pixels, BandPixels(p));
}

}  // namespace
}  // namespace octet::kernels
