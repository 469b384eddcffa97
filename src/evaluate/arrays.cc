#include "evaluate/arrays.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "evaluate/zip.h"

namespace octet::evaluate {
namespace {

constexpr std::string_view kNpy = ".npy";

}  // namespace

Result<std::vector<NamedArray>> ParseNpz(
    std::span<const std::byte> bytes, const std::string& name, uint64_t limit,
    std::vector<std::vector<std::byte>>* storage) {
  OCTET_ASSIGN(const std::vector<ZipEntry> entries, ListZip(bytes, name));
  std::vector<NamedArray> arrays;
  std::set<std::string> names;
  for (const ZipEntry& entry : entries) {
    if (!entry.name.ends_with(kNpy)) {
      return BadInput("{}: member '{}' is no .npy array", name, entry.name);
    }
    OCTET_ASSIGN(std::vector<std::byte> unpacked, Unpack(entry, limit, name));
    limit -= unpacked.size();
    storage->push_back(std::move(unpacked));
    NamedArray array;
    array.name = entry.name.substr(0, entry.name.size() - kNpy.size());
    if (!names.insert(array.name).second) {
      return BadInput("{}: has two members '{}'", name, entry.name);
    }
    OCTET_ASSIGN(array.array,
                 ParseNpy(storage->back(), name + ":" + entry.name));
    arrays.push_back(std::move(array));
  }
  if (arrays.empty()) return BadInput("{}: holds no array", name);
  return arrays;
}

Result<ArrayFile> ArrayFile::Open(const std::string& path, uint64_t limit) {
  ArrayFile result;
  OCTET_ASSIGN(result.file_, MappedFile::Open(path));
  if (path.ends_with(".npz")) {
    OCTET_ASSIGN(result.arrays_, ParseNpz(result.file_.bytes(), path, limit,
                                          &result.unpacked_));
    return result;
  }
  NamedArray array;
  OCTET_ASSIGN(array.array, ParseNpy(result.file_.bytes(), path));
  result.arrays_.push_back(std::move(array));
  return result;
}

const NpyArray* ArrayFile::Find(const std::string& name) const {
  if (arrays_.size() == 1) return &arrays_[0].array;
  const auto found = std::ranges::find(arrays_, name, &NamedArray::name);
  return found == arrays_.end() ? nullptr : &found->array;
}

}  // namespace octet::evaluate
