// The checksum of engine files: XXH3, 64 bits. It finds damage, not malice.
#ifndef OCTET_ENGINE_CHECKSUM_H_
#define OCTET_ENGINE_CHECKSUM_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace octet::engine {

// As fast as memory is read, with vectors as wide as this machine has.
uint64_t Checksum(std::span<const std::byte> bytes);

// The same number on any machine.
uint64_t ChecksumPortable(std::span<const std::byte> bytes);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_CHECKSUM_H_
