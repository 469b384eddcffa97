// Memory that may be refused: what a session needs is said by a file.
#ifndef OCTET_RUNTIME_MEMORY_H_
#define OCTET_RUNTIME_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "octet/status.h"

namespace octet::runtime {

// Zero-filled pages, huge ones where that pays, with kBufferSlack readable
// bytes behind. Moves, does not copy.
class Memory {
 public:
  // errors: kFailed if the system refuses; the message says what it is for.
  static Result<Memory> Allocate(int64_t bytes, std::string_view what);
  Memory() = default;
  Memory(Memory&& other) noexcept;
  Memory& operator=(Memory&& other) noexcept;
  ~Memory();

  std::byte* data() const { return data_; }

 private:
  std::byte* data_ = nullptr;
  size_t mapped_ = 0;
};

// Bytes of memory that this machine has.
int64_t PhysicalMemory();

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_MEMORY_H_
