// The definition of strided_copy: one element at a time.
#include <cstring>

#include "kernels/split.h"
#include "kernels/strided_copy/strided_copy.h"

namespace octet::kernels {

void StridedCopyReference(const StridedCopyParams& p, int64_t part,
                          int64_t parts, std::byte*) {
  int64_t elements = 1;
  for (int d = 0; d < p.rank; ++d) elements *= p.extents[d];
  const Piece piece = PieceOf(elements, part, parts);
  const auto* from = static_cast<const std::byte*>(p.x);
  auto* to = static_cast<std::byte*>(p.y);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    int64_t x = 0, y = 0, rest = i;
    for (int d = p.rank - 1; d >= 0; --d) {
      x += rest % p.extents[d] * p.x_strides[d];
      y += rest % p.extents[d] * p.y_strides[d];
      rest /= p.extents[d];
    }
    std::memcpy(to + y * p.element_bytes, from + x * p.element_bytes,
                size_t(p.element_bytes));
  }
}

}  // namespace octet::kernels
