#include "compile/onnx/external_data.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace octet::compile {
namespace {

// Closes a file when it goes out of scope.
class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

int OpenBeneath(int folder, const std::string& location) {
  open_how how{};
  // Without O_NONBLOCK opening a pipe would wait for a writer.
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return int(syscall(SYS_openat2, folder, location.c_str(), &how, sizeof(how)));
}

Status ReadAll(int fd, int64_t offset, std::span<std::byte> out,
               const std::string& location) {
  while (!out.empty()) {
    const ssize_t count = pread(fd, out.data(), out.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed("{}: {}", location, std::strerror(errno));
    if (count == 0) return BadInput("{}: the file was cut short", location);
    out = out.subspan(size_t(count));
    offset += count;
  }
  return {};
}

}  // namespace

Result<ExternalData> ExternalData::Beside(const std::string& model_path) {
  const size_t slash = model_path.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "." : model_path.substr(0, slash + 1);
  ExternalData data;
  data.folder_ = open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (data.folder_ < 0) {
    return BadInput("{}: cannot open the folder: {}", folder,
                    std::strerror(errno));
  }
  return data;
}

ExternalData::ExternalData(ExternalData&& other) noexcept
    : folder_(std::exchange(other.folder_, -1)) {}

ExternalData& ExternalData::operator=(ExternalData&& other) noexcept {
  std::swap(folder_, other.folder_);
  return *this;
}

ExternalData::~ExternalData() {
  if (folder_ >= 0) close(folder_);
}

Status ExternalData::Read(const std::string& location, int64_t offset,
                          std::span<std::byte> out) const {
  if (folder_ < 0) {
    return BadInput(
        "its data is in the file '{}', but the model comes from "
        "memory; import it from its file",
        location);
  }
  if (location.find('\0') != std::string::npos) {
    return BadInput("its data is in a file whose name holds a zero byte");
  }
  const OpenFile file(OpenBeneath(folder_, location));
  if (file.fd() < 0 && (errno == ENOSYS || errno == EPERM)) {
    return Failed(
        "this system cannot confine '{}' to the model's folder "
        "(openat2, Linux 5.6); save the model with its weights "
        "inside",
        location);
  }
  if (file.fd() < 0) {
    return BadInput(
        "its data file '{}' cannot be opened inside the model's "
        "folder: {}",
        location, std::strerror(errno));
  }
  struct stat info;
  if (fstat(file.fd(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return BadInput("its data file '{}' is not a regular file", location);
  }
  if (offset < 0 || offset > info.st_size ||
      int64_t(out.size()) > info.st_size - offset) {
    return BadInput(
        "its data file '{}' has {} bytes, but {} are expected from "
        "{} on",
        location, int64_t(info.st_size), out.size(), offset);
  }
  return ReadAll(file.fd(), offset, out, location);
}

}  // namespace octet::compile
