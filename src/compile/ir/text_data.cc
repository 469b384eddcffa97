#include "compile/ir/text_data.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include "base/checked.h"
#include "base/error.h"
#include "compile/ir/text.h"

namespace octet::compile {
namespace {

constexpr int64_t kInlineElements = 16;
constexpr int64_t kRepeated = 4;  // as many equal ones are still written out
constexpr uint64_t kPrintedSeeds = 64;
constexpr int64_t kMostTextElements = int64_t{1} << 28;

// The splitmix64 generator at position `index` of the sequence of `seed`.
// source: Steele, Lea, Flood, OOPSLA 2014.
uint64_t Random(uint64_t seed, uint64_t index) {
  uint64_t z = seed * 0xd1342543de82ef95u + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

template <typename T>
void Store(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof(value));
}

template <typename T>
T Load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

bool IsHalf(DType dtype) {
  return dtype == DType::kF16 || dtype == DType::kBF16;
}

// Writes an integer element; false if it does not fit.
template <typename T>
bool StoreInteger(std::byte* at, int64_t value) {
  if (!std::in_range<T>(value)) return false;
  Store(at, T(value));
  return true;
}

bool StoreInteger(DType dtype, std::byte* at, int64_t value) {
  switch (dtype) {
    case DType::kU8:
      return StoreInteger<uint8_t>(at, value);
    case DType::kS8:
      return StoreInteger<int8_t>(at, value);
    case DType::kU16:
      return StoreInteger<uint16_t>(at, value);
    case DType::kS16:
      return StoreInteger<int16_t>(at, value);
    case DType::kU32:
      return StoreInteger<uint32_t>(at, value);
    case DType::kS32:
      return StoreInteger<int32_t>(at, value);
    case DType::kS64:
      return StoreInteger<int64_t>(at, value);
    case DType::kBool:
      return value >= 0 && value <= 1 && StoreInteger<uint8_t>(at, value);
    default:
      return false;
  }
}

int64_t LoadInteger(DType dtype, const std::byte* at) {
  switch (dtype) {
    case DType::kU8:
    case DType::kBool:
      return Load<uint8_t>(at);
    case DType::kS8:
      return Load<int8_t>(at);
    case DType::kU16:
      return Load<uint16_t>(at);
    case DType::kS16:
      return Load<int16_t>(at);
    case DType::kU32:
      return Load<uint32_t>(at);
    case DType::kS32:
      return Load<int32_t>(at);
    default:
      return Load<int64_t>(at);
  }
}

std::string PrintElement(DType dtype, const std::byte* at) {
  // Shortest digits that give the same number back.
  if (dtype == DType::kF32) return fmt::format("{}", Load<float>(at));
  if (dtype == DType::kF64) return fmt::format("{}", Load<double>(at));
  return fmt::format("{}", LoadInteger(dtype, at));
}

template <typename T>
bool ParseNumber(std::string_view text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

bool ParseElement(DType dtype, std::string_view text, std::byte* at) {
  if (dtype == DType::kF32) {
    float value;
    if (!ParseNumber(text, value)) return false;
    Store(at, value);
    return true;
  }
  if (dtype == DType::kF64) {
    double value;
    if (!ParseNumber(text, value)) return false;
    Store(at, value);
    return true;
  }
  int64_t value;
  return ParseNumber(text, value) && StoreInteger(dtype, at, value);
}

void StoreSeeded(DType dtype, std::byte* at, uint64_t random) {
  const double unit = double(int64_t(random % 2048) - 1024) / 1024;
  switch (dtype) {
    case DType::kF32:
      return Store(at, float(unit));
    case DType::kF64:
      return Store(at, unit);
    case DType::kU8:
      return Store(at, uint8_t(random % 256));
    case DType::kS8:
      return Store(at, int8_t(int64_t(random % 255) - 127));
    case DType::kBool:
      return Store(at, uint8_t(random % 2));
    default:
      StoreInteger(dtype, at, int64_t(random % 1000));
  }
}

bool HasSeed(const Tensor& tensor, uint64_t seed) {
  std::byte expected[8] = {};
  const size_t size = size_t(SizeOf(tensor.dtype()));
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    StoreSeeded(tensor.dtype(), expected, Random(seed, uint64_t(i)));
    const std::byte* found = tensor.raw() + size_t(i) * size;
    if (std::memcmp(expected, found, size) != 0) return false;
  }
  return true;
}

bool IsFill(const Tensor& tensor) {
  const size_t size = size_t(SizeOf(tensor.dtype()));
  const size_t bytes = size_t(tensor.bytes());
  return std::memcmp(tensor.raw(), tensor.raw() + size, bytes - size) == 0;
}

// FNV-1a, 64 bit.
uint64_t Hash(const Tensor& tensor) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (int64_t i = 0; i < tensor.bytes(); ++i) {
    hash = (hash ^ uint64_t(tensor.raw()[i])) * 0x100000001b3u;
  }
  return hash;
}

// The value of "key=value" if the text has that key.
std::optional<std::string_view> ValueOf(std::string_view text,
                                        std::string_view key) {
  if (!text.starts_with(key)) return std::nullopt;
  text.remove_prefix(key.size());
  if (!text.starts_with('=')) return std::nullopt;
  return text.substr(1);
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<Tensor> ParseFill(DType dtype, const Shape& shape,
                         std::string_view text) {
  Tensor tensor(dtype, shape);
  const size_t size = size_t(SizeOf(dtype));
  std::byte element[8] = {};
  if (!ParseElement(dtype, text, element)) {
    return BadInput("'{}' is not a {}", text, Name(dtype));
  }
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    std::memcpy(tensor.raw() + size_t(i) * size, element, size);
  }
  return tensor;
}

Result<Tensor> ParseList(DType dtype, const Shape& shape,
                         std::string_view text) {
  Tensor tensor(dtype, shape);
  const size_t size = size_t(SizeOf(dtype));
  int64_t count = 0;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = Trim(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (count == tensor.elements() ||
        !ParseElement(dtype, item, tensor.raw() + size_t(count) * size)) {
      return BadInput("element {}: '{}' is not a {} or one too many", count,
                      item, Name(dtype));
    }
    ++count;
  }
  if (count != tensor.elements()) {
    return BadInput("{} elements, expected {}", count, tensor.elements());
  }
  return tensor;
}

}  // namespace

