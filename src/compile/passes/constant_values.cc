#include "compile/passes/constant_values.h"

#include <algorithm>
#include <cmath>

#include "compile/ir/dims.h"

namespace octet::compile {

std::optional<float> UniformConstant(const Value& value) {
  if (!value.is_constant() || value.dtype != DType::kF32) return std::nullopt;
  const auto elements = value.data->as<float>();
  if (elements.empty()) return std::nullopt;
  const float first = elements[0];
  const bool uniform = std::ranges::all_of(
      elements, [first](float element) { return element == first; });
  return uniform ? std::optional(first) : std::nullopt;
}

bool IsUniform(const Value& value, double expected) {
  const auto number = UniformConstant(value);
  return number &&
         std::abs(double(*number) - expected) <= 1e-5 * std::abs(expected);
}

std::optional<std::vector<double>> LastAxisConstant(const Value& value,
                                                    int rank,
                                                    int64_t channels) {
  if (!value.is_constant() || value.dtype != DType::kF32) return std::nullopt;
  const Shape& shape = value.data->shape();
  const auto elements = value.data->as<float>();
  if (shape.rank() > rank) return std::nullopt;
  if (elements.size() == 1) {
    return std::vector<double>(size_t(channels), double(elements[0]));
  }
  if (int64_t(elements.size()) != channels ||
      shape[shape.rank() - 1] != channels) {
    return std::nullopt;
  }
  return std::vector<double>(elements.begin(), elements.end());
}

bool HasConcreteShape(const Value& value) {
  return value.has_shape && IsConcrete(value.shape);
}

Tensor RoundedToF32(std::span<const double> values, const Shape& shape) {
  Tensor tensor(DType::kF32, shape);
  std::ranges::transform(values, tensor.as<float>().begin(),
                         [](double v) { return float(v); });
  return tensor;
}

}  // namespace octet::compile
