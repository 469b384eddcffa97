#include "compile/lower/arena.h"

#include <numeric>

#include "octet/tensor.h"

namespace octet::compile {
namespace {

int64_t Padded(int64_t bytes) {
  const int64_t with_slack = bytes + kBufferSlack;
  return (with_slack + kBufferAlignment - 1) / kBufferAlignment *
         kBufferAlignment;
}

bool Overlap(const Lifetime& a, const Lifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

struct Block {
  int64_t begin, end;
};

// The smallest gap between the blocks that `bytes` fit in, else the end.
int64_t BestFit(std::vector<Block> taken, int64_t bytes) {
  std::ranges::sort(taken, {}, &Block::begin);
  int64_t best = -1, best_gap = INT64_MAX, end = 0;
  for (const Block& block : taken) {
    const int64_t gap = block.begin - end;
    if (gap >= bytes && gap < best_gap) {
      best = end;
      best_gap = gap;
    }
    end = std::max(end, block.end);
  }
  return best >= 0 ? best : end;
}

}  // namespace

Arena PlanArena(const std::vector<Lifetime>& buffers) {
  std::vector<int> order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(
      order, [&](int a, int b) { return buffers[a].bytes > buffers[b].bytes; });
  Arena arena;
  arena.offsets.assign(buffers.size(), 0);
  std::vector<int> placed;
  for (int b : order) {
    if (!buffers[b].used()) continue;
    std::vector<Block> taken;
    for (int other : placed) {
      if (!Overlap(buffers[b], buffers[other])) continue;
      const int64_t begin = arena.offsets[other];
      taken.push_back({begin, begin + Padded(buffers[other].bytes)});
    }
    arena.offsets[b] = BestFit(std::move(taken), Padded(buffers[b].bytes));
    arena.bytes =
        std::max(arena.bytes, arena.offsets[b] + Padded(buffers[b].bytes));
    placed.push_back(b);
  }
  return arena;
}

}  // namespace octet::compile
