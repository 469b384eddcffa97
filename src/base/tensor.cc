#include "octet/tensor.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace octet {
namespace {

struct DTypeRow {
  std::string_view name;
  int64_t size;
};
constexpr DTypeRow kDTypes[] = {
    {"f32", 4}, {"f16", 2}, {"bf16", 2}, {"f64", 8}, {"u8", 1},  {"s8", 1},
    {"u16", 2}, {"s16", 2}, {"u32", 4},  {"s32", 4}, {"s64", 8}, {"bool", 1}};

}  // namespace

int64_t SizeOf(DType dtype) { return kDTypes[size_t(dtype)].size; }
std::string_view Name(DType dtype) { return kDTypes[size_t(dtype)].name; }

Shape::Shape(std::initializer_list<int64_t> dims)
    : Shape(std::span<const int64_t>(dims.begin(), dims.size())) {}

Shape::Shape(std::span<const int64_t> dims) : rank_(int(dims.size())) {
  OCTET_CHECK(dims.size() <= size_t(kMaxRank));
  std::copy(dims.begin(), dims.end(), dims_.begin());
}

int64_t Shape::elements() const {
  int64_t n = 1;
  for (int64_t d : dims()) n *= d;
  return n;
}

bool Shape::operator==(const Shape& other) const {
  return std::ranges::equal(dims(), other.dims());
}

std::string Shape::ToString() const {
  std::string text = "[";
  for (int i = 0; i < rank_; ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(dims_[i]);
  }
  return text + "]";
}

Tensor::Tensor(DType dtype, const Shape& shape) : dtype_(dtype), shape_(shape) {
  const int64_t size = bytes() + kBufferSlack;
  const int64_t rounded =
      (size + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  data_.reset(static_cast<std::byte*>(
      std::aligned_alloc(size_t(kBufferAlignment), size_t(rounded))));
  OCTET_CHECK(data_ != nullptr);
  std::memset(data_.get(), 0, size_t(rounded));
}

Tensor::Tensor(const Tensor& other) { *this = other; }

Tensor& Tensor::operator=(const Tensor& other) {
  if (this == &other) return *this;
  if (other.data_ == nullptr) {
    *this = Tensor();
    return *this;
  }
  *this = Tensor(other.dtype_, other.shape_);
  std::memcpy(data_.get(), other.data_.get(), size_t(bytes()));
  return *this;
}

Tensor Tensor::Reshaped(const Shape& shape) const& {
  return Tensor(*this).Reshaped(shape);
}

Tensor Tensor::Reshaped(const Shape& shape) && {
  OCTET_CHECK(shape.elements() == elements());
  Tensor result = std::move(*this);
  result.shape_ = shape;
  return result;
}

}  // namespace octet
