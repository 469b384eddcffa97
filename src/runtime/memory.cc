#include "runtime/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "octet/tensor.h"

namespace octet::runtime {

Result<Memory> Memory::Allocate(int64_t bytes, std::string_view what) {
  constexpr size_t kHugePage = size_t{2} << 20;
  const size_t size = size_t(bytes) + size_t(kBufferSlack);
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) {
    return Failed("{} bytes for {} cannot be had: {}", bytes, what,
                  std::strerror(errno));
  }
  if (size >= kHugePage) madvise(data, size, MADV_HUGEPAGE);
  Memory memory;
  memory.data_ = static_cast<std::byte*>(data);
  memory.mapped_ = size;
  return memory;
}

Memory::Memory(Memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      mapped_(std::exchange(other.mapped_, 0)) {}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

Memory::~Memory() {
  if (data_ != nullptr) munmap(data_, mapped_);
}

int64_t PhysicalMemory() {
  return int64_t(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

}  // namespace octet::runtime
