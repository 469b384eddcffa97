#include "evaluate/npy.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/checked.h"
#include "base/error.h"

namespace octet::evaluate {
namespace {

using Bytes = std::span<const std::byte>;

struct DescrRow {
  std::string_view text;
  DType dtype;
};
constexpr DescrRow kDescrs[] = {
    {"<f4", DType::kF32}, {"<f2", DType::kF16}, {"<f8", DType::kF64},
    {"|u1", DType::kU8},  {"|i1", DType::kS8},  {"<u2", DType::kU16},
    {"<i2", DType::kS16}, {"<u4", DType::kU32}, {"<i4", DType::kS32},
    {"<i8", DType::kS64}, {"|b1", DType::kBool}};

constexpr size_t kMagicBytes = 6;
constexpr char kMagic[] = "\x93NUMPY";

// The text of the header, taken apart.
struct Fields {
  std::string descr;
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

// The header is the text of a Python dict with three known keys.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  std::optional<Fields> Parse() {
    Fields header;
    bool seen[3] = {};
    if (!Take('{')) return std::nullopt;
    while (!Take('}')) {
      std::string key;
      if (!TakeString(&key) || !Take(':')) return std::nullopt;
      const int which = key == "descr"           ? 0
                        : key == "fortran_order" ? 1
                        : key == "shape"         ? 2
                                                 : -1;
      if (which < 0 || seen[which]) return std::nullopt;
      seen[which] = true;
      if (!TakeValue(which, &header)) return std::nullopt;
      if (!Take(',') && Peek() != '}') return std::nullopt;
    }
    if (!seen[0] || !seen[1] || !seen[2] || Peek() != '\0') return std::nullopt;
    return header;
  }

