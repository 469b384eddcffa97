#include "base/file_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace octet {
namespace {

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
Descriptor CreateBeside(const std::string& path, std::string* name) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    *name = fmt::format("{}.partial-{}-{}", path, getpid(), i);
    Descriptor file = OpenDescriptor(*name, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (file.ok() || errno != EEXIST) return file;
  }
  errno = EEXIST;
  return Descriptor();
}

// Makes the rename itself survive a power failure. Some file systems cannot
// sync a folder and say EINVAL; there is nothing better to do on them.
bool SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor dir = OpenDescriptor(folder, O_RDONLY | O_DIRECTORY);
  // A folder may be writable and not readable; the data itself is safe.
  if (!dir.ok()) return errno == EACCES;
  return fsync(dir.get()) == 0 || errno == EINVAL;
}

}  // namespace

Result<FileWriter> FileWriter::Create(const std::string& path) {
  FileWriter writer;
  writer.path_ = path;
  OCTET_ASSIGN(writer.target_, FinalPath(path));
  std::string partial;
  writer.file_ = CreateBeside(writer.target_, &partial);
  if (!writer.file_.ok()) return WriteError(path, "creating the file", errno);
  writer.partial_ = std::move(partial);
  return writer;
}

FileWriter::FileWriter(FileWriter&& other) noexcept {
  *this = std::move(other);
}

FileWriter& FileWriter::operator=(FileWriter&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(target_, other.target_);
  std::swap(partial_, other.partial_);
  std::swap(file_, other.file_);
  return *this;
}

FileWriter::~FileWriter() {
  if (!partial_.empty()) unlink(partial_.c_str());
}

Status FileWriter::WriteAt(std::span<const std::byte> bytes, int64_t position) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(file_.get(), bytes.data(), bytes.size(), position);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return WriteError(path_, "writing", errno);
    bytes = bytes.subspan(size_t(n));
    position += n;
  }
  return {};
}

Status FileWriter::Commit() {
  if (fsync(file_.get()) != 0 || close(file_.Release()) != 0 ||
      rename(partial_.c_str(), target_.c_str()) != 0) {
    return WriteError(path_, "writing", errno);
  }
  partial_.clear();
  if (!SyncFolderOf(target_)) {
    return WriteError(path_, "syncing the folder", errno);
  }
  return {};
}

}  // namespace octet
