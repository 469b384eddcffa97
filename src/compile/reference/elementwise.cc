// Functions of one element, of two, and the choice between two.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "compile/reference/operations.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {
namespace {

// Integers wrap, as the processor and ONNX Runtime have it; in unsigned
// arithmetic that is defined.
int64_t Wrap(uint64_t value) { return int64_t(value); }

int64_t IntegerPower(int64_t base, int64_t exponent) {
  if (exponent < 0)
    return base == 1 ? 1 : base == -1 ? 1 - 2 * (exponent & 1) : 0;
  uint64_t power = 1;
  uint64_t square = uint64_t(base);
  for (uint64_t e = uint64_t(exponent); e != 0; e >>= 1) {
    if ((e & 1) != 0) power *= square;
    square *= square;
  }
  return Wrap(power);
}

int64_t Apply(BinaryOp op, int64_t a, int64_t b) {
  switch (op) {
    case BinaryOp::kAdd:
      return Wrap(uint64_t(a) + uint64_t(b));
    case BinaryOp::kSub:
      return Wrap(uint64_t(a) - uint64_t(b));
    case BinaryOp::kMul:
      return Wrap(uint64_t(a) * uint64_t(b));
    // Division by 0 is refused before; the smallest number by -1 wraps.
    case BinaryOp::kDiv:
      return b == -1 ? Wrap(0 - uint64_t(a)) : a / b;
    case BinaryOp::kPow:
      return IntegerPower(a, b);
    case BinaryOp::kMin:
      return std::min(a, b);
    case BinaryOp::kMax:
      return std::max(a, b);
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

double Apply(BinaryOp op, double a, double b) {
  const bool nan = std::isnan(a) || std::isnan(b);
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
      return nan ? a + b : std::min(a, b);
    case BinaryOp::kMax:
      return nan ? a + b : std::max(a, b);
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

bool MakesBool(BinaryOp op) {
  return op == BinaryOp::kEqual || op == BinaryOp::kLess ||
         op == BinaryOp::kGreater || op == BinaryOp::kAnd ||
         op == BinaryOp::kOr;
}

bool HoldsForIntegers(FunctionKind kind) {
  return kind == FunctionKind::kIdentity || kind == FunctionKind::kRelu ||
         kind == FunctionKind::kAbs || kind == FunctionKind::kNeg ||
         kind == FunctionKind::kClip;
}

// A bound of a clip as an integer; a conversion out of range is undefined.
int64_t Bound(double bound) {
  constexpr double kBeyond = 9223372036854775808.0;  // 2^63
  if (bound >= kBeyond) return std::numeric_limits<int64_t>::max();
  if (bound < -kBeyond) return std::numeric_limits<int64_t>::min();
  return int64_t(bound);
}

int64_t ApplyToInteger(const Function& f, int64_t x) {
  switch (f.kind) {
    case FunctionKind::kRelu:
      return std::max<int64_t>(x, 0);
    case FunctionKind::kAbs:
      return x < 0 ? Wrap(0 - uint64_t(x)) : x;
    case FunctionKind::kNeg:
      return Wrap(0 - uint64_t(x));
    case FunctionKind::kClip:
      if (double(x) < double(f.alpha)) x = Bound(std::ceil(f.alpha));
      if (double(x) > double(f.beta)) return Bound(std::floor(f.beta));
      return x;
    default:
      return x;
  }
}

template <typename Wide>
Result<Tensor> RunBinary(const Binary& op, const Tensor& a, const Tensor& b,
                         const Shape& shape) {
  const std::vector<Wide> wide_a = Widen<Wide>(a);
  const std::vector<Wide> wide_b = Widen<Wide>(b);
  std::vector<Wide> y(size_t(shape.elements()));
  auto out = y.begin();
  ForEachElement<2>(
      shape,
      {BroadcastStrides(a.shape(), shape), BroadcastStrides(b.shape(), shape)},
      [&](const std::array<int64_t, 2>& at) {
        const Wide v =
            Apply(op.op, wide_a[size_t(at[0])], wide_b[size_t(at[1])]);
        if constexpr (std::is_same_v<Wide, double>) {
          *out++ = Evaluate(op.after, v);
        } else {
          *out++ = ApplyToInteger(op.after, v);
        }
      });
  return Narrow<Wide>(y, MakesBool(op.op) ? DType::kBool : a.dtype(),
                      shape.dims());
}

template <typename Wide>
Result<Tensor> RunWhere(Operands operands, const Shape& shape) {
  const std::vector<int64_t> condition = Widen<int64_t>(*operands[0]);
  const std::vector<Wide> x = Widen<Wide>(*operands[1]);
  const std::vector<Wide> y = Widen<Wide>(*operands[2]);
  std::vector<Wide> chosen(size_t(shape.elements()));
  auto out = chosen.begin();
  ForEachElement<3>(shape,
                    {BroadcastStrides(operands[0]->shape(), shape),
                     BroadcastStrides(operands[1]->shape(), shape),
                     BroadcastStrides(operands[2]->shape(), shape)},
                    [&](const std::array<int64_t, 3>& at) {
                      *out++ = condition[size_t(at[0])] != 0 ? x[size_t(at[1])]
                                                             : y[size_t(at[2])];
                    });
  return Narrow<Wide>(chosen, operands[1]->dtype(), shape.dims());
}

}  // namespace

Result<Tensor> Run(const Unary& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Tensor& x = *operands[0];
  if (!IsFloat(x.dtype())) {
    if (!HoldsForIntegers(op.function.kind)) {
      return Unsupported("{} of {}", Name(op.function.kind), Name(x.dtype()));
    }
    std::vector<int64_t> y = Widen<int64_t>(x);
    for (int64_t& v : y) v = ApplyToInteger(op.function, v);
    return Narrow<int64_t>(y, x.dtype(), x.shape().dims());
  }
  std::vector<double> y = Widen<double>(x);
  for (double& v : y) v = Evaluate(op.function, v);
  return Narrow<double>(y, x.dtype(), x.shape().dims());
}

Result<Tensor> Run(const Binary& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 2, 2));
  const Tensor& a = *operands[0];
  const Tensor& b = *operands[1];
  if (a.dtype() != b.dtype()) {
    return BadInput("operands of {} and {}", Name(a.dtype()), Name(b.dtype()));
  }
  OCTET_ASSIGN(const Shape shape, Broadcast(a.shape(), b.shape()));
  // Asks before anything is allocated.
  OCTET_RETURN_IF_ERROR(MakeTensor(a.dtype(), shape.dims()).status());
  if (IsFloat(a.dtype())) return RunBinary<double>(op, a, b, shape);
  if (!HoldsForIntegers(op.after.kind)) {
    return Unsupported("{} of {}", Name(op.after.kind), Name(a.dtype()));
  }
  if (op.op == BinaryOp::kDiv) {
    const std::vector<int64_t> divisors = Widen<int64_t>(b);
    if (std::ranges::count(divisors, 0) > 0) {
      return BadInput("an integer is divided by 0");
    }
  }
  return RunBinary<int64_t>(op, a, b, shape);
}

Result<Tensor> Run(const Cast& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Tensor& x = *operands[0];
  if (IsFloat(x.dtype())) {
    return Narrow<double>(Widen<double>(x), op.to, x.shape().dims());
  }
  return Narrow<int64_t>(Widen<int64_t>(x), op.to, x.shape().dims());
}

Result<Tensor> Run(const Where&, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 3, 3));
  const DType dtype = operands[1]->dtype();
  if (operands[0]->dtype() != DType::kBool || operands[2]->dtype() != dtype) {
    return BadInput("a choice by {} between {} and {}",
                    Name(operands[0]->dtype()), Name(dtype),
                    Name(operands[2]->dtype()));
  }
  OCTET_ASSIGN(Shape shape,
               Broadcast(operands[1]->shape(), operands[2]->shape()));
  OCTET_ASSIGN(shape, Broadcast(shape, operands[0]->shape()));
  OCTET_RETURN_IF_ERROR(MakeTensor(dtype, shape.dims()).status());
  return IsFloat(dtype) ? RunWhere<double>(operands, shape)
                        : RunWhere<int64_t>(operands, shape);
}

}  // namespace octet::compile::reference
