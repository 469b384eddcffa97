#include "compile/onnx/shape_inputs.h"

#include <algorithm>
#include <utility>

namespace octet::compile {

Result<ValueId> AsS64(GraphBuilder& builder, ValueId id) {
  if (id == kNoValue || builder.value(id).dtype != DType::kS32) return id;
  const Value& value = builder.value(id);
  if (!value.is_constant()) {
    return builder.Emit(Cast{DType::kS64}, {id}, "s64");
  }
  Tensor wide(DType::kS64, value.shape);
  std::ranges::copy(value.data->as<int32_t>(), wide.as<int64_t>().begin());
  return builder.AddConstant(value.name + ".s64", std::move(wide));
}

Result<std::vector<int64_t>> ReadAxes(GraphBuilder& builder,
                                      const OnnxNode& node) {
  if (node.opset() < 13) return node.Ints("axes", {});
  if (!node.Has(1)) return std::vector<int64_t>();
  auto numbers = builder.Numbers(node.In(1));
  if (!numbers) {
    return node.Cannot("axes that are not constant; export fixed ones");
  }
  return *std::move(numbers);
}

}  // namespace octet::compile
