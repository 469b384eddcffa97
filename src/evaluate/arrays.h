// The arrays of a .npy or .npz file.
#ifndef OCTET_EVALUATE_ARRAYS_H_
#define OCTET_EVALUATE_ARRAYS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "evaluate/npy.h"
#include "octet/status.h"

namespace octet::evaluate {

struct NamedArray {
  std::string name;  // of the member without ".npy"; empty in a .npy file
  NpyArray array;
};

// Holds the file mapped and what had to be unpacked; the arrays point into
// both and live as long as the object. Moves, does not copy.
class ArrayFile {
 public:
  // path:   ends in .npy or .npz.
  // limit:  most bytes that all members together may unpack to.
  // errors: as ParseNpy, ListZip, Unpack; kBadInput for two members of one
  //         name or a member that is no .npy.
  static Result<ArrayFile> Open(const std::string& path,
                                uint64_t limit = uint64_t{1} << 32);

  std::span<const NamedArray> arrays() const { return arrays_; }
  // The array of that name; in a file of one array, that one. nullptr if none.
  const NpyArray* Find(const std::string& name) const;

 private:
  MappedFile file_;
  std::vector<std::vector<std::byte>> unpacked_;
  std::vector<NamedArray> arrays_;
};

// The members of an .npz in memory; `storage` receives what is unpacked and
// must outlive the result.
Result<std::vector<NamedArray>> ParseNpz(
    std::span<const std::byte> bytes, const std::string& name, uint64_t limit,
    std::vector<std::vector<std::byte>>* storage);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_ARRAYS_H_
