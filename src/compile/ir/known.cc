#include "compile/ir/known.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/checked.h"
#include "compile/ir/dims.h"

namespace octet::compile {
namespace {

using MaybeInts = std::optional<KnownInts>;

// The numbers of a constant, if it is small and of an integer type.
MaybeInts OfConstant(const Value& value) {
  const Tensor& tensor = *value.data;
  if (tensor.elements() > kMostKnown) return std::nullopt;
  KnownInts ints;
  const auto append = [&](const auto& span) {
    for (auto x : span) ints.push_back(KnownInt::Number(int64_t(x)));
  };
  switch (tensor.dtype()) {
    case DType::kS64:
      append(tensor.as<int64_t>());
      break;
    case DType::kS32:
      append(tensor.as<int32_t>());
      break;
    case DType::kBool:
      append(tensor.as<uint8_t>());
      break;
    default:
      return std::nullopt;
  }
  return ints;
}

bool IsIntegerType(DType dtype) {
  return dtype == DType::kS64 || dtype == DType::kS32 || dtype == DType::kBool;
}

KnownInt FromOptional(std::optional<int64_t> number) {
  return number ? KnownInt::Number(*number) : KnownInt{};
}

KnownInt Divide(int64_t a, int64_t b) {
  if (b == 0 || (a == std::numeric_limits<int64_t>::min() && b == -1))
    return {};
  return KnownInt::Number(a / b);
}

KnownInt Compute(BinaryOp op, const KnownInt& a, const KnownInt& b) {
  if (!a.is_number() || !b.is_number()) {
    const bool same = a.kind == KnownInt::Kind::kSymbol && a == b;
    if (op == BinaryOp::kEqual && same) return KnownInt::Number(1);
    // A dimension is never negative: export code compares it with -1.
    if (op == BinaryOp::kEqual &&
        ((a.kind == KnownInt::Kind::kSymbol && b.is_number() && b.value < 0) ||
         (b.kind == KnownInt::Kind::kSymbol && a.is_number() && a.value < 0))) {
      return KnownInt::Number(0);
    }
    if (op == BinaryOp::kMul && b == KnownInt::Number(1)) return a;
    if (op == BinaryOp::kMul && a == KnownInt::Number(1)) return b;
    if (op == BinaryOp::kDiv && b == KnownInt::Number(1)) return a;
    return {};
  }
  const int64_t x = a.value, y = b.value;
  switch (op) {
    case BinaryOp::kAdd:
      return FromOptional(CheckedAdd(x, y));
    case BinaryOp::kSub:
      if (y == std::numeric_limits<int64_t>::min()) return {};
      return FromOptional(CheckedAdd(x, -y));
    case BinaryOp::kMul:
      return FromOptional(CheckedMul(x, y));
    case BinaryOp::kDiv:
      return Divide(x, y);
    case BinaryOp::kMin:
      return KnownInt::Number(std::min(x, y));
    case BinaryOp::kMax:
      return KnownInt::Number(std::max(x, y));
    case BinaryOp::kEqual:
      return KnownInt::Number(x == y);
    case BinaryOp::kLess:
      return KnownInt::Number(x < y);
    case BinaryOp::kGreater:
      return KnownInt::Number(x > y);
    case BinaryOp::kAnd:
      return KnownInt::Number(x != 0 && y != 0);
    case BinaryOp::kOr:
      return KnownInt::Number(x != 0 || y != 0);
    case BinaryOp::kPow:
      return {};
  }
  return {};
}

// What the rules below see of a node.
struct View {
  const Graph& graph;
  KnownValues& known;
  const Node& node;

