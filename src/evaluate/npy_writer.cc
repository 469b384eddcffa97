#include "evaluate/npy_writer.h"

#include <span>
#include <utility>

#include "base/error.h"
#include "evaluate/npy.h"

namespace octet::evaluate {
namespace {

// Room for the largest header of kMaxRank dimensions, a multiple of 64 as
// numpy wants it. It is written last, when the number of rows is known.
constexpr int64_t kHeaderBytes = 320;
constexpr size_t kPrefixBytes = 10;  // magic, version, length

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

bool SameRow(const Shape& a, const Shape& b) {
  if (a.rank() != b.rank()) return false;
  for (int axis = 1; axis < a.rank(); ++axis) {
    if (a[axis] != b[axis]) return false;
  }
  return true;
}

}  // namespace

Result<NpyWriter> NpyWriter::Create(const std::string& path) {
  OCTET_ASSIGN(FileWriter file, FileWriter::Create(path));
  return NpyWriter(path, std::move(file));
}

Status NpyWriter::Append(const Tensor& tensor) {
  const Shape shape = tensor.shape().rank() == 0 ? Shape({1}) : tensor.shape();
  if (NpyDescr(tensor.dtype()).empty()) {
    return Unsupported("{}: .npy files cannot hold {}", path_,
                       Name(tensor.dtype()));
  }
  if (position_ == 0) {
    position_ = kHeaderBytes;
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
  const auto bytes = std::span(tensor.raw(), size_t(tensor.bytes()));
  OCTET_RETURN_IF_ERROR(file_.WriteAt(bytes, position_));
  position_ += tensor.bytes();
  rows_ += shape[0];
  return {};
}

Status NpyWriter::Finish() {
  shape_[0] = rows_;
  const std::string header = HeaderText(dtype_, shape_);
  OCTET_RETURN_IF_ERROR(
      file_.WriteAt(std::as_bytes(std::span(std::string_view(header))), 0));
  return file_.Commit();
}

}  // namespace octet::evaluate
