#include "kernels/row_blocks.h"

#include "kernels/work.h"

namespace octet::kernels {
namespace {

// Fewer rows would pack operands more often than it saves.
constexpr int64_t kMostRows = 256;

}  // namespace

int64_t RowBlocks(int64_t batches, int64_t rows) {
  return batches * DivideUp(rows, kMostRows);
}

RowBlock RowBlockAt(int64_t rows, int64_t i) {
  const int64_t blocks = DivideUp(rows, kMostRows), block = i % blocks;
  return {i / blocks, PartBegin(rows, block, blocks),
          PartBegin(rows, block + 1, blocks)};
}

}  // namespace octet::kernels