  const KnownInts* Input(size_t i) const {
    if (i >= node.inputs.size() || node.inputs[i] == kNoValue) return nullptr;
    return known.Find(node.inputs[i]);
  }
  const Value& InputValue(size_t i) const {
    return graph.values[size_t(node.inputs[i])];
  }
  const Value& Output() const { return graph.values[size_t(node.outputs[0])]; }
};

// One element, or as many as the output has: enough for shape arithmetic.
MaybeInts Elementwise(const View& view, const auto& compute, size_t inputs) {
  const size_t count = size_t(view.Output().shape.elements());
  const KnownInts* in[3] = {};
  for (size_t i = 0; i < inputs; ++i) {
    in[i] = view.Input(i);
    if (in[i] == nullptr) return std::nullopt;
    if (in[i]->size() != 1 && in[i]->size() != count) return std::nullopt;
  }
  KnownInts out;
  for (size_t e = 0; e < count; ++e) {
    const auto at = [&](size_t i) {
      return (*in[i])[in[i]->size() == 1 ? 0 : e];
    };
    out.push_back(compute(at));
  }
  return out;
}

MaybeInts Follow(const View& view, const ShapeOf& op) {
  const Value& x = view.InputValue(0);
  if (!x.has_shape) return std::nullopt;
  KnownInts out;
  for (int64_t axis = op.start; axis < op.end; ++axis) {
    out.push_back(KnownInt::Dim(x.shape[int(axis)]));
  }
  return out;
}

MaybeInts Follow(const View& view, const Gather&) {
  const KnownInts* data = view.Input(0);
  const KnownInts* indices = view.Input(1);
  if (data == nullptr || indices == nullptr) return std::nullopt;
  if (view.InputValue(0).shape.rank() != 1) return std::nullopt;
  KnownInts out;
  const int64_t count = int64_t(data->size());
  for (const KnownInt& index : *indices) {
    if (!index.is_number()) return std::nullopt;
    const int64_t at = index.value < 0 ? index.value + count : index.value;
    if (at < 0 || at >= count) return std::nullopt;
    out.push_back((*data)[size_t(at)]);
  }
  return out;
}

MaybeInts Follow(const View& view, const Concat&) {
  if (view.Output().shape.rank() != 1) return std::nullopt;
  KnownInts out;
  for (size_t i = 0; i < view.node.inputs.size(); ++i) {
    const KnownInts* part = view.Input(i);
    if (part != nullptr) {
      out.insert(out.end(), part->begin(), part->end());
    } else {
      // A part that is not followed leaves a gap of its size.
      out.resize(out.size() + size_t(view.InputValue(i).shape.elements()));
    }
  }
  return out;
}

MaybeInts Follow(const View& view, const Slice& op) {
  const KnownInts* x = view.Input(0);
  if (x == nullptr || op.starts.size() != 1) return std::nullopt;
  KnownInts out;
  for (int64_t i = 0; i < op.sizes[0]; ++i) {
    out.push_back((*x)[size_t(op.starts[0] + i * op.steps[0])]);
  }
  return out;
}

MaybeInts Follow(const View& view, const Reshape&) {
  const KnownInts* x = view.Input(0);
  if (x == nullptr) return std::nullopt;
  return *x;
}

MaybeInts Follow(const View& view, const Cast& op) {
  if (!IsIntegerType(op.to)) return std::nullopt;
  return Elementwise(
      view,
      [&](const auto& at) {
        const KnownInt x = at(0);
        if (!x.is_number()) return op.to == DType::kBool ? KnownInt{} : x;
        if (op.to == DType::kBool) return KnownInt::Number(x.value != 0);
        if (op.to == DType::kS32) return KnownInt::Number(int32_t(x.value));
        return x;
      },
      1);
}

MaybeInts Follow(const View& view, const Unary& op) {
  if (op.function.kind == FunctionKind::kIdentity) {
    return Elementwise(
        view, [](const auto& at) { return at(0); }, 1);
  }
  if (op.function.kind != FunctionKind::kNeg) return std::nullopt;
  return Elementwise(
      view,
      [](const auto& at) {
        return Compute(BinaryOp::kMul, at(0), KnownInt::Number(-1));
      },
      1);
}

MaybeInts Follow(const View& view, const Binary& op) {
  if (op.after.kind != FunctionKind::kIdentity) return std::nullopt;
  return Elementwise(
      view, [&](const auto& at) { return Compute(op.op, at(0), at(1)); }, 2);
}

MaybeInts Follow(const View& view, const Where&) {
  return Elementwise(
      view,
      [](const auto& at) {
        const KnownInt condition = at(0), x = at(1), y = at(2);
        if (condition.is_number()) return condition.value != 0 ? x : y;
        return x == y ? x : KnownInt{};
      },
      3);
}

MaybeInts Follow(const View& view, const Reduce& op) {
  const KnownInts* x = view.Input(0);
  if (x == nullptr || view.Output().shape.elements() != 1) return std::nullopt;
  BinaryOp step = BinaryOp::kMul;
  KnownInt total = KnownInt::Number(1);
  if (op.op == ReduceOp::kSum) {
    step = BinaryOp::kAdd;
    total = KnownInt::Number(0);
  } else if (op.op != ReduceOp::kProd) {
    return std::nullopt;
  }
  for (const KnownInt& item : *x) total = Compute(step, total, item);
  return KnownInts{total};
}

MaybeInts Follow(const View& view, const ConstantOfShape& op) {
  // Beyond 2^53 the attribute itself is inexact.
  // Written so that NaN is not known either.
  if (!(std::abs(op.value) <= 9e15)) return std::nullopt;
  return KnownInts(size_t(view.Output().shape.elements()),
                   KnownInt::Number(int64_t(op.value)));
}

MaybeInts Follow(const View& view, const Expand&) {
  return Elementwise(
      view, [](const auto& at) { return at(0); }, 1);
}

MaybeInts Follow(const View& view, const RangeOp&) {
  const KnownInts* start = view.Input(0);
  const KnownInts* delta = view.Input(2);
  if (start == nullptr || delta == nullptr) return std::nullopt;
  KnownInts out;
  KnownInt next = (*start)[0];
  for (int64_t i = 0; i < view.Output().shape.elements(); ++i) {
    out.push_back(next);
    next = Compute(BinaryOp::kAdd, next, (*delta)[0]);
  }
  return out;
}

// Every other kind: not followed.
template <typename T>
MaybeInts Follow(const View&, const T&) {
  return std::nullopt;
}

}  // namespace

KnownInt KnownInt::Dim(int64_t dim) {
  if (IsNumber(dim)) return Number(dim);
  if (IsUnknown(dim)) return {};
  return {Kind::kSymbol, dim};
}

const KnownInts* KnownValues::Find(ValueId id) {
  const auto found = known_.find(id);
  if (found != known_.end()) return &found->second;
  const Value& value = graph_.values[size_t(id)];
  if (!value.is_constant()) return nullptr;
  MaybeInts ints = OfConstant(value);
  if (!ints) return nullptr;
  return &known_.emplace(id, *std::move(ints)).first->second;
}

std::optional<std::vector<int64_t>> KnownValues::Numbers(ValueId id) {
  const KnownInts* ints = Find(id);
  if (ints == nullptr) return std::nullopt;
  std::vector<int64_t> numbers;
  for (const KnownInt& item : *ints) {
    if (!item.is_number()) return std::nullopt;
    numbers.push_back(item.value);
  }
  return numbers;
}

void KnownValues::Update(const Node& node) {
  const Value& output = graph_.values[size_t(node.outputs[0])];
  if (!output.has_shape || !IsIntegerType(output.dtype)) return;
  const auto elements = CheckedElements(output.shape.dims());
  if (!elements || *elements > kMostKnown) return;
  const View view{graph_, *this, node};
  MaybeInts ints =
      std::visit([&](const auto& op) { return Follow(view, op); }, node.op);
  if (ints) known_[node.outputs[0]] = *std::move(ints);
}

}  // namespace octet::compile
