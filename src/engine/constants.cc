#include "engine/constants.h"

#include <algorithm>
#include <cstring>

#include "engine/checksum.h"

namespace octet::engine {

uint64_t ConstantPool::Add(std::span<const std::byte> bytes) {
  const uint64_t hash = Checksum(bytes);
  auto at = std::ranges::lower_bound(entries_, hash, {}, &Entry::hash);
  for (auto same = at; same != entries_.end() && same->hash == hash; ++same) {
    if (same->size == bytes.size() &&
        std::equal(bytes.begin(), bytes.end(),
                   bytes_.begin() + ptrdiff_t(same->offset))) {
      return same->offset;
    }
  }
  const uint64_t offset = bytes_.size();
  const uint64_t end = offset + bytes.size();
  const uint64_t mask = uint64_t(kBufferAlignment) - 1;
  entries_.insert(at, {hash, offset, bytes.size()});
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  bytes_.resize((end + mask) & ~mask);
  return offset;
}

}  // namespace octet::engine
