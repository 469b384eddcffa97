#include "kernels/split.h"

#include <algorithm>
#include <cmath>

namespace octet::kernels {
namespace {

// Handing a piece to a worker that spins takes 0.5 us: shorter ones win
// nothing.
constexpr double kLeastPieceNs = 2500;
// A thread gets more than one piece only if each is worth what is done anew for
// every piece: sorted weights, the rows where two pieces meet.
constexpr double kPieceNs = 15000;
constexpr int64_t kPiecesPerThread = 4;

// At most `most` pieces a thread: as many as leave the last thread least to do.
// Seven pieces of two rows each keep two threads as long as eight.
int64_t EvenPieces(int64_t items, int64_t threads, int64_t most) {
  int64_t best = most;
  double least = 0;
  for (int64_t each = most; each >= 1; --each) {
    const double longest = double(DivideUp(items, each * threads) * each);
    // More pieces are better for a thread that comes late.
    if (each == most || longest < 0.98 * least) {
      best = each;
      least = longest;
    }
  }
  return best;
}

}  // namespace

Piece PieceOf(int64_t items, int64_t part, int64_t parts, int64_t grain) {
  const int64_t grains = DivideUp(items, grain);
  return {std::min(PartBegin(grains, part, parts) * grain, items),
          std::min(PartBegin(grains, part + 1, parts) * grain, items)};
}

int64_t EvenPiece(int64_t items, int64_t most) {
  return items == 0 ? 0 : DivideUp(items, DivideUp(items, most));
}

int64_t WaysToShare(int64_t parts, int64_t least, int64_t most) {
  const int64_t some = std::max<int64_t>(1, std::min(least, most));
  for (int64_t ways = some; ways <= most; ++ways) {
    if (parts % ways == 0) return ways;
  }
  return some;
}

int64_t PartsFor(int64_t items, double ns, int threads) {
  if (threads <= 1) return 1;
  // As many for every thread: three pieces take two threads as long as four.
  const int64_t each =
      std::min(int64_t(ns / (kPieceNs * threads)), kPiecesPerThread);
  const int64_t wanted =
      each > 0 ? EvenPieces(items, threads, each) * threads
               : std::min<int64_t>(threads, int64_t(ns / kLeastPieceNs));
  return std::max<int64_t>(1, std::min(wanted, items));
}

Work SplitEvenly(int64_t items, double ns, int threads, int64_t scratch_bytes) {
  return {PartsFor(items, ns, threads), scratch_bytes};
}

}  // namespace octet::kernels
