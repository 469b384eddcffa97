#include "compile/onnx/permute.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace octet::compile {
namespace {

Shape WithAxis(const Shape& shape, int axis) {
  std::vector<int64_t> dims(shape.dims().begin(), shape.dims().end());
  dims.insert(dims.begin() + axis, 1);
  return Shape(dims);
}

// The Dequantize of a constant that makes the value, if one does.
const Node* DequantizeOfConstant(const GraphBuilder& builder, ValueId id) {
  const Node* node = builder.Producer(id);
  if (node == nullptr || !std::holds_alternative<Dequantize>(node->op)) {
    return nullptr;
  }
  return builder.value(node->inputs[0]).is_constant() ? node : nullptr;
}

ValueId PermutedConstant(GraphBuilder& builder, ValueId id,
                         const std::vector<int64_t>& perm, int new_axis) {
  Tensor tensor = Permuted(*builder.value(id).data, perm);
  if (new_axis >= 0) {
    tensor = std::move(tensor).Reshaped(WithAxis(tensor.shape(), new_axis));
  }
  return builder.AddConstant(builder.value(id).name + ".permuted",
                             std::move(tensor));
}

// Where the axis of per-channel scales is after the permutation.
int64_t MovedAxis(int64_t axis, const std::vector<int64_t>& perm,
                  int new_axis) {
  const int64_t moved = std::ranges::find(perm, axis) - perm.begin();
  return new_axis >= 0 && moved >= new_axis ? moved + 1 : moved;
}

}  // namespace

Tensor Permuted(const Tensor& tensor, const std::vector<int64_t>& perm) {
  const int rank = tensor.shape().rank();
  Shape shape = tensor.shape();
  std::vector<int64_t> strides(size_t(rank), 1), step(size_t(rank), 0);
  for (int i = rank - 1; i > 0; --i) {
    strides[size_t(i - 1)] = strides[size_t(i)] * tensor.shape()[i];
  }
  for (int i = 0; i < rank; ++i) {
    shape[i] = tensor.shape()[int(perm[size_t(i)])];
    step[size_t(i)] = strides[size_t(perm[size_t(i)])];
  }
  Tensor result(tensor.dtype(), shape);
  const size_t size = size_t(SizeOf(tensor.dtype()));
  std::vector<int64_t> index(size_t(rank), 0);
  int64_t from = 0;
  for (int64_t to = 0; to < result.elements(); ++to) {
    std::memcpy(result.raw() + size_t(to) * size,
                tensor.raw() + size_t(from) * size, size);
    for (int i = rank - 1; i >= 0; --i) {
      from += step[size_t(i)];
      if (++index[size_t(i)] < shape[i]) break;
      from -= step[size_t(i)] * shape[i];
      index[size_t(i)] = 0;
    }
  }
  return result;
}

Result<ValueId> PermuteWeights(GraphBuilder& builder, ValueId weights,
                               const std::vector<int64_t>& perm, int new_axis) {
  if (builder.value(weights).is_constant()) {
    return PermutedConstant(builder, weights, perm, new_axis);
  }
  if (const Node* found = DequantizeOfConstant(builder, weights)) {
    const Node dequantize = *found;  // adding nodes moves the original
    std::vector<ValueId> inputs = dequantize.inputs;
    inputs[0] = PermutedConstant(builder, inputs[0], perm, new_axis);
    const int64_t axis = std::get<Dequantize>(dequantize.op).axis;
    const bool per_channel = builder.value(inputs[1]).data == nullptr ||
                             builder.value(inputs[1]).data->elements() > 1;
    return builder.Emit(
        Dequantize{per_channel ? MovedAxis(axis, perm, new_axis) : 0},
        std::move(inputs), "weights");
  }
  OCTET_ASSIGN(ValueId result,
               builder.Emit(Transpose{perm}, {weights}, "weights"));
  if (new_axis < 0) return result;
  std::vector<int64_t> dims(perm.size(), 0);
  for (size_t i = 0; i < perm.size(); ++i) {
    dims[i] = builder.shape(result)[int(i)];
  }
  dims.insert(dims.begin() + new_axis, 1);
  return builder.Emit(Reshape{dims}, {result}, "weights_2d");
}

Result<ValueId> ScaleWeights(GraphBuilder& builder, ValueId weights,
                             float factor) {
  if (factor == 1) return weights;
  const auto scaled = [&](ValueId id) {
    Tensor tensor = *builder.value(id).data;
    for (float& item : tensor.as<float>()) item *= factor;
    return builder.AddConstant(builder.value(id).name + ".scaled",
                               std::move(tensor));
  };
  if (builder.value(weights).is_constant()) return scaled(weights);
  const Node* found = DequantizeOfConstant(builder, weights);
  if (found != nullptr && factor > 0 &&
      builder.value(found->inputs[1]).is_constant()) {
    const Node dequantize = *found;
    std::vector<ValueId> inputs = dequantize.inputs;
    inputs[1] = scaled(inputs[1]);
    return builder.Emit(dequantize.op, std::move(inputs), "scaled");
  }
  return builder.Emit(Binary{BinaryOp::kMul, {}},
                      {weights, builder.Scalar(factor)}, "scaled");
}

}  // namespace octet::compile
