#include "kernels/conv_f32/conv_f32_geometry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/conv_f32/conv_f32_problem.h"

namespace octet::kernels {
namespace {

ConvF32Geometry GeometryOfLine(const char* line) {
  return GeometryOf(ConvF32Problem(Problem(line)).params);
}

TEST(ConvF32Geometry, ReadsARowOfTheWindowInOneRun) {
  const ConvF32Geometry g = GeometryOfLine("x=1x9x9x8 out=4 kernel=3x3");
  EXPECT_FALSE(g.copies);
  EXPECT_EQ(g.window_rows, 3);
  EXPECT_EQ(g.window_columns, 1);
  EXPECT_EQ(g.run, 24);
  EXPECT_EQ(g.row_stride, 72);
}

TEST(ConvF32Geometry, ReadsTapsApartWhereNeighboursAreNot) {
  for (const char* line : {"x=1x9x9x8 out=4 kernel=3x3 dilation=1x2",
                           "x=1x9x9x8 out=4 kernel=3x3 group=2",
                           "x=1x9x9x8 out=4 kernel=3x3 gap=1x0x0"}) {
    SCOPED_TRACE(line);
    const ConvF32Geometry g = GeometryOfLine(line);
    EXPECT_EQ(g.window_columns, 3);
    EXPECT_EQ(g.run, g.depth);
  }
}

TEST(ConvF32Geometry, CopiesOnlyWhereAWindowHangsOver) {
  EXPECT_TRUE(GeometryOfLine("x=1x9x9x8 out=4 kernel=3x3 pad=1x1x1x1").copies);
  EXPECT_TRUE(GeometryOfLine("x=1x9x9x8 out=4 kernel=3x3 pad=0x0x1x0").copies);
  EXPECT_TRUE(GeometryOfLine("x=1x9x9x8 out=4 kernel=3x3 pad=0x0x0x1").copies);
  EXPECT_FALSE(GeometryOfLine("x=1x9x9x8 out=4 stride=2x2").copies);
}

TEST(ConvF32Geometry, ClosesTheGapsOfPixelsThatItCopies) {
  const ConvF32Geometry g =
      GeometryOfLine("x=1x9x9x8 out=4 kernel=3x3 pad=1x1x1x1 gap=5x0x0");
  EXPECT_EQ(g.pixel_stride, 8);
  EXPECT_EQ(g.run, 24);
  EXPECT_EQ(g.band_columns, 11);
}

TEST(ConvF32Geometry, KeepsABandWithinTheCache) {
  const ConvF32Geometry g =
      GeometryOfLine("x=1x200x200x64 out=16 kernel=3x3 pad=1x1x1x1");
  const int64_t rows = g.band_rows + 2;
  EXPECT_GE(g.band_rows, 1);
  EXPECT_LE(rows * g.image_row_stride * 4, 256 * 1024);
}

// Every output element belongs to exactly one part, whatever their number.
TEST(ConvF32Piece, DealsOutEveryOutputOnce) {
  for (const char* line : {"x=1x20x20x3 out=70", "x=1x1x1x8 out=1000",
                           "x=2x3x3x4 out=33 group=1", "x=1x7x7x8 out=512"}) {
    const ConvF32Problem problem{Problem(line)};
    const ConvF32Params& p = problem.params;
    const ConvF32Geometry g = GeometryOf(p);
    const int64_t pixels = p.batch * p.out_h * p.out_w;
    for (int64_t parts : {1, 2, 3, 5, 8, 31}) {
      SCOPED_TRACE(std::string(line) + ", " + std::to_string(parts));
      std::vector<int> times(size_t(pixels * g.panels));
      for (int64_t part = 0; part < parts; ++part) {
        const ConvF32Piece piece = PieceOf(p, g, part, parts);
        for (int64_t i = piece.pixel_begin; i < piece.pixel_end; ++i) {
          for (int64_t j = piece.panel_begin; j < piece.panel_end; ++j) {
            ++times[size_t(i * g.panels + j)];
          }
        }
      }
      for (int n : times) ASSERT_EQ(n, 1);
    }
  }
}

TEST(ConvF32Piece, SplitsChannelsWherePixelsAreFew) {
  const ConvF32Problem problem{Problem("x=1x7x7x8 out=512")};
  const ConvF32Geometry g = GeometryOf(problem.params);
  const ConvF32Piece piece = PieceOf(problem.params, g, 0, 4);
  EXPECT_EQ(piece.pixel_end, 49);
  EXPECT_EQ(piece.panel_end, 8);
}

}  // namespace
}  // namespace octet::kernels
