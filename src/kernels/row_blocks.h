// How rows of a batch of products are cut into pieces, each of which packs its
// right operands itself.
#ifndef OCTET_KERNELS_ROW_BLOCKS_H_
#define OCTET_KERNELS_ROW_BLOCKS_H_

#include <cstdint>

namespace octet::kernels {

// Rows [first, end) of matrix number `batch`.
struct RowBlock {
  int64_t batch, first, end;
};

int64_t RowBlocks(int64_t batches, int64_t rows);
RowBlock RowBlockAt(int64_t rows, int64_t i);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ROW_BLOCKS_H_
