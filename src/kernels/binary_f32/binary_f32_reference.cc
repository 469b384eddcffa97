// The definition of binary_f32: one element at a time.
#include <cmath>

#include "base/quant.h"
#include "kernels/binary_f32/binary_f32.h"
#include "kernels/elementary/elementary.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

float Apply(BinaryOp op, float a, float b) {
  switch (op) {
    case BinaryOp::kAdd:
      return a + b;
    case BinaryOp::kSub:
      return a - b;
    case BinaryOp::kMul:
      return a * b;
    case BinaryOp::kDiv:
      return a / b;
    case BinaryOp::kPow:
      return std::pow(a, b);
    case BinaryOp::kMin:
      return a < b ? a : b;
    case BinaryOp::kMax:
      return a > b ? a : b;
    case BinaryOp::kEqual:
      return a == b;
    case BinaryOp::kLess:
      return a < b;
    case BinaryOp::kGreater:
      return a > b;
    case BinaryOp::kAnd:
      return a != 0 && b != 0;
    case BinaryOp::kOr:
      return a != 0 || b != 0;
  }
  return 0;
}

float OperandAt(const float* floats, const uint8_t* codes,
                const ChannelQuant& quant, int64_t i) {
  if (codes == nullptr) return floats[i];
  return Dequantize(codes[i], *quant.scale, *quant.zero_point);
}

}  // namespace

void BinaryF32Reference(const BinaryF32Params& p, int64_t part, int64_t parts,
                        std::byte*) {
  int64_t elements = 1;
  for (int d = 0; d < p.rank; ++d) elements *= p.dims[d];
  const Piece piece = PieceOf(elements, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    int64_t a = 0, b = 0, y = 0, rest = i;
    for (int d = p.rank - 1; d >= 0; --d) {
      const int64_t index = rest % p.dims[d];
      rest /= p.dims[d];
      a += index * p.a_strides[d];
      b += index * p.b_strides[d];
      y += index * p.y_strides[d];
    }
    float v = Apply(p.op, OperandAt(p.a, p.a_codes, p.a_quant, a),
                    OperandAt(p.b, p.b_codes, p.b_quant, b));
    if (p.y_codes == nullptr) {
      ElementaryReference(p.after, &v, p.y + y, 1);
    } else {
      ElementaryForCodesReference(p.after, &v, &v, 1);
      p.y_codes[y] = QuantizeU8(v, *p.y_quant.scale, *p.y_quant.zero_point);
    }
  }
}

}  // namespace octet::kernels
