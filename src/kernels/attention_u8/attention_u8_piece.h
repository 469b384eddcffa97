// How an attention is cut into pieces, and where a worker keeps what.
#ifndef OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_PIECE_H_
#define OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_PIECE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/attention_u8/attention_u8.h"

namespace octet::kernels {

// A worker's scratch; operands are packed as in products_of_codes.
struct AttentionU8Scratch {
  int16_t* b;       // packed
  int16_t* c;       // packed
  int32_t* b_base;  // by key: what its sums start with
  int32_t* c_base;  // by column
  int16_t* a;       // tile rows of codes
  int32_t* scores;  // tile rows of sums
  int16_t* shares;  // tile rows of p
  int32_t* sums;    // tile rows of sums of columns
  int64_t bytes;
};
AttentionU8Scratch LayOutAttentionU8(const AttentionU8Params& params,
                                     std::byte* scratch);

// One piece: rows [first, end) of batch `batch`.
struct AttentionU8Piece {
  int64_t first, end;
  const uint8_t* a;
  const uint8_t* b;
  const uint8_t* c;
  const float* residual;
  uint8_t* y;
};
int64_t AttentionU8Pieces(const AttentionU8Params& params);
AttentionU8Piece AttentionU8PieceAt(const AttentionU8Params& params, int64_t i);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_PIECE_H_
