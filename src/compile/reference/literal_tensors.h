// Tensors written out in tests.
#ifndef OCTET_COMPILE_REFERENCE_LITERAL_TENSORS_H_
#define OCTET_COMPILE_REFERENCE_LITERAL_TENSORS_H_

#include <algorithm>
#include <initializer_list>
#include <numeric>
#include <utility>
#include <vector>

#include "compile/reference/evaluate.h"
#include "octet/tensor.h"

namespace octet::compile {

// A tensor of `dtype`, whose elements are T.
template <typename T>
Tensor Literal(DType dtype, const Shape& shape, std::initializer_list<T> list) {
  Tensor tensor(dtype, shape);
  std::copy_n(list.begin(), std::min(list.size(), size_t(tensor.elements())),
              tensor.as<T>().begin());
  return tensor;
}
inline Tensor F32(const Shape& shape, std::initializer_list<float> list) {
  return Literal<float>(DType::kF32, shape, list);
}
inline Tensor S64(const Shape& shape, std::initializer_list<int64_t> list) {
  return Literal<int64_t>(DType::kS64, shape, list);
}
// 0, 1, 2, ...
inline Tensor Counting(const Shape& shape) {
  Tensor tensor(DType::kS64, shape);
  std::iota(tensor.as<int64_t>().begin(), tensor.as<int64_t>().end(), 0);
  return tensor;
}
inline Tensor Bools(const Shape& shape, std::initializer_list<uint8_t> list) {
  return Literal<uint8_t>(DType::kBool, shape, list);
}

// Elements of a tensor, to be compared.
template <typename T>
std::vector<T> Elements(const Tensor& tensor) {
  return {tensor.as<T>().begin(), tensor.as<T>().end()};
}

// Evaluates one operation on its own.
inline Result<Tensor> RunOp(Op op, std::vector<const Tensor*> inputs) {
  Node node;
  node.name = "node";
  node.op = std::move(op);
  node.inputs.resize(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    node.inputs[i] = inputs[i] == nullptr ? kNoValue : ValueId(i);
  }
  node.outputs = {ValueId(inputs.size())};
  return EvaluateNode(node, inputs);
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_REFERENCE_LITERAL_TENSORS_H_
