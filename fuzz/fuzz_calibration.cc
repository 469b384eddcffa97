// Calibration files: as they come, and as the payload of a file whose header
// and checksum are right.
#include <cstring>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "compile/calibrate/ranges_file.h"
#include "fuzz/bytes.h"

namespace {

// The header that ranges_file.h describes, and the payload.
std::vector<std::byte> Seal(std::span<const std::byte> payload) {
  constexpr size_t kChecksumAt = 24, kHeader = 32;
  const uint32_t version = 1;
  const uint64_t size = payload.size();
  std::vector<std::byte> file(kHeader);
  file.insert(file.end(), payload.begin(), payload.end());
  std::memcpy(file.data(), "OCTETCAL", 8);
  std::memcpy(file.data() + 8, &version, sizeof(version));
  std::memcpy(file.data() + 16, &size, sizeof(size));
  const uint64_t checksum =
      XXH3_64bits_withSeed(file.data(), kChecksumAt,
                           XXH3_64bits(file.data() + kHeader, payload.size()));
  std::memcpy(file.data() + kChecksumAt, &checksum, sizeof(checksum));
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  const auto bytes = fuzz::AsBytes(data, size);
  (void)compile::ParseRanges(bytes, "raw");
  auto file = compile::ParseRanges(Seal(bytes), "sealed");
  if (!file.ok()) return 0;
  const auto written = compile::SerializeRanges(*file);
  const auto again = compile::ParseRanges(written, "again");
  fuzz::Expect(again.ok());
  fuzz::Expect(compile::SerializeRanges(*again) == written);
  (void)compile::Merge(file->ranges, again->ranges);
  return 0;
}