Tensor MakeSeeded(DType dtype, const Shape& shape, uint64_t seed) {
  Tensor tensor(dtype, shape);
  const size_t size = size_t(SizeOf(dtype));
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    StoreSeeded(dtype, tensor.raw() + size_t(i) * size,
                Random(seed, uint64_t(i)));
  }
  return tensor;
}

std::string PrintData(const Tensor& tensor) {
  const DType dtype = tensor.dtype();
  const bool fill = tensor.elements() > kRepeated && IsFill(tensor);
  if (!IsHalf(dtype) && !fill && tensor.elements() <= kInlineElements) {
    std::string text;
    for (int64_t i = 0; i < tensor.elements(); ++i) {
      if (i > 0) text += ", ";
      text += PrintElement(dtype, tensor.raw() + i * SizeOf(dtype));
    }
    return fmt::format("{{{}}}", text);
  }
  if (!IsHalf(dtype)) {
    if (fill) {
      return fmt::format("{{fill={}}}", PrintElement(dtype, tensor.raw()));
    }
    for (uint64_t seed = 0; seed < kPrintedSeeds; ++seed) {
      if (HasSeed(tensor, seed)) return fmt::format("{{seed={}}}", seed);
    }
  }
  return fmt::format("{{hash={:016x}}}", Hash(tensor));
}

Result<Tensor> ParseData(DType dtype, const Shape& shape,
                         std::string_view text) {
  const auto elements = CheckedElements(shape.dims());
  if (!elements || *elements > kMostTextElements) {
    return BadInput("a constant of shape {}, at most {} elements",
                    shape.ToString(), kMostTextElements);
  }
  if (IsHalf(dtype)) return BadInput("constants of type {}", Name(dtype));
  text = Trim(text);
  if (const auto fill = ValueOf(text, "fill")) {
    return ParseFill(dtype, shape, *fill);
  }
  if (const auto seed = ValueOf(text, "seed")) {
    uint64_t number;
    if (!ParseNumber(*seed, number)) return BadInput("bad seed '{}'", *seed);
    return MakeSeeded(dtype, shape, number);
  }
  if (ValueOf(text, "hash")) {
    return BadInput("a hash cannot be turned back into numbers; write a seed");
  }
  return ParseList(dtype, shape, text);
}

}  // namespace octet::compile
