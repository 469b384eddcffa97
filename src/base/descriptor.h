// An open file of the system.
#ifndef OCTET_BASE_DESCRIPTOR_H_
#define OCTET_BASE_DESCRIPTOR_H_

#include <sys/types.h>

#include <string>
#include <utility>

namespace octet {

// Closes what it holds when it goes. Moves, does not copy.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  // Hands the file over to the caller.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// open(2) with O_CLOEXEC, again after a signal; errno says why it failed.
Descriptor OpenDescriptor(const std::string& path, int flags, mode_t mode = 0);

}  // namespace octet

#endif  // OCTET_BASE_DESCRIPTOR_H_
