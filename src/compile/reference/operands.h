// What the operations of the evaluator ask of their operands.
#ifndef OCTET_COMPILE_REFERENCE_OPERANDS_H_
#define OCTET_COMPILE_REFERENCE_OPERANDS_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::compile::reference {

// Null where an optional operand is missing.
using Operands = std::span<const Tensor* const>;

// The first `required` operands are there and there are at most `allowed`.
//   errors: kBadInput.
Status RequireOperands(Operands operands, size_t required, size_t allowed);

// The operand at `index`, or null if it is missing or left out.
const Tensor* Optional(Operands operands, size_t index);

// `axis` counted from the front; a negative one counts from the end.
//   errors: kBadInput if there is no such axis.
Result<int> NormalizeAxis(int64_t axis, int rank);

// The shape that shapes broadcast to, as numpy does.
//   errors: kBadInput if they do not fit.
Result<Shape> Broadcast(const Shape& a, const Shape& b);

// Elements between neighbours along each axis.
using Strides = std::array<int64_t, kMaxRank>;

// Strides of a dense tensor.
Strides DenseStrides(const Shape& shape);

// Strides that read `from` as if it had the shape `to` that it broadcasts to:
// 0 along repeated axes.
Strides BroadcastStrides(const Shape& from, const Shape& to);

// Calls fn(offsets) for every element of `shape`, in order; offsets[k] is the
// sum of index * strides[k] over the axes.
template <size_t N, typename Fn>
void ForEachElement(const Shape& shape, const std::array<Strides, N>& strides,
                    Fn&& fn) {
  const int rank = shape.rank();
  int64_t left = shape.elements();
  std::array<int64_t, kMaxRank> index{};
  std::array<int64_t, N> offsets{};
  while (left > 0) {
    const int64_t row = rank == 0 ? 1 : shape[rank - 1];
    std::array<int64_t, N> in_row = offsets;
    for (int64_t i = 0; i < row; ++i) {
      fn(in_row);
      for (size_t k = 0; k < N && rank > 0; ++k) {
        in_row[k] += strides[k][size_t(rank - 1)];
      }
    }
    left -= row;
    // The next row: count up the outer axes like an odometer.
    for (int axis = rank - 2; axis >= 0; --axis) {
      const auto a = size_t(axis);
      for (size_t k = 0; k < N; ++k) offsets[k] += strides[k][a];
      if (++index[a] < shape[axis]) break;
      for (size_t k = 0; k < N; ++k) offsets[k] -= strides[k][a] * index[a];
      index[a] = 0;
    }
  }
}

}  // namespace octet::compile::reference

#endif  // OCTET_COMPILE_REFERENCE_OPERANDS_H_
