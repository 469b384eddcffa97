// NumPy arrays, alone and in archives.
#include "evaluate/arrays.h"
#include "evaluate/npy.h"
#include "fuzz/bytes.h"

namespace {

constexpr uint64_t kMostBytes = 1 << 24;

void Use(const octet::evaluate::NpyArray& array) {
  if (array.data.size() > kMostBytes) return;
  (void)octet::evaluate::ToTensor(array);
  (void)octet::evaluate::ToIntegers(array, "fuzz");
  if (array.shape.rank() > 0 && array.shape[0] > 0) {
    (void)octet::evaluate::SliceOf(array, array.shape[0] - 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  const auto bytes = fuzz::AsBytes(data, size);
  const auto array = evaluate::ParseNpy(bytes, "fuzz");
  if (array.ok()) Use(*array);
  std::vector<std::vector<std::byte>> unpacked;
  const auto arrays =
      evaluate::ParseNpz(bytes, "fuzz", nullptr, kMostBytes, &unpacked);
  if (!arrays.ok()) return 0;
  for (const evaluate::NamedArray& named : *arrays) Use(named.array);
  return 0;
}