 private:
  char Peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) {
      ++at_;
    }
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }

  bool TakeWord(std::string_view word) {
    Peek();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool TakeString(std::string* value) {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') return false;
    const size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return false;
    *value = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return true;
  }

  bool TakeValue(int which, Fields* header) {
    if (which == 0) {
      // A structured type is a list; it is told apart from a damaged header.
      if (Peek() == '[') return SkipList(&header->descr);
      return TakeString(&header->descr);
    }
    if (which == 1) {
      header->fortran_order = TakeWord("True");
      return header->fortran_order || TakeWord("False");
    }
    return TakeTuple(&header->shape);
  }

  bool SkipList(std::string* value) {
    const size_t start = at_;
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '[') ++depth;
      if (text_[at_] == ']' && --depth == 0) {
        *value = text_.substr(start, ++at_ - start);
        return true;
      }
    }
    return false;
  }

  bool TakeTuple(std::vector<int64_t>* shape) {
    if (!Take('(')) return false;
    while (!Take(')')) {
      Peek();
      int64_t value = 0;
      const char* first = text_.data() + at_;
      const auto [end, error] =
          std::from_chars(first, text_.data() + text_.size(), value);
      if (error != std::errc() || value < 0) return false;
      at_ += size_t(end - first);
      TakeWord("L");  // Python 2 wrote long integers so
      shape->push_back(value);
      if (!Take(',') && Peek() != ')') return false;
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// The text of the header, which ends where the elements begin.
Result<std::string_view> FindHeader(Bytes bytes, const std::string& name) {
  if (bytes.size() < kMagicBytes + 4 ||
      std::memcmp(bytes.data(), kMagic, kMagicBytes) != 0) {
    return BadInput("{}: is not a .npy file", name);
  }
  const int version = int(bytes[kMagicBytes]);
  if (version < 1 || version > 3) {
    return Unsupported("{}: has .npy version {}, known are 1 to 3", name,
                       version);
  }
  const size_t length_bytes = version == 1 ? 2 : 4;
  const size_t start = kMagicBytes + 2 + length_bytes;
  if (bytes.size() < start) return BadInput("{}: ends in its header", name);
  size_t length = 0;
  for (size_t i = 0; i < length_bytes; ++i) {
    length |= size_t(bytes[kMagicBytes + 2 + i]) << (8 * i);
  }
  // numpy writes about a hundred bytes; so many more are someone's trick.
  if (length > kMaxNpyHeaderBytes - start || length > bytes.size() - start) {
    return BadInput("{}: claims a header of {} bytes", name, length);
  }
  const auto* text = reinterpret_cast<const char*>(bytes.data() + start);
  return std::string_view(text, length);
}

Result<DType> DTypeOf(std::string descr, const std::string& name) {
  // For single bytes and this machine's order numpy has several spellings.
  if (descr.size() == 3 && descr[0] == '=') descr[0] = '<';
  if (descr.size() == 3 && descr[2] == '1' && descr[0] != '|') descr[0] = '|';
  const auto* row = std::ranges::find(kDescrs, descr, &DescrRow::text);
  if (row == std::end(kDescrs)) {
    return Unsupported(
        "{}: has elements of type {}; save it as little-endian "
        "float or integer, e.g. array.astype('<f4')",
        name, descr.substr(0, 40));
  }
  return row->dtype;
}

// Row-major order: `out` gets the elements from `offset` on, in the order of
// `dims`, whose neighbours are `strides` elements apart.
void Gather(const NpyArray& array, std::span<const int64_t> dims,
            std::span<const int64_t> strides, int64_t offset, std::byte* out) {
  const int64_t size = SizeOf(array.dtype);
  std::vector<int64_t> index(dims.size(), 0);
  while (true) {
    std::memcpy(out, array.data.data() + offset * size, size_t(size));
    out += size;
    size_t axis = dims.size();
    while (axis > 0) {
      --axis;
      offset += strides[axis];
      if (++index[axis] < dims[axis]) break;
      offset -= strides[axis] * dims[axis];
      index[axis] = 0;
      if (axis == 0) return;
    }
    if (dims.empty()) return;
  }
}

std::vector<int64_t> FortranStrides(const Shape& shape) {
  std::vector<int64_t> strides;
  int64_t stride = 1;
  for (const int64_t dim : shape.dims()) {
    strides.push_back(stride);
    stride *= dim;
  }
  return strides;
}

template <typename T>
std::vector<int64_t> Widen(const Tensor& tensor) {
  const std::span<const T> values = tensor.as<T>();
  return {values.begin(), values.end()};
}

}  // namespace

Result<NpyHeader> ParseNpyHeader(Bytes bytes, const std::string& name) {
  OCTET_ASSIGN(const std::string_view text, FindHeader(bytes, name));
  const std::optional<Fields> fields = HeaderParser(text).Parse();
  if (!fields) return BadInput("{}: has a damaged .npy header", name);
  NpyHeader header;
  OCTET_ASSIGN(header.dtype, DTypeOf(fields->descr, name));
  if (fields->shape.size() > size_t(kMaxRank)) {
    return Unsupported("{}: has {} dimensions, at most {} are read", name,
                       fields->shape.size(), kMaxRank);
  }
  const std::optional<int64_t> elements = CheckedElements(fields->shape);
  const std::optional<int64_t> size =
      elements ? CheckedMul(*elements, SizeOf(header.dtype)) : std::nullopt;
  if (!size) {
    return BadInput("{}: its header claims more elements than memory can hold",
                    name);
  }
  header.shape = Shape(std::span<const int64_t>(fields->shape));
  header.fortran_order = fields->fortran_order;
  const auto* first = reinterpret_cast<const char*>(bytes.data());
  header.file_bytes =
      uint64_t(text.data() + text.size() - first) + uint64_t(*size);
  return header;
}

Result<NpyArray> ParseNpy(Bytes bytes, const std::string& name) {
  OCTET_ASSIGN(const NpyHeader header, ParseNpyHeader(bytes, name));
  if (header.file_bytes != bytes.size()) {
    return BadInput("{}: has {} bytes, by its header {}", name, bytes.size(),
                    header.file_bytes);
  }
  NpyArray array{header.dtype, header.shape, header.fortran_order, {}};
  array.data =
      bytes.last(size_t(array.shape.elements() * int64_t{SizeOf(array.dtype)}));
  return array;
}

Tensor ToTensor(const NpyArray& array) {
  Tensor tensor(array.dtype, array.shape);
  if (array.data.empty()) return tensor;
  if (array.fortran_order) {
    Gather(array, array.shape.dims(), FortranStrides(array.shape), 0,
           tensor.raw());
  } else {
    std::memcpy(tensor.raw(), array.data.data(), array.data.size());
  }
  return tensor;
}

Tensor SliceOf(const NpyArray& array, int64_t index) {
  Shape shape = array.shape;
  shape[0] = 1;
  Tensor tensor(array.dtype, shape);
  const size_t bytes = size_t(tensor.bytes());
  if (bytes == 0) return tensor;
  if (array.fortran_order) {
    Gather(array, shape.dims(), FortranStrides(array.shape), index,
           tensor.raw());
  } else {
    std::memcpy(tensor.raw(), array.data.data() + size_t(index) * bytes, bytes);
  }
  return tensor;
}

Result<std::vector<int64_t>> ToIntegers(const NpyArray& array,
                                        const std::string& name) {
  const Tensor tensor = ToTensor(array);
  switch (array.dtype) {
    case DType::kU8:
    case DType::kBool:
      return Widen<uint8_t>(tensor);
    case DType::kS8:
      return Widen<int8_t>(tensor);
    case DType::kU16:
      return Widen<uint16_t>(tensor);
    case DType::kS16:
      return Widen<int16_t>(tensor);
    case DType::kU32:
      return Widen<uint32_t>(tensor);
    case DType::kS32:
      return Widen<int32_t>(tensor);
    case DType::kS64:
      return Widen<int64_t>(tensor);
    default:
      return BadInput("{}: holds {}, expected whole numbers", name,
                      Name(array.dtype));
  }
}

std::string_view NpyDescr(DType dtype) {
  const auto* row = std::ranges::find(kDescrs, dtype, &DescrRow::dtype);
  return row == std::end(kDescrs) ? std::string_view() : row->text;
}

}  // namespace octet::evaluate
