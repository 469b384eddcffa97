#include "evaluate/npy_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "evaluate/npy.h"

namespace octet::evaluate {
namespace {

// Room for the largest header of kMaxRank dimensions, a multiple of 64 as
// numpy wants it. It is written last, when the number of rows is known.
constexpr int64_t kHeaderBytes = 320;
constexpr size_t kPrefixBytes = 10;  // magic, version, length

Status WriteAt(int fd, const std::string& path, const void* data, size_t size,
               int64_t position) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = pwrite(fd, bytes, size, position);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return Failed("{}: writing failed: {}; free some space and try again",
                    path, std::strerror(errno));
    }
    bytes += n;
    size -= size_t(n);
    position += n;
  }
  return {};
}

std::string HeaderText(DType dtype, const Shape& shape) {
  std::string dims;
  for (const int64_t dim : shape.dims()) dims += fmt::format("{}, ", dim);
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                  NpyDescr(dtype), dims);
  text.resize(size_t(kHeaderBytes) - kPrefixBytes - 1, ' ');
  const size_t length = text.size() + 1;
  std::string header = "\x93NUMPY";
  header += {'\x01', '\x00', char(length & 0xff), char(length >> 8)};
  return header + text + "\n";
}

// Makes the rename survive a power failure; a folder that cannot be synced
// (some network file systems) leaves nothing better to do.
void SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

bool SameRow(const Shape& a, const Shape& b) {
  if (a.rank() != b.rank()) return false;
  for (int axis = 1; axis < a.rank(); ++axis) {
    if (a[axis] != b[axis]) return false;
  }
  return true;
}

}  // namespace

Result<NpyWriter> NpyWriter::Create(const std::string& path) {
  NpyWriter writer;
  writer.path_ = path;
  writer.partial_ = fmt::format("{}.partial-{}", path, getpid());
  writer.fd_ =
      open(writer.partial_.c_str(),
           O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (writer.fd_ < 0) {
    return BadInput(
        "{}: cannot be written: {}; make the folder or choose "
        "another place",
        path, std::strerror(errno));
  }
  writer.position_ = kHeaderBytes;
  return writer;
}

NpyWriter::NpyWriter(NpyWriter&& other) noexcept { *this = std::move(other); }

NpyWriter& NpyWriter::operator=(NpyWriter&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(partial_, other.partial_);
  std::swap(fd_, other.fd_);
  std::swap(rows_, other.rows_);
  std::swap(position_, other.position_);
  std::swap(dtype_, other.dtype_);
  std::swap(shape_, other.shape_);
  return *this;
}

NpyWriter::~NpyWriter() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(partial_.c_str());
}

Status NpyWriter::Append(const Tensor& tensor) {
  const Shape shape = tensor.shape().rank() == 0 ? Shape({1}) : tensor.shape();
  if (NpyDescr(tensor.dtype()).empty()) {
    return Unsupported("{}: .npy files cannot hold {}", path_,
                       Name(tensor.dtype()));
  }
  if (rows_ == 0 && position_ == kHeaderBytes) {
    dtype_ = tensor.dtype();
    shape_ = shape;
  }
  if (tensor.dtype() != dtype_ || !SameRow(shape, shape_)) {
    return BadInput(
        "{}: an array of {} {} cannot follow one of {} {}; write "
        "them to different files",
        path_, Name(tensor.dtype()), shape.ToString(), Name(dtype_),
        shape_.ToString());
  }
  const int64_t size = tensor.bytes();
  OCTET_RETURN_IF_ERROR(
      WriteAt(fd_, path_, tensor.raw(), size_t(size), position_));
  position_ += size;
  rows_ += shape[0];
  return {};
}

Status NpyWriter::Finish() {
  shape_[0] = rows_;
  const std::string header = HeaderText(dtype_, shape_);
  OCTET_RETURN_IF_ERROR(WriteAt(fd_, path_, header.data(), header.size(), 0));
  if (fsync(fd_) != 0 || rename(partial_.c_str(), path_.c_str()) != 0) {
    return Failed("{}: writing failed: {}", path_, std::strerror(errno));
  }
  close(std::exchange(fd_, -1));
  SyncFolderOf(path_);
  return {};
}

}  // namespace octet::evaluate
