#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/file_writer.h"

namespace octet {
namespace {

// Opens a regular file for reading. O_NONBLOCK: a pipe must be refused, not
// waited for.
Result<Descriptor> OpenRegular(const std::string& path, size_t* size) {
  Descriptor file = OpenDescriptor(path, O_RDONLY | O_NONBLOCK);
  struct stat info;
  if (!file.ok() || fstat(file.get(), &info) != 0) {
    return BadInput("{}: cannot be opened: {}", path, std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) {
    return BadInput("{}: is not a regular file", path);
  }
  *size = size_t(info.st_size);
  return file;
}

}  // namespace

Result<MappedFile> MappedFile::Open(const std::string& path) {
  size_t size = 0;
  OCTET_ASSIGN(const Descriptor file, OpenRegular(path, &size));
  MappedFile mapped;
  if (size == 0) return mapped;
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) {
    return Failed("{}: cannot be mapped: {}", path, std::strerror(errno));
  }
  mapped.data_ = static_cast<const std::byte*>(data);
  mapped.size_ = size;
  return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<std::byte*>(data_), size_);
}

Status WriteFileAtomically(const std::string& path,
                           std::span<const std::byte> bytes) {
  OCTET_ASSIGN(FileWriter writer, FileWriter::Create(path));
  OCTET_RETURN_IF_ERROR(writer.WriteAt(bytes, 0));
  return writer.Commit();
}

Status WriteFileAtomically(const std::string& path, std::string_view text) {
  return WriteFileAtomically(
      path, std::as_bytes(std::span(text.data(), text.size())));
}

Result<std::string> ReadTextFile(const std::string& path, size_t limit) {
  size_t size = 0;
  OCTET_ASSIGN(const Descriptor file, OpenRegular(path, &size));
  const auto too_big = [&] {
    return BadInput("{}: is larger than {} bytes, the most that is read here",
                    path, limit);
  };
  if (size > limit) return too_big();
  // Read to the end, whatever the size said: the file may be growing, and
  // files of /proc say 0.
  std::string text(size + 1, '\0');
  size_t used = 0;
  while (true) {
    const ssize_t n = read(file.get(), text.data() + used, text.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return BadInput("{}: cannot be read: {}", path, std::strerror(errno));
    }
    if (n == 0) break;
    used += size_t(n);
    if (used > limit) return too_big();
    if (used == text.size()) text.resize(2 * text.size());
  }
  text.resize(used);
  return text;
}

}  // namespace octet
