#include "kernels/batch.h"

namespace octet::kernels {

int64_t Batches(const int64_t* extents, int rank) {
  int64_t batches = 1;
  for (int d = 0; d < rank; ++d) batches *= extents[d];
  return batches;
}

int64_t BatchOffset(const int64_t* extents, int rank, const int64_t* strides,
                    int64_t batch) {
  int64_t offset = 0;
  for (int d = rank - 1; d >= 0; --d) {
    offset += batch % extents[d] * strides[d];
    batch /= extents[d];
  }
  return offset;
}

}  // namespace octet::kernels
