// Operations that only move elements; they take every type.
#include <algorithm>
#include <array>
#include <cstring>

#include "base/checked.h"
#include "base/error.h"
#include "compile/reference/axis_maps.h"
#include "compile/reference/evaluate.h"
#include "compile/reference/operations.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {
namespace {

// As many entries as an axis of a result may have.
constexpr int64_t kMaxAxis = kMaxEvaluatedBytes;

std::vector<AxisMap> IdentityMaps(const Shape& shape) {
  std::vector<AxisMap> maps;
  for (int64_t dim : shape.dims()) maps.push_back(IdentityMap(dim));
  return maps;
}

Status RequireOnePerAxis(const std::vector<int64_t>& list, const Shape& x) {
  if (int64_t(list.size()) == x.rank()) return {};
  return BadInput("{} numbers for the axes of {}", list.size(), x.ToString());
}

// The index of x that an index outside [0, size) stands for.
int64_t Outside(PadMode mode, int64_t i, int64_t size) {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case PadMode::kConstant:
      return kFill;
    case PadMode::kEdge:
      return std::clamp<int64_t>(i, 0, size - 1);
    case PadMode::kReflect:
      break;
  }
  const int64_t period = std::max<int64_t>(2 * (size - 1), 1);
  const int64_t around = ((i % period) + period) % period;
  return around < size ? around : period - around;
}

Result<AxisMap> PadMap(PadMode mode, int64_t size, int64_t before,
                       int64_t after) {
  const auto half = CheckedAdd(before, after);
  const auto padded = half ? CheckedAdd(size, *half) : half;
  if (!padded || *padded < 0 || *padded > kMaxAxis || before < -kMaxAxis ||
      before > kMaxAxis || (size == 0 && mode != PadMode::kConstant)) {
    return BadInput("{} elements padded by {} and {}", size, before, after);
  }
  AxisMap map(static_cast<size_t>(*padded));
  for (int64_t i = 0; i < *padded; ++i) {
    map[size_t(i)] = Outside(mode, i - before, size);
  }
  return map;
}

// The number of elements of a slice that takes all there are.
int64_t CountToEnd(int64_t size, int64_t start, int64_t step) {
  const int64_t span = step > 0 ? size - start : start + 1;
  const int64_t distance = step > 0 ? step : -step;
  return span <= 0 ? 0 : (span - 1) / distance + 1;
}

Result<AxisMap> SliceMap(int64_t size, int64_t start, int64_t count,
                         int64_t step) {
  if (step == 0 || step < -kMaxAxis || step > kMaxAxis || start < 0 ||
      start > size || count < -1 || count > kMaxAxis) {
    return BadInput("a slice from {} by {} of {} elements", start, step, size);
  }
  if (count == -1) count = CountToEnd(size, start, step);
  AxisMap map(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t from = start + i * step;
    if (from < 0 || from >= size) {
      return BadInput("a slice takes element {} of {}", from, size);
    }
    map[size_t(i)] = from;
  }
  return map;
}

// dims with -1 and 0 replaced: see Reshape.
Result<std::vector<int64_t>> NewDims(std::vector<int64_t> dims,
                                     const Shape& x) {
  int64_t known = 1;
  int64_t* open = nullptr;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && int(i) < x.rank()) dims[i] = x[int(i)];
    if (dims[i] == -1 && open == nullptr) {
      open = &dims[i];
      continue;
    }
    const auto product = CheckedMul(known, dims[i]);
    if (dims[i] < 0 || !product) {
      return BadInput("{} is not reshaped like that", x.ToString());
    }
    known = *product;
  }
  if (open != nullptr) {
    if (known == 0 || x.elements() % known != 0) {
      return BadInput("{} is not reshaped like that", x.ToString());
    }
    *open = x.elements() / known;
    known *= *open;
  }
  if (known != x.elements() || dims.size() > size_t(kMaxRank)) {
    return BadInput("{} is reshaped to {} elements", x.ToString(), known);
  }
  return dims;
}

}  // namespace

Result<Tensor> Run(const Concat& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(
      operands, std::max<size_t>(operands.size(), 1), operands.size()));
  Shape shape = operands[0]->shape();
  OCTET_ASSIGN(const int axis, NormalizeAxis(op.axis, shape.rank()));
  shape[axis] = 0;
  for (const Tensor* operand : operands) {
    Shape other = operand->shape();
    if (other.rank() != shape.rank() ||
        operand->dtype() != operands[0]->dtype()) {
      return BadInput("the operands are not alike");
    }
    shape[axis] += std::exchange(other[axis], shape[axis]);
    other[axis] = shape[axis];
    if (other != shape) {
      return BadInput("{} does not fit {} but along axis {}",
                      operand->shape().ToString(),
                      operands[0]->shape().ToString(), axis);
    }
  }
  OCTET_ASSIGN(Tensor y, MakeTensor(operands[0]->dtype(), shape.dims()));
  const int64_t size = SizeOf(y.dtype());
  const int64_t inner = DenseStrides(shape)[size_t(axis)] * size;
  std::byte* out = y.raw();
  const int64_t rows = inner == 0 ? 0 : y.bytes();
  for (int64_t row = 0; out < y.raw() + rows; ++row) {
    for (const Tensor* operand : operands) {
      const auto bytes = size_t(operand->shape()[axis] * inner);
      std::memcpy(out, operand->raw() + size_t(row) * bytes, bytes);
      out += bytes;
    }
  }
  return y;
}

