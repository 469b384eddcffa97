#include "evaluate/conform.h"

#include <limits>

#include "base/error.h"
#include "base/half.h"

namespace octet::evaluate {
namespace {

bool IsFloat(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kF16 || dtype == DType::kF64 ||
         dtype == DType::kBF16;
}

// Calls f(T()) with the C++ type of an integer dtype; false for other dtypes.
template <typename F>
bool WithInteger(DType dtype, F f) {
  switch (dtype) {
    case DType::kU8:
    case DType::kBool:
      f(uint8_t());
      return true;
    case DType::kS8:
      f(int8_t());
      return true;
    case DType::kU16:
      f(uint16_t());
      return true;
    case DType::kS16:
      f(int16_t());
      return true;
    case DType::kU32:
      f(uint32_t());
      return true;
    case DType::kS32:
      f(int32_t());
      return true;
    case DType::kS64:
      f(int64_t());
      return true;
    default:
      return false;
  }
}

// False if a value does not fit.
template <typename To, typename From>
bool CopyIntegers(const Tensor& from, Tensor* to) {
  const std::span<const From> in = from.as<From>();
  const std::span<To> out = to->as<To>();
  for (size_t i = 0; i < in.size(); ++i) {
    if (!std::in_range<To>(in[i])) return false;
    out[i] = To(in[i]);
  }
  return true;
}

Result<Tensor> ConvertIntegers(const Tensor& tensor, DType dtype,
                               const std::string& name) {
  Tensor converted(dtype, tensor.shape());
  bool fits = true;
  const bool known = WithInteger(dtype, [&](auto to) {
    WithInteger(tensor.dtype(), [&](auto from) {
      fits = CopyIntegers<decltype(to), decltype(from)>(tensor, &converted);
    });
  });
  if (!known || !fits) {
    return BadInput("{}: a value does not fit the model's input of {}", name,
                    Name(dtype));
  }
  return converted;
}

Result<Tensor> ConvertFloats(const Tensor& tensor, DType dtype,
                             const std::string& name) {
  if (dtype != DType::kF32) {
    return BadInput("{}: holds {}, the model's input takes {}", name,
                    Name(tensor.dtype()), Name(dtype));
  }
  Tensor converted(DType::kF32, tensor.shape());
  const std::span<float> out = converted.as<float>();
  if (tensor.dtype() == DType::kF64) {
    const std::span<const double> in = tensor.as<double>();
    for (size_t i = 0; i < out.size(); ++i) out[i] = float(in[i]);
  } else {
    const HalfFormat& format =
        tensor.dtype() == DType::kF16 ? kF16Format : kBF16Format;
    const std::span<const uint16_t> in = tensor.as<uint16_t>();
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = float(RealOf(format, in[i]));
    }
  }
  return converted;
}

Result<Tensor> ConvertType(Tensor tensor, DType dtype,
                           const std::string& name) {
  if (tensor.dtype() == dtype) return tensor;
  return IsFloat(dtype) ? ConvertFloats(tensor, dtype, name)
                        : ConvertIntegers(tensor, dtype, name);
}

Shape WithBatch(const Shape& shape, int rank) {
  std::vector<int64_t> dims(shape.dims().begin(), shape.dims().end());
  if (shape.rank() == rank - 1) dims.insert(dims.begin(), 1);
  if (shape.rank() == rank + 1 && dims[0] == 1) dims.erase(dims.begin());
  return Shape(std::span<const int64_t>(dims));
}

bool Matches(const Shape& shape, const Shape& expected) {
  if (shape.rank() != expected.rank()) return false;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (expected[axis] >= 0 && shape[axis] != expected[axis]) return false;
  }
  return true;
}

}  // namespace

Status CheckConforms(DType dtype, const Shape& sample, const InputSpec& input,
                     const std::string& name) {
  if (!Matches(WithBatch(sample, input.shape.rank()), input.shape)) {
    return BadInput("{}: a sample has shape {}, input '{}' takes {}", name,
                    sample.ToString(), input.name, input.shape.ToString());
  }
  if (IsFloat(dtype) != IsFloat(input.dtype)) {
    return BadInput("{}: holds {}, the model's input takes {}; {}", name,
                    Name(dtype), Name(input.dtype),
                    IsFloat(input.dtype)
                        ? "'raw' means tensors ready for the model, "
                          "name a preprocessing for pictures"
                        : "store whole numbers");
  }
  return {};
}

Result<Tensor> Conform(Tensor tensor, const InputSpec& input,
                       const std::string& name) {
  OCTET_RETURN_IF_ERROR(
      CheckConforms(tensor.dtype(), tensor.shape(), input, name));
  const Shape shape = WithBatch(tensor.shape(), input.shape.rank());
  OCTET_ASSIGN(Tensor converted,
               ConvertType(std::move(tensor), input.dtype, name));
  return std::move(converted).Reshaped(shape);
}

}  // namespace octet::evaluate
