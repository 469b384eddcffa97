#include "evaluate/arrays.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "evaluate/zip.h"

namespace octet::evaluate {
namespace {

constexpr std::string_view kNpy = ".npy";

// Reads the header of a member and asks `check` about it, so that neither a
// wrong archive nor one that unpacks to gigabytes of nothing costs more.
Status CheckMember(const ZipEntry& entry, const std::string& array,
                   const ArrayCheck& check, const std::string& name) {
  OCTET_ASSIGN(const std::vector<std::byte> first,
               UnpackFirst(entry, kMaxNpyHeaderBytes, name));
  const std::string member = name + ":" + entry.name;
  OCTET_ASSIGN(const NpyHeader header, ParseNpyHeader(first, member));
  if (header.file_bytes != entry.size) {
    return BadInput("{}: has {} bytes, by its header {}", member, entry.size,
                    header.file_bytes);
  }
  return check ? check(array, header) : Status();
}

}  // namespace

Result<std::vector<NamedArray>> ParseNpz(
    std::span<const std::byte> bytes, const std::string& name,
    const ArrayCheck& check, uint64_t limit,
    std::vector<std::vector<std::byte>>* storage) {
  OCTET_ASSIGN(const std::vector<ZipEntry> entries, ListZip(bytes, name));
  std::vector<NamedArray> arrays;
  std::set<std::string> names;
  for (const ZipEntry& entry : entries) {
    if (!entry.name.ends_with(kNpy) || entry.name.size() == kNpy.size()) {
      return BadInput("{}: member '{}' is no .npy array with a name", name,
                      entry.name);
    }
    NamedArray array;
    array.name = entry.name.substr(0, entry.name.size() - kNpy.size());
    if (!names.insert(array.name).second) {
      return BadInput("{}: has two members '{}'", name, entry.name);
    }
    OCTET_RETURN_IF_ERROR(CheckMember(entry, array.name, check, name));
    OCTET_ASSIGN(std::vector<std::byte> unpacked, Unpack(entry, limit, name));
    limit -= unpacked.size();
    storage->push_back(std::move(unpacked));
    OCTET_ASSIGN(array.array,
                 ParseNpy(storage->back(), name + ":" + entry.name));
    arrays.push_back(std::move(array));
  }
  if (arrays.empty()) return BadInput("{}: holds no array", name);
  return arrays;
}

Result<ArrayFile> ArrayFile::Open(const std::string& path,
                                  const ArrayCheck& check, uint64_t limit) {
  ArrayFile result;
  OCTET_ASSIGN(result.file_, MappedFile::Open(path));
  const std::span<const std::byte> bytes = result.file_.bytes();
  if (path.ends_with(".npz")) {
    OCTET_ASSIGN(result.arrays_,
                 ParseNpz(bytes, path, check, limit, &result.unpacked_));
    return result;
  }
  NamedArray array;
  OCTET_ASSIGN(array.array, ParseNpy(bytes, path));
  if (check) {
    OCTET_ASSIGN(const NpyHeader header, ParseNpyHeader(bytes, path));
    OCTET_RETURN_IF_ERROR(check(array.name, header));
  }
  result.arrays_.push_back(std::move(array));
  return result;
}

const NpyArray* ArrayFile::Find(std::string_view name) const {
  if (arrays_[0].name.empty()) return &arrays_[0].array;
  const auto found = std::ranges::find(arrays_, name, &NamedArray::name);
  return found == arrays_.end() ? nullptr : &found->array;
}

std::string ArrayFile::Names() const {
  std::string names;
  for (const NamedArray& array : arrays_) {
    names += (names.empty() ? "" : ", ") + array.name;
  }
  return names;
}

Result<ArrayFile> OpenOneArray(const std::string& path) {
  OCTET_ASSIGN(ArrayFile file, ArrayFile::Open(path));
  if (file.arrays().size() != 1) {
    return BadInput("{}: holds {} arrays ({}), expected one; save it as .npy",
                    path, file.arrays().size(), file.Names());
  }
  return file;
}

}  // namespace octet::evaluate
