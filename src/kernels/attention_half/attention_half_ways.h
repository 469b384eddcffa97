// The two ways in which attention_half computes, and the scratch that they
// need.
#ifndef OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_WAYS_H_
#define OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_WAYS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/attention_half/attention_half_piece.h"

namespace octet::kernels {

// Widened, by the float families of `level`.
void AttendWidened(CpuLevel level, const AttentionHalfParams& params,
                   const AttentionHalfPiece& piece, std::byte* scratch);
int64_t AttendWidenedScratch(const AttentionHalfParams& params);

// By dot products of pairs of bf16, where the CPU has them.
void AttendByDots(const AttentionHalfParams& params,
                  const AttentionHalfPiece& piece, std::byte* scratch);
int64_t AttendByDotsScratch(const AttentionHalfParams& params);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_WAYS_H_
