// Which outputs of a depthwise_u8 a part computes.
#ifndef OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_PIECE_H_
#define OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_PIECE_H_

#include <cstdint>

#include "kernels/depthwise_u8/depthwise_u8.h"

namespace octet::kernels {

// Output rows [row_begin, row_end), counted through images, and channels
// [channel_begin, channel_end), the first a multiple of 64.
struct DepthwiseU8Piece {
  int64_t row_begin;
  int64_t row_end;
  int64_t channel_begin;
  int64_t channel_end;
};

DepthwiseU8Piece PieceOf(const DepthwiseU8Params& params, int64_t part,
                         int64_t parts);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_PIECE_H_
