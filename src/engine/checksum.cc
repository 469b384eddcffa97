#include "engine/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace octet::engine {

uint64_t Checksum(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace octet::engine
