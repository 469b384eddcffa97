// The fingerprint of a model file.
#ifndef OCTET_COMPILE_FINGERPRINT_H_
#define OCTET_COMPILE_FINGERPRINT_H_

#include <cstddef>
#include <span>
#include <string>

namespace octet::compile {

// SHA-256 (FIPS 180-4) as 64 hexadecimal digits.
std::string Sha256Hex(std::span<const std::byte> bytes);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_FINGERPRINT_H_
