#include "engine/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/cpu.h"
#include "engine/checksum_avx2.h"

namespace octet::engine {

uint64_t Checksum(std::span<const std::byte> bytes) {
  // A virtual machine takes microseconds to answer what a CPU can do.
  static const bool has_avx2 = DetectCpuLevel() >= CpuLevel::kAvx2;
  return has_avx2 ? ChecksumAvx2(bytes.data(), bytes.size())
                  : ChecksumPortable(bytes);
}

uint64_t ChecksumPortable(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace octet::engine
