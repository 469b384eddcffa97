// What libFuzzer hands over, as what octet's readers take.
#ifndef OCTET_FUZZ_BYTES_H_
#define OCTET_FUZZ_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace octet::fuzz {

inline std::span<const std::byte> AsBytes(const uint8_t* data, size_t size) {
  return std::as_bytes(std::span(data, size));
}

inline std::string_view AsText(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Stops the fuzzer: what was read does not obey its contract.
inline void Expect(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace octet::fuzz

#endif  // OCTET_FUZZ_BYTES_H_
