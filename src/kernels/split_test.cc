#include "kernels/split.h"

#include <gtest/gtest.h>

namespace octet::kernels {
namespace {

TEST(PieceOf, DealsOutEveryItemOnce) {
  for (int64_t items : {0, 1, 5, 64, 1000}) {
    for (int64_t parts : {1, 2, 3, 7, 100}) {
      int64_t next = 0;
      for (int64_t part = 0; part < parts; ++part) {
        const Piece piece = PieceOf(items, part, parts);
        EXPECT_EQ(piece.begin, next);
        EXPECT_GE(piece.end, piece.begin);
        next = piece.end;
      }
      EXPECT_EQ(next, items);
    }
  }
}

TEST(PieceOf, MakesPiecesThatDifferByOneGrainAtMost) {
  constexpr int64_t kGrain = 16;
  for (int64_t items : {17, 160, 1001}) {
    for (int64_t parts : {2, 3, 7}) {
      int64_t least = items, most = 0, next = 0;
      for (int64_t part = 0; part < parts; ++part) {
        const Piece piece = PieceOf(items, part, parts, kGrain);
        EXPECT_EQ(piece.begin, next);
        next = piece.end;
        if (piece.end == items) continue;
        EXPECT_EQ(piece.end % kGrain, 0);
        least = std::min(least, piece.end - piece.begin);
        most = std::max(most, piece.end - piece.begin);
      }
      EXPECT_EQ(next, items);
      EXPECT_LE(most - least, kGrain);
    }
  }
}

TEST(EvenPiece, IsTheLargestOfTheFewest) {
  EXPECT_EQ(EvenPiece(49, 48), 25);
  EXPECT_EQ(EvenPiece(48, 48), 48);
  EXPECT_EQ(EvenPiece(100, 48), 34);
  EXPECT_EQ(EvenPiece(1, 48), 1);
  EXPECT_EQ(EvenPiece(0, 48), 0);
}

TEST(WaysToShare, LeavesNoPartWithoutWork) {
  EXPECT_EQ(WaysToShare(8, 1, 16), 1);
  EXPECT_EQ(WaysToShare(8, 3, 16), 4);
  EXPECT_EQ(WaysToShare(8, 3, 3), 3);
  EXPECT_EQ(WaysToShare(6, 4, 5), 4);
  EXPECT_EQ(WaysToShare(8, 3, 2), 2);
  EXPECT_EQ(WaysToShare(1, 1, 0), 1);
}

TEST(PartsFor, KeepsShortWorkInOnePiece) {
  EXPECT_EQ(PartsFor(1000, 4900, 4), 1);
  EXPECT_EQ(PartsFor(1000, 0, 4), 1);
}

TEST(PartsFor, KeepsOneThreadInOnePiece) {
  EXPECT_EQ(PartsFor(1000, 1e9, 1), 1);
  EXPECT_EQ(PartsFor(1000, 1e9, 0), 1);
}

TEST(PartsFor, GivesEachThreadAPieceAsSoonAsThatPays) {
  EXPECT_EQ(PartsFor(1000, 5000, 4), 2);
  EXPECT_EQ(PartsFor(1000, 9000, 4), 3);
  EXPECT_EQ(PartsFor(1000, 10000, 4), 4);
  EXPECT_EQ(PartsFor(1000, 100000, 4), 4);
}

TEST(PartsFor, GivesEachThreadAsManyPieces) {
  for (int threads : {2, 3, 4, 16}) {
    int64_t before = threads;
    for (double ns = 2500.0 * threads; ns < 2e6; ns += 1000) {
      const int64_t parts = PartsFor(1000, ns, threads);
      ASSERT_EQ(parts % threads, 0) << ns;
      ASSERT_GE(parts, before) << ns;
      before = parts;
    }
  }
}

TEST(PartsFor, MakesFourPiecesAThreadAtMost) {
  EXPECT_EQ(PartsFor(1000, 1e9, 2), 8);
  EXPECT_EQ(PartsFor(1000, 1e9, 64), 256);
}

TEST(PartsFor, NeverMakesMorePiecesThanItems) {
  EXPECT_EQ(PartsFor(3, 1e9, 8), 3);
  EXPECT_EQ(PartsFor(0, 1e9, 8), 1);
}

}  // namespace
}  // namespace octet::kernels
