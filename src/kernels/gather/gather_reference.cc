// The definition of gather, and fast enough: it copies whole slices.
#include <cstring>

#include "kernels/gather/gather.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

int64_t IndexAt(const GatherParams& p, int64_t i) {
  return p.index_bytes == 4 ? static_cast<const int32_t*>(p.indices)[i]
                            : static_cast<const int64_t*>(p.indices)[i];
}

}  // namespace

bool GatherIndicesInRange(const GatherParams& p) {
  for (int64_t i = 0; i < p.count; ++i) {
    const int64_t index = IndexAt(p, i);
    if (index < -p.size || index >= p.size) return false;
  }
  return true;
}

void GatherReference(const GatherParams& p, int64_t part, int64_t parts,
                     std::byte*) {
  const int64_t slice = p.inner * p.element_bytes;
  const Piece piece = PieceOf(p.outer * p.count, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    int64_t index = IndexAt(p, i % p.count);
    if (index < 0) index += p.size;
    const int64_t from = i / p.count * p.size + index;
    std::memcpy(static_cast<std::byte*>(p.y) + i * slice,
                static_cast<const std::byte*>(p.x) + from * slice,
                size_t(slice));
  }
}

}  // namespace octet::kernels
