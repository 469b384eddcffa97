#include "kernels/split.h"

#include <algorithm>

namespace octet::kernels {
namespace {

// Waking a sleeping worker takes 7 to 20 us, a spinning one 0.5 us: below
// this, splitting cannot win.
constexpr double kWorthSplittingNs = 5000;
constexpr double kLeastPieceNs = 10000;
constexpr int64_t kPiecesPerThread = 4;

}  // namespace

Piece PieceOf(int64_t items, int64_t part, int64_t parts, int64_t grain) {
  const int64_t grains = (items + grain - 1) / grain;
  const int64_t each = grains / parts, extra = grains % parts;
  const int64_t begin = part * each + std::min(part, extra);
  const int64_t end = begin + each + (part < extra ? 1 : 0);
  return {std::min(begin * grain, items), std::min(end * grain, items)};
}

int64_t PartsFor(int64_t items, double ns, int threads) {
  if (threads <= 1 || ns < kWorthSplittingNs) return 1;
  const int64_t wanted =
      std::clamp<int64_t>(static_cast<int64_t>(ns / kLeastPieceNs), threads,
                          kPiecesPerThread * threads);
  return std::max<int64_t>(1, std::min(items, wanted));
}

Work SplitEvenly(int64_t items, double ns, int threads,
                 int64_t scratch_bytes) {
  return {PartsFor(items, ns, threads), scratch_bytes};
}

}  // namespace octet::kernels
