#include "kernels/depthwise_u8/depthwise_u8_piece.h"

#include <algorithm>

#include "kernels/split.h"
#include "kernels/work.h"

namespace octet::kernels {

DepthwiseU8Piece PieceOf(const DepthwiseU8Params& p, int64_t part,
                         int64_t parts) {
  const int64_t rows = p.batch * p.out_h;
  if (rows == 0) return {0, 0, 0, 0};
  const int64_t blocks = DivideUp(p.channels, 64);
  // A 1x1 convolution in front of many channels splits them too (conv_u8), so
  // that a thread finds in its own caches what it made.
  const bool splits_channels =
      p.channels > p.batch * p.in_h * p.in_w && blocks >= parts;
  const int64_t row_parts = splits_channels ? 1 : std::min(rows, parts);
  const int64_t block_parts = std::min(blocks, parts / row_parts);
  if (part >= row_parts * block_parts) return {0, 0, 0, 0};
  const Piece row = PieceOf(rows, part / block_parts, row_parts);
  const Piece channel =
      PieceOf(p.channels, part % block_parts, block_parts, 64);
  return {row.begin, row.end, channel.begin, channel.end};
}

}  // namespace octet::kernels
