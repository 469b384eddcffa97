// What makes or takes shapes.
#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "compile/ir/infer_rules.h"

namespace octet::compile {
namespace {

// The dimensions that a shape input names, as far as they are known; nullopt if
// not even their number is.
Result<std::optional<Shape>> NamedShape(const InferContext& c, size_t i) {
  const Value& input = c.In(i);
  OCTET_RETURN_IF_ERROR(c.NeedType(i, DType::kS64));
  OCTET_RETURN_IF_ERROR(c.NeedRank(i, 1));
  if (!input.has_shape || !IsNumber(input.shape[0])) {
    return std::optional<Shape>();
  }
  if (input.shape[0] > kMaxRank) {
    return c.Bad("{} dimensions, at most {}", input.shape[0], kMaxRank);
  }
  std::vector<int64_t> dims(size_t(input.shape[0]), kUnknownDim);
  if (const KnownInts* known = c.Known(i)) {
    for (size_t k = 0; k < dims.size(); ++k) {
      const KnownInt& item = (*known)[k];
      if (item.kind == KnownInt::Kind::kSymbol) dims[k] = item.value;
      if (!item.is_number()) continue;
      if (item.value < 0) return c.Bad("dimension {} is {}", k, item.value);
      dims[k] = item.value;
    }
  }
  return std::optional<Shape>(Shape(dims));
}

// The product of the numbers among some dimensions, and the others.
struct Factors {
  int64_t number = 1;
  std::vector<int64_t> symbols;
};

std::optional<Factors> FactorsOf(std::span<const int64_t> dims) {
  Factors factors;
  for (int64_t dim : dims) {
    if (!IsNumber(dim)) {
      factors.symbols.push_back(dim);
      continue;
    }
    const auto product = CheckedMul(factors.number, dim);
    if (!product) return std::nullopt;
    factors.number = *product;
  }
  return factors;
}

// Replaces the dimension at `hole` by what the others leave of x.
Status FillHole(const InferContext& c, const Shape& x, int hole, Shape& out) {
  out[hole] = 1;
  auto above = FactorsOf(x.dims());
  const auto below = FactorsOf(out.dims());
  out[hole] = kUnknownDim;
  if (!above || !below) return c.Bad("shape {} is too big", c.Text(x));
  // Symbols that stand on both sides cancel.
  for (int64_t symbol : below->symbols) {
    const auto same = std::ranges::find(above->symbols, symbol);
    if (IsUnknown(symbol) || same == above->symbols.end()) return {};
    above->symbols.erase(same);
  }
  if (above->symbols.size() == 1 && above->number == below->number) {
    out[hole] = above->symbols[0];
  }
  if (!above->symbols.empty()) return {};
  if (below->number == 0 || above->number % below->number != 0) {
    return c.Bad("{} does not become {}", c.Text(x), c.Text(out));
  }
  out[hole] = above->number / below->number;
  return {};
}

Status CheckSameElements(const InferContext& c, const Shape& x,
                         const Shape& out) {
  if (!IsConcrete(x) || !IsConcrete(out)) return {};
  const auto before = DimProduct(x.dims());
  const auto after = DimProduct(out.dims());
  if (before && after && *before == *after) return {};
  return c.Bad("{} does not become {}", c.Text(x), c.Text(out));
}

// Reshape to dimensions of which some are not known. They may turn out to be
// -1 or 0, so that only numbers above say anything.
InferResult ReshapeByInput(const InferContext& c) {
  const Value& x = c.In(0);
  const Value& input = c.In(1);
  OCTET_RETURN_IF_ERROR(c.NeedType(1, DType::kS64));
  OCTET_RETURN_IF_ERROR(c.NeedRank(1, 1));
  Inferred out{x.dtype, false, {}};
  if (!input.has_shape || !IsNumber(input.shape[0])) return out;
  if (input.shape[0] > kMaxRank) {
    return c.Bad("{} dimensions, at most {}", input.shape[0], kMaxRank);
  }
  std::vector<int64_t> dims(size_t(input.shape[0]), kUnknownDim);
  int hole = -1, unknown = 0;
  const KnownInts* known = c.Known(1);
  for (size_t k = 0; k < dims.size(); ++k) {
    const KnownInt item = known ? (*known)[k] : KnownInt{};
    if (item.is_number() && item.value == 0 && x.has_shape &&
        int(k) < x.shape.rank()) {
      dims[k] = x.shape[int(k)];
    } else if (item.is_number() && item.value == -1) {
      hole = int(k);
    } else if (item.kind != KnownInt::Kind::kUnknown) {
      dims[k] = item.is_number() && item.value < 0 ? kUnknownDim : item.value;
    } else {
      ++unknown;
    }
  }
  out.has_shape = true;
  out.shape = Shape(dims);
  if (hole >= 0 && unknown == 0 && x.has_shape) {
    OCTET_RETURN_IF_ERROR(FillHole(c, x.shape, hole, out.shape));
  }
  return out;
}

}  // namespace

InferResult Infer(const InferContext& c, Reshape& op) {
  if (c.inputs() > 1) return ReshapeByInput(c);
  const Value& x = c.In(0);
  if (op.dims.size() > size_t(kMaxRank)) {
    return c.Bad("{} dimensions, at most {}", op.dims.size(), kMaxRank);
  }
  Inferred out{x.dtype, true, Shape(op.dims)};
  int hole = -1;
  for (int i = 0; i < out.shape.rank(); ++i) {
    if (out.shape[i] == 0) {
      if (x.has_shape && i >= x.shape.rank()) {
        return c.Bad("dimension {} is copied from {}", i, c.Text(x.shape));
      }
      out.shape[i] = x.has_shape ? x.shape[i] : kUnknownDim;
    } else if (out.shape[i] < 0) {
      if (out.shape[i] != -1 || hole >= 0) {
        return c.Bad("a dimension below -1, or -1 twice");
      }
      hole = i;
      out.shape[i] = kUnknownDim;
    }
  }
  if (!x.has_shape) return out;
  if (hole >= 0) OCTET_RETURN_IF_ERROR(FillHole(c, x.shape, hole, out.shape));
  OCTET_RETURN_IF_ERROR(CheckSameElements(c, x.shape, out.shape));
  return out;
}

InferResult Infer(const InferContext& c, Expand& op) {
  const Value& x = c.In(0);
  std::optional<Shape> named;
  if (c.inputs() > 1) {
    OCTET_ASSIGN(named, NamedShape(c, 1));
  } else {
    if (op.dims.size() > size_t(kMaxRank)) {
      return c.Bad("{} dimensions, at most {}", op.dims.size(), kMaxRank);
    }
    if (std::ranges::any_of(op.dims, [](int64_t d) { return d < 0; })) {
      return c.Bad("a negative dimension");
    }
    named = Shape(op.dims);
  }
  if (!named || !x.has_shape) return Inferred{x.dtype, false, {}};
  const auto shape = BroadcastShapes(x.shape, *named);
  if (!shape) {
    return c.Bad("{} does not expand to {}", c.Text(x.shape), c.Text(*named));
  }
  return Inferred{x.dtype, true, *shape};
}

InferResult Infer(const InferContext& c, ShapeOf& op) {
  const Value& x = c.In(0);
  Inferred out{DType::kS64, true, Shape{kUnknownDim}};
  if (!x.has_shape) return out;
  const int64_t rank = x.shape.rank();
  const auto clamp = [&](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  op.start = clamp(op.start);
  op.end = std::max(clamp(op.end), op.start);
  out.shape[0] = op.end - op.start;
  return out;
}

InferResult Infer(const InferContext& c, ConstantOfShape& op) {
  OCTET_ASSIGN(std::optional<Shape> shape, NamedShape(c, 0));
  if (!shape) return Inferred{op.dtype, false, {}};
  return Inferred{op.dtype, true, *shape};
}

InferResult Infer(const InferContext& c, RangeOp&) {
  const DType dtype = c.In(0).dtype;
  Inferred out{dtype, true, Shape{kUnknownDim}};
  for (size_t i = 1; i < 3; ++i) OCTET_RETURN_IF_ERROR(c.NeedType(i, dtype));
  const auto start = c.Numbers(0), limit = c.Numbers(1), delta = c.Numbers(2);
  if (!start || !limit || !delta) return out;
  if (start->size() != 1 || limit->size() != 1 || delta->size() != 1) {
    return c.Bad("start, limit and delta must be scalars");
  }
  const __int128 way = __int128(limit->front()) - start->front();
  const __int128 step = delta->front();
  if (step == 0) return c.Bad("delta is 0");
  const __int128 toward = step > 0 ? way + step - 1 : way + step + 1;
  const __int128 count =
      way == 0 || (way > 0) != (step > 0) ? 0 : toward / step;
  if (count > kMostElements) return c.Bad("its output is too big");
  out.shape[0] = int64_t(count);
  return out;
}

}  // namespace octet::compile
