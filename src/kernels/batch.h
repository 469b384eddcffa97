// The matrices of a batch, along any number of axes.
#ifndef OCTET_KERNELS_BATCH_H_
#define OCTET_KERNELS_BATCH_H_

#include <cstdint>

namespace octet::kernels {

// How many there are: the product of `rank` extents.
int64_t Batches(const int64_t* extents, int rank);

// Where the matrix of number `batch` begins, in elements, `strides` apart along
// each axis.
int64_t BatchOffset(const int64_t* extents, int rank, const int64_t* strides,
                    int64_t batch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_BATCH_H_
