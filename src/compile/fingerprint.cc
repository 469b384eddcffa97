#include "compile/fingerprint.h"

#include <fmt/core.h>
#include <openssl/sha.h>

namespace octet::compile {

std::string Sha256Hex(std::span<const std::byte> bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         digest);
  std::string hex;
  for (unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace octet::compile
