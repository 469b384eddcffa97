// The constants of a Program: one block of bytes that values of place Constant
// point into.
#ifndef OCTET_ENGINE_CONSTANTS_H_
#define OCTET_ENGINE_CONSTANTS_H_

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include "octet/tensor.h"

namespace octet::engine {

// Memory at kBufferAlignment, as kernels want it.
template <typename T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <typename U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(size_t n) {
    return static_cast<T*>(::operator new(
        n * sizeof(T), std::align_val_t(size_t(kBufferAlignment))));
  }
  void deallocate(T* p, size_t) {
    ::operator delete(p, std::align_val_t(size_t(kBufferAlignment)));
  }
  bool operator==(const AlignedAllocator&) const { return true; }
};
using AlignedBytes = std::vector<std::byte, AlignedAllocator<std::byte>>;

// Collects constants while a Program is built. Each starts at a multiple of
// kBufferAlignment; equal bytes are stored once.
class ConstantPool {
 public:
  // Returns the offset for ValueT::offset.
  uint64_t Add(std::span<const std::byte> bytes);
  template <typename T>
  uint64_t Add(std::span<const T> elements) {
    return Add(std::as_bytes(elements));
  }

  // All of them, without the slack that files and sessions put behind.
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  struct Entry {
    uint64_t hash;
    uint64_t offset;
    uint64_t size;
  };
  AlignedBytes bytes_;
  std::vector<Entry> entries_;  // sorted by hash
};

}  // namespace octet::engine

#endif  // OCTET_ENGINE_CONSTANTS_H_