Result<Tensor> Run(const Slice& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Shape& x = operands[0]->shape();
  OCTET_RETURN_IF_ERROR(RequireOnePerAxis(op.starts, x));
  OCTET_RETURN_IF_ERROR(RequireOnePerAxis(op.sizes, x));
  OCTET_RETURN_IF_ERROR(RequireOnePerAxis(op.steps, x));
  std::vector<AxisMap> maps(static_cast<size_t>(x.rank()));
  for (size_t a = 0; a < maps.size(); ++a) {
    OCTET_ASSIGN(maps[a],
                 SliceMap(x[int(a)], op.starts[a], op.sizes[a], op.steps[a]));
  }
  return TakeByMaps(*operands[0], maps, nullptr);
}

Result<Tensor> Run(const Pad& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Shape& x = operands[0]->shape();
  OCTET_RETURN_IF_ERROR(RequireOnePerAxis(op.before, x));
  OCTET_RETURN_IF_ERROR(RequireOnePerAxis(op.after, x));
  std::vector<AxisMap> maps(static_cast<size_t>(x.rank()));
  for (size_t a = 0; a < maps.size(); ++a) {
    OCTET_ASSIGN(maps[a],
                 PadMap(op.mode, x[int(a)], op.before[a], op.after[a]));
  }
  const double value = op.value;
  OCTET_ASSIGN(const Tensor fill,
               Narrow<double>({&value, 1}, operands[0]->dtype(), {}));
  return TakeByMaps(*operands[0], maps, &fill);
}

Result<Tensor> Run(const Transpose& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Tensor& x = *operands[0];
  OCTET_RETURN_IF_ERROR(RequireOnePerAxis(op.perm, x.shape()));
  const Strides from = DenseStrides(x.shape());
  Strides strides{};
  Shape shape = x.shape();
  std::vector<bool> taken(op.perm.size());
  for (size_t i = 0; i < op.perm.size(); ++i) {
    const int64_t axis = op.perm[i];
    if (axis < 0 || axis >= x.shape().rank() || taken[size_t(axis)]) {
      return BadInput("a permutation that names axis {}", axis);
    }
    taken[size_t(axis)] = true;
    shape[int(i)] = x.shape()[int(axis)];
    strides[i] = from[size_t(axis)];
  }
  Tensor y(x.dtype(), shape);
  const auto size = size_t(SizeOf(x.dtype()));
  std::byte* out = y.raw();
  ForEachElement<1>(shape, {strides}, [&](const std::array<int64_t, 1>& at) {
    std::memcpy(out, x.raw() + size_t(at[0]) * size, size);
    out += size;
  });
  return y;
}

Result<Tensor> Run(const Reshape& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  OCTET_ASSIGN(const auto dims, NewDims(op.dims, operands[0]->shape()));
  return operands[0]->Reshaped(Shape(dims));
}

Result<Tensor> Run(const Gather& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 2, 2));
  const Shape& data = operands[0]->shape();
  OCTET_ASSIGN(const int axis, NormalizeAxis(op.axis, data.rank()));
  if (operands[1]->dtype() != DType::kS64 &&
      operands[1]->dtype() != DType::kS32) {
    return BadInput("indices of {}", Name(operands[1]->dtype()));
  }
  AxisMap map = Widen<int64_t>(*operands[1]);
  for (int64_t& index : map) {
    if (index < 0) index += data[axis];
    if (index < 0 || index >= data[axis]) {
      return BadInput("index {} of {} elements", index, data[axis]);
    }
  }
  std::vector<AxisMap> maps = IdentityMaps(data);
  maps[size_t(axis)] = std::move(map);
  OCTET_ASSIGN(Tensor taken, TakeByMaps(*operands[0], maps, nullptr));
  std::vector<int64_t> dims(data.dims().begin(), data.dims().end());
  const auto at = dims.erase(dims.begin() + axis);
  const auto inner = operands[1]->shape().dims();
  dims.insert(at, inner.begin(), inner.end());
  if (dims.size() > size_t(kMaxRank)) {
    return BadInput("a result would have {} dimensions, at most {}",
                    dims.size(), kMaxRank);
  }
  return std::move(taken).Reshaped(Shape(dims));
}

Result<Tensor> Run(const Expand& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Tensor& x = *operands[0];
  if (op.dims.size() > size_t(kMaxRank)) {
    return BadInput("an expansion to {} dimensions", op.dims.size());
  }
  OCTET_ASSIGN(const Shape shape, Broadcast(x.shape(), Shape(op.dims)));
  OCTET_ASSIGN(Tensor y, MakeTensor(x.dtype(), shape.dims()));
  const auto size = size_t(SizeOf(x.dtype()));
  std::byte* out = y.raw();
  ForEachElement<1>(shape, {BroadcastStrides(x.shape(), shape)},
                    [&](const std::array<int64_t, 1>& at) {
                      std::memcpy(out, x.raw() + size_t(at[0]) * size, size);
                      out += size;
                    });
  return y;
}

Result<Tensor> Run(const Tile& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Shape& x = operands[0]->shape();
  OCTET_RETURN_IF_ERROR(RequireOnePerAxis(op.repeats, x));
  std::vector<AxisMap> maps(static_cast<size_t>(x.rank()));
  for (size_t a = 0; a < maps.size(); ++a) {
    const auto tiled = CheckedMul(x[int(a)], op.repeats[a]);
    if (!tiled || *tiled < 0 || *tiled > kMaxAxis) {
      return BadInput("{} elements repeated {} times", x[int(a)],
                      op.repeats[a]);
    }
    maps[a].resize(size_t(*tiled));
    for (int64_t i = 0; i < *tiled; ++i) maps[a][size_t(i)] = i % x[int(a)];
  }
  return TakeByMaps(*operands[0], maps, nullptr);
}

}  // namespace octet::compile::reference
