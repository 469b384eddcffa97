// The definition of fill, and fast enough: the compiler makes wide stores of
// the inner loop.
#include "kernels/fill/fill.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

template <typename T>
void FillRows(const FillParams& p, const Piece& rows) {
  const T element = T(p.bits);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    T* y = static_cast<T*>(p.y) + row * p.y_stride;
    for (int64_t i = 0; i < p.columns; ++i) y[i] = element;
  }
}

}  // namespace

void FillReference(const FillParams& p, int64_t part, int64_t parts,
                   std::byte*) {
  const Piece rows = PieceOf(p.rows, part, parts);
  switch (p.element_bytes) {
    case 1:
      return FillRows<uint8_t>(p, rows);
    case 2:
      return FillRows<uint16_t>(p, rows);
    case 4:
      return FillRows<uint32_t>(p, rows);
    default:
      return FillRows<uint64_t>(p, rows);
  }
}

}  // namespace octet::kernels
