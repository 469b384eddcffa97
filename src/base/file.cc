#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace octet {
namespace {

// Closes what it holds when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

int OpenRetrying(const char* path, int flags, mode_t mode = 0) {
  int fd;
  do {
    fd = open(path, flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// Opens a regular file for reading. O_NONBLOCK: a pipe must be refused, not
// waited for.
Status OpenRegular(const std::string& path, int* fd, size_t* size) {
  Descriptor file(OpenRetrying(path.c_str(), O_RDONLY | O_NONBLOCK));
  struct stat info;
  if (!file.ok() || fstat(file.get(), &info) != 0) {
    return BadInput("{}: cannot be opened: {}", path, std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) {
    return BadInput("{}: is not a regular file", path);
  }
  *size = size_t(info.st_size);
  *fd = file.Release();
  return {};
}

// What the user named is wrong, or the machine failed.
Status WriteError(const std::string& path, std::string_view doing, int error) {
  const char* why = std::strerror(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return BadInput("{}: cannot be written: {}; make the folder first", path,
                      why);
    case EACCES:
    case EPERM:
    case EROFS:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return BadInput("{}: cannot be written: {}; choose another place", path,
                      why);
    case ENOSPC:
    case EDQUOT:
      return Failed("{}: {} failed: {}; free some space and try again", path,
                    doing, why);
    default:
      return Failed("{}: {} failed: {}", path, doing, why);
  }
}

// The file that a link at `path` stands for, so that the link stays a link.
// A device or a folder must not be replaced by a file.
Result<std::string> FinalPath(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return path;
  if (!S_ISREG(info.st_mode)) {
    return BadInput("{}: cannot be written: it is not a regular file", path);
  }
  char resolved[PATH_MAX];
  if (realpath(path.c_str(), resolved) == nullptr) {
    return WriteError(path, "resolving the path", errno);
  }
  return std::string(resolved);
}

// Creates a file beside `path` that no other writer uses.
int CreateBeside(const std::string& path, std::string* name) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    *name = fmt::format("{}.partial-{}-{}", path, getpid(), i);
    const int fd =
        OpenRetrying(name->c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  errno = EEXIST;
  return -1;
}

bool WriteAll(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes = bytes.subspan(size_t(n));
  }
  return true;
}

// Makes the rename itself survive a power failure. Some file systems cannot
// sync a folder and say EINVAL; there is nothing better to do on them.
bool SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "." : path.substr(0, slash + 1);
  Descriptor dir(OpenRetrying(folder.c_str(), O_RDONLY | O_DIRECTORY));
  // A folder may be writable and not readable; the data itself is safe.
  if (!dir.ok()) return errno == EACCES;
  return fsync(dir.get()) == 0 || errno == EINVAL;
}

}  // namespace

Result<MappedFile> MappedFile::Open(const std::string& path) {
  int fd = -1;
  size_t size = 0;
  OCTET_RETURN_IF_ERROR(OpenRegular(path, &fd, &size));
  Descriptor file(fd);
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
  OCTET_ASSIGN(const std::string target, FinalPath(path));
  std::string partial;
  Descriptor file(CreateBeside(target, &partial));
  if (!file.ok()) return WriteError(path, "creating the file", errno);
  const bool written = WriteAll(file.get(), bytes) && fsync(file.get()) == 0 &&
                       close(file.Release()) == 0 &&
                       rename(partial.c_str(), target.c_str()) == 0;
  if (!written) {
    const int error = errno;
    unlink(partial.c_str());
    return WriteError(path, "writing", error);
  }
  if (!SyncFolderOf(target)) {
    return WriteError(path, "syncing the folder", errno);
  }
  return {};
}

Status WriteFileAtomically(const std::string& path, std::string_view text) {
  return WriteFileAtomically(
      path, std::as_bytes(std::span(text.data(), text.size())));
}

Result<std::string> ReadTextFile(const std::string& path, size_t limit) {
  int fd = -1;
  size_t size = 0;
  OCTET_RETURN_IF_ERROR(OpenRegular(path, &fd, &size));
  Descriptor file(fd);
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
