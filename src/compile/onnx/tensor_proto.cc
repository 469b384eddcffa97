#include "compile/onnx/tensor_proto.h"

#include <onnx.pb.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "base/error.h"

namespace octet::compile {
namespace {

using onnx::TensorProto;

// How an element type is stored, and what it becomes.
struct TypeRow {
  int64_t onnx_type;
  DType stored;
  DType becomes;
};
constexpr TypeRow kTypes[] = {
    {TensorProto::FLOAT, DType::kF32, DType::kF32},
    {TensorProto::FLOAT16, DType::kF16, DType::kF32},
    {TensorProto::BFLOAT16, DType::kBF16, DType::kF32},
    {TensorProto::DOUBLE, DType::kF64, DType::kF32},
    {TensorProto::UINT8, DType::kU8, DType::kU8},
    {TensorProto::INT8, DType::kS8, DType::kS8},
    {TensorProto::UINT16, DType::kU16, DType::kU16},
    {TensorProto::INT16, DType::kS16, DType::kS16},
    {TensorProto::UINT32, DType::kU32, DType::kU32},
    {TensorProto::INT32, DType::kS32, DType::kS32},
    {TensorProto::INT64, DType::kS64, DType::kS64},
    {TensorProto::BOOL, DType::kBool, DType::kBool},
};

const TypeRow* FindType(int64_t onnx_type) {
  for (const TypeRow& row : kTypes) {
    if (row.onnx_type == onnx_type) return &row;
  }
  return nullptr;
}

template <typename T>
T Load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

float FromBFloat16(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

float FromFloat16(uint16_t bits) {
  const float sign = (bits & 0x8000) ? -1.0f : 1.0f;
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  if (exponent == 31) {
    return fraction ? std::numeric_limits<float>::quiet_NaN()
                    : sign * std::numeric_limits<float>::infinity();
  }
  if (exponent == 0) return sign * std::ldexp(float(fraction), -24);
  return sign * std::ldexp(float(1024 + fraction), exponent - 25);
}

float FromDouble(double value) {
  constexpr double kMost = std::numeric_limits<float>::max();
  if (std::isfinite(value) && std::abs(value) > kMost) {
    return std::copysign(std::numeric_limits<float>::max(), float(value));
  }
  return float(value);
}

// One stored float of any width.
float LoadFloat(DType stored, const std::byte* at) {
  switch (stored) {
    case DType::kF16:
      return FromFloat16(Load<uint16_t>(at));
    case DType::kBF16:
      return FromBFloat16(Load<uint16_t>(at));
    case DType::kF64:
      return FromDouble(Load<double>(at));
    default:
      return Load<float>(at);
  }
}

// Appends the low bytes of each number in the list of one field.
template <typename T, typename List>
void AppendAs(const List& list, std::vector<std::byte>& out) {
  for (auto item : list) {
    const T value = T(item);
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    out.insert(out.end(), bytes, bytes + sizeof(T));
  }
}

// The elements that stand in the typed fields, as they would in raw_data.
std::vector<std::byte> TypedData(const TensorProto& proto, DType stored) {
  std::vector<std::byte> out;
  switch (stored) {
    case DType::kF32:
      AppendAs<float>(proto.float_data(), out);
      break;
    case DType::kF64:
      AppendAs<double>(proto.double_data(), out);
      break;
    case DType::kS64:
      AppendAs<int64_t>(proto.int64_data(), out);
      break;
    case DType::kU32:
      AppendAs<uint32_t>(proto.uint64_data(), out);
      break;
    case DType::kS32:
      AppendAs<int32_t>(proto.int32_data(), out);
      break;
    case DType::kF16:
    case DType::kBF16:
    case DType::kU16:
    case DType::kS16:
      AppendAs<uint16_t>(proto.int32_data(), out);
      break;
    default:
      AppendAs<uint8_t>(proto.int32_data(), out);
      break;
  }
  return out;
}

// Where external data lies.
struct Place {
  std::string location;
  int64_t offset = 0;
  std::optional<int64_t> length;
};

Result<Place> PlaceOf(const TensorProto& proto) {
  Place place;
  for (const auto& entry : proto.external_data()) {
    const std::string& text = entry.value();
    if (entry.key() == "location") place.location = text;
    if (entry.key() != "offset" && entry.key() != "length") continue;
    int64_t number = -1;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number < 0) {
      return BadInput("its external {} is '{}'", entry.key(), text);
    }
    if (entry.key() == "offset") place.offset = number;
    if (entry.key() == "length") place.length = number;
  }
  if (place.location.empty()) return BadInput("its external file has no name");
  return place;
}

// The stored bytes: raw, typed or external.
Status LoadBytes(const TensorProto& proto, DType stored,
                 const ExternalData& external, int64_t expected,
                 std::vector<std::byte>& buffer,
                 std::span<const std::byte>& bytes) {
  if (proto.data_location() == TensorProto::EXTERNAL) {
    OCTET_ASSIGN(const Place place, PlaceOf(proto));
    if (place.length && *place.length != expected) {
      return BadInput("its external length is {} bytes, expected {}",
                      *place.length, expected);
    }
    buffer.resize(size_t(expected));
    OCTET_RETURN_IF_ERROR(external.Read(place.location, place.offset, buffer));
    bytes = buffer;
  } else if (proto.has_raw_data()) {
    bytes = std::as_bytes(std::span(proto.raw_data()));
  } else {
    buffer = TypedData(proto, stored);
    bytes = buffer;
  }
  if (int64_t(bytes.size()) == expected) return {};
  return BadInput("it has {} bytes of data, its shape needs {}", bytes.size(),
                  expected);
}

Result<Shape> ShapeOfProto(const TensorProto& proto) {
  if (proto.dims_size() > kMaxRank) {
    return BadInput("it has {} dimensions, at most {}", proto.dims_size(),
                    kMaxRank);
  }
  const std::vector<int64_t> dims(proto.dims().begin(), proto.dims().end());
  if (!CheckedElements(dims)) {
    return BadInput("its shape has a negative dimension or is too big");
  }
  return Shape(dims);
}

Status CheckFinite(std::span<const float> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    const bool limit = values.size() == 1 && std::isinf(values[i]);
    if (std::isfinite(values[i]) || limit) continue;
    return BadInput("element {} is {}; train or export the model again", i,
                    values[i]);
  }
  return {};
}

Result<Tensor> ReadUnnamed(const TensorProto& proto,
                           const ExternalData& external, int64_t& bytes_left) {
  const TypeRow* type = FindType(proto.data_type());
  if (type == nullptr) {
    return Unsupported("it has ONNX element type {}; convert it before export",
                       proto.data_type());
  }
  if (proto.has_segment()) return Unsupported("it is stored in segments");
  OCTET_ASSIGN(const Shape shape, ShapeOfProto(proto));
  const auto size = CheckedMul(shape.elements(), SizeOf(type->becomes));
  const auto stored = CheckedMul(shape.elements(), SizeOf(type->stored));
  if (!size || !stored || *size > bytes_left) {
    return BadInput("with it the constants take more than the bytes allowed");
  }
  std::vector<std::byte> buffer;
  std::span<const std::byte> bytes;
  OCTET_RETURN_IF_ERROR(
      LoadBytes(proto, type->stored, external, *stored, buffer, bytes));
  bytes_left -= *size;
  Tensor tensor(type->becomes, shape);
  if (type->becomes == DType::kF32) {
    const auto out = tensor.as<float>();
    for (size_t i = 0; i < out.size(); ++i) {
      const std::byte* at = bytes.data() + i * size_t(SizeOf(type->stored));
      out[i] = LoadFloat(type->stored, at);
    }
    OCTET_RETURN_IF_ERROR(CheckFinite(out));
  } else {
    if (!bytes.empty()) std::memcpy(tensor.raw(), bytes.data(), bytes.size());
    if (type->becomes == DType::kBool) {
      for (uint8_t& item : tensor.as<uint8_t>()) item = item != 0;
    }
  }
  return tensor;
}

}  // namespace

std::optional<DType> DTypeOf(int64_t onnx_type) {
  const TypeRow* row = FindType(onnx_type);
  if (row == nullptr) return std::nullopt;
  return row->becomes;
}

Result<Tensor> TensorReader::Read(const TensorProto& proto) {
  Result<Tensor> tensor = ReadUnnamed(proto, external_, bytes_left_);
  if (tensor.ok()) return tensor;
  return Status(
      tensor.status().code(),
      fmt::format("tensor '{}': {}", proto.name(), tensor.status().message()));
}

}  // namespace octet::compile
