#include "compile/ir/dims.h"

#include <algorithm>

#include "base/checked.h"

namespace octet::compile {

bool IsConcrete(const Shape& shape) {
  return std::ranges::all_of(shape.dims(), IsNumber);
}

bool CanBeEqual(int64_t a, int64_t b) {
  return a == b || !IsNumber(a) || !IsNumber(b);
}

int64_t Unite(int64_t a, int64_t b) {
  if (IsNumber(a) || IsUnknown(b)) return a;
  return b;
}

std::optional<int64_t> BroadcastDim(int64_t a, int64_t b) {
  if (a == b || b == 1) return a;
  if (a == 1) return b;
  if (IsNumber(a) && IsNumber(b)) return std::nullopt;
  // The other one must turn out to be 1 or the same number.
  if (IsNumber(a)) return a;
  if (IsNumber(b)) return b;
  return kUnknownDim;
}

std::optional<Shape> BroadcastShapes(const Shape& a, const Shape& b) {
  Shape result = a.rank() >= b.rank() ? a : b;
  for (int i = 1; i <= result.rank(); ++i) {
    const int64_t in_a = i <= a.rank() ? a[a.rank() - i] : 1;
    const int64_t in_b = i <= b.rank() ? b[b.rank() - i] : 1;
    const auto dim = BroadcastDim(in_a, in_b);
    if (!dim) return std::nullopt;
    result[result.rank() - i] = *dim;
  }
  return result;
}

std::optional<int64_t> DimProduct(std::span<const int64_t> dims) {
  int64_t number = 1;
  int64_t symbol = 1;
  for (int64_t dim : dims) {
    if (IsNumber(dim)) {
      const auto product = CheckedMul(number, dim);
      if (!product) return std::nullopt;
      number = *product;
    } else {
      symbol = symbol == 1 ? dim : kUnknownDim;
    }
  }
  if (symbol == 1) return number;
  return number == 1 ? symbol : kUnknownDim;
}

std::optional<int64_t> WindowDim(int64_t dim, int64_t pad, int64_t kernel,
                                 int64_t stride, int64_t dilation) {
  const auto reach = CheckedMul(kernel - 1, dilation);
  if (!reach) return std::nullopt;
  if (!IsNumber(dim)) {
    return stride == 1 && pad == *reach ? dim : kUnknownDim;
  }
  const auto padded = CheckedAdd(dim, pad);
  if (!padded || *padded <= *reach) return std::nullopt;
  return (*padded - *reach - 1) / stride + 1;
}

}  // namespace octet::compile
