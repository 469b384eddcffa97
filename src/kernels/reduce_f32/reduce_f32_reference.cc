// The definition of reduce_f32: plain loops.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/reduce_f32/reduce_f32.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

int64_t Product(int rank, const int64_t* extents) {
  int64_t n = 1;
  for (int d = 0; d < rank; ++d) n *= extents[d];
  return n;
}

// Distance of the i-th index, the last axis running fastest.
int64_t OffsetOf(int64_t i, int rank, const int64_t* extents,
                 const int64_t* strides) {
  int64_t offset = 0;
  for (int d = rank - 1; d >= 0; --d) {
    offset += i % extents[d] * strides[d];
    i /= extents[d];
  }
  return offset;
}

float Start(ReduceOp op) {
  switch (op) {
    case ReduceOp::kMax:
      return -std::numeric_limits<float>::infinity();
    case ReduceOp::kMin:
      return std::numeric_limits<float>::infinity();
    case ReduceOp::kProd:
      return 1;
    default:
      return 0;
  }
}

float Join(ReduceOp op, float sum, float x) {
  switch (op) {
    case ReduceOp::kMax:
      return std::max(sum, x);
    case ReduceOp::kMin:
      return std::min(sum, x);
    case ReduceOp::kProd:
      return sum * x;
    case ReduceOp::kSumSquare:
      return sum + x * x;
    default:
      return sum + x;
  }
}

}  // namespace

void ReduceF32Reference(const ReduceF32Params& p, int64_t part, int64_t parts,
                        std::byte*) {
  const int64_t count = Product(p.reduced_rank, p.reduced);
  const Piece piece = PieceOf(Product(p.kept_rank, p.kept), part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const float* x = p.x + OffsetOf(i, p.kept_rank, p.kept, p.x_kept_strides);
    float sum = Start(p.op);
    for (int64_t j = 0; j < count; ++j) {
      sum =
          Join(p.op, sum,
               x[OffsetOf(j, p.reduced_rank, p.reduced, p.x_reduced_strides)]);
    }
    if (p.op == ReduceOp::kMean) sum /= float(count);
    p.y[OffsetOf(i, p.kept_rank, p.kept, p.y_strides)] = sum;
  }
}

}  // namespace octet::kernels
