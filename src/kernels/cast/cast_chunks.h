// How cast is cut: a dense value is a single row, so rows are cut too.
#ifndef OCTET_KERNELS_CAST_CAST_CHUNKS_H_
#define OCTET_KERNELS_CAST_CAST_CHUNKS_H_

#include <algorithm>

#include "kernels/cast/cast.h"
#include "kernels/split.h"

namespace octet::kernels {

inline constexpr int64_t kCastChunk = 1024;  // elements

inline int64_t CastChunks(const CastParams& p) {
  return p.rows * DivideUp(p.columns, kCastChunk);
}

// Calls visit(x, y, n) for the chunks of one part.
template <typename Visit>
void ForEachCastChunk(const CastParams& p, int64_t part, int64_t parts,
                      const Visit& visit) {
  const int64_t per_row = DivideUp(p.columns, kCastChunk);
  const Piece chunks = PieceOf(CastChunks(p), part, parts);
  for (int64_t chunk = chunks.begin; chunk < chunks.end; ++chunk) {
    const int64_t row = chunk / per_row, first = chunk % per_row * kCastChunk;
    visit(static_cast<const std::byte*>(p.x) +
              (row * p.x_stride + first) * SizeOf(p.from),
          static_cast<std::byte*>(p.y) +
              (row * p.y_stride + first) * SizeOf(p.to),
          std::min(kCastChunk, p.columns - first));
  }
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CAST_CAST_CHUNKS_H_
