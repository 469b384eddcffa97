// Tensors as they pass in and out of octet: element type, shape, memory.
#ifndef OCTET_TENSOR_H_
#define OCTET_TENSOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "octet/status.h"

namespace octet {

enum class DType : uint8_t {
  kF32,
  kF16,
  kBF16,
  kF64,
  kU8,
  kS8,
  kU16,
  kS16,
  kU32,
  kS32,
  kS64,
  kBool
};

// Bytes of one element.
int64_t SizeOf(DType dtype);
// "f32", "u8", ...: the one spelling used in files and messages.
std::string_view Name(DType dtype);

inline constexpr int kMaxRank = 8;

// Up to kMaxRank dimensions, outermost first. A scalar has rank 0.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims);
  explicit Shape(std::span<const int64_t> dims);  // at most kMaxRank

  int rank() const { return rank_; }
  int64_t operator[](int axis) const { return dims_[axis]; }
  int64_t& operator[](int axis) { return dims_[axis]; }
  std::span<const int64_t> dims() const {
    return {dims_.data(), size_t(rank_)};
  }
  // Product of all dimensions; 1 for a scalar. Shapes that come from input are
  // checked with CheckedElements (base/checked.h) before this is called.
  int64_t elements() const;
  bool operator==(const Shape& other) const;
  // "[1, 3, 640, 640]"
  std::string ToString() const;

 private:
  std::array<int64_t, kMaxRank> dims_{};
  int rank_ = 0;
};

// Bytes that every tensor buffer has beyond its last element: kernels may read
// (never write) that far, see kernels.
inline constexpr int64_t kBufferSlack = 64;
inline constexpr int64_t kBufferAlignment = 64;

// A tensor that owns its memory, row-major, 64-byte aligned, zero-filled, with
// kBufferSlack readable bytes behind it. Copying copies the data.
class Tensor {
 public:
  Tensor() = default;
  // Aborts if memory runs out; sizes that come from input are checked first.
  Tensor(DType dtype, const Shape& shape);
  Tensor(const Tensor& other);
  Tensor& operator=(const Tensor& other);
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(Tensor&&) noexcept = default;

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int64_t elements() const { return shape_.elements(); }
  int64_t bytes() const { return elements() * SizeOf(dtype_); }
  // Same data, other shape with as many elements.
  Tensor Reshaped(const Shape& shape) const&;
  Tensor Reshaped(const Shape& shape) &&;

  std::byte* raw() { return data_.get(); }
  const std::byte* raw() const { return data_.get(); }
  // The elements as T; the size of T must be that of dtype().
  template <typename T>
  std::span<T> as() {
    return {reinterpret_cast<T*>(data_.get()), size_t(elements())};
  }
  template <typename T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data_.get()), size_t(elements())};
  }

 private:
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  DType dtype_ = DType::kF32;
  Shape shape_;
  std::unique_ptr<std::byte[], Free> data_;
};

}  // namespace octet

#endif  // OCTET_TENSOR_H_
