// The arrays of a .npy or .npz file.
#ifndef OCTET_EVALUATE_ARRAYS_H_
#define OCTET_EVALUATE_ARRAYS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "evaluate/npy.h"
#include "octet/status.h"

namespace octet::evaluate {

struct NamedArray {
  std::string name;  // of the member without ".npy"; empty in a .npy file
  NpyArray array;
};

inline constexpr uint64_t kMostUnpackedBytes = uint64_t{1} << 32;

// Looks at an array before its elements are unpacked; what it returns ends the
// reading. `name` is NamedArray::name.
using ArrayCheck =
    std::function<Status(const std::string& name, const NpyHeader& header)>;

// Holds the file mapped and what had to be unpacked; the arrays point into
// both and live as long as the object. Moves, does not copy.
class ArrayFile {
 public:
  // path:   ends in .npy or .npz.
  // check:  called for each array; empty accepts all.
  // limit:  most bytes that all members together may unpack to.
  // errors: as ParseNpy, ListZip, Unpack and `check`; kBadInput for two members
  //         of one name, a member that is no .npy, or one whose size is not
  //         what its header says.
  static Result<ArrayFile> Open(const std::string& path,
                                const ArrayCheck& check = nullptr,
                                uint64_t limit = kMostUnpackedBytes);

  std::span<const NamedArray> arrays() const { return arrays_; }
  // The array of that name; in a .npy file, which has no names, the array.
  // nullptr if there is none.
  const NpyArray* Find(std::string_view name) const;
  // "a, b": for messages.
  std::string Names() const;

 private:
  MappedFile file_;
  std::vector<std::vector<std::byte>> unpacked_;
  std::vector<NamedArray> arrays_;
};

// The members of an .npz in memory; `storage` receives what is unpacked and
// must outlive the result.
Result<std::vector<NamedArray>> ParseNpz(
    std::span<const std::byte> bytes, const std::string& name,
    const ArrayCheck& check, uint64_t limit,
    std::vector<std::vector<std::byte>>* storage);

// The array of a file that holds one.
//   path:   ends in .npy or .npz.
//   errors: as Open; kBadInput if there are more.
Result<ArrayFile> OpenOneArray(const std::string& path);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_ARRAYS_H_
