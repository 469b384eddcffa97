// How work is split among threads: how many parts, and which piece each one
// is.
#ifndef OCTET_KERNELS_SPLIT_H_
#define OCTET_KERNELS_SPLIT_H_

#include <cstdint>

#include "kernels/work.h"

namespace octet::kernels {

// Items [begin, end) of a row of equal items.
struct Piece {
  int64_t begin;
  int64_t end;
};

// Piece `part` of `parts` of `items`: sizes differ by at most one `grain`, and
// every piece but the last is a multiple of it. Pieces may be empty.
Piece PieceOf(int64_t items, int64_t part, int64_t parts, int64_t grain = 1);

// The largest of the fewest pieces of at most `most` items: they are even.
int64_t EvenPiece(int64_t items, int64_t most);

// In how many pieces to cut one of two dimensions, the other getting the rest
// of `parts`: `least`, or more where that leaves no part without work, but
// never more than `most` or fewer than one.
int64_t WaysToShare(int64_t parts, int64_t least, int64_t most);

// Parts for `items` separable items that take `ns` nanoseconds together on one
// thread: one a thread as soon as a piece is 2.5 us, then as many for each
// thread as there are pieces of 15 us, four at most, so that a late thread
// costs little; fewer where those would be uneven; one part for one thread.
int64_t PartsFor(int64_t items, double ns, int threads);

// PartsFor as a plan.
Work SplitEvenly(int64_t items, double ns, int threads,
                 int64_t scratch_bytes = 0);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_SPLIT_H_
