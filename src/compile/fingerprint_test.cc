#include "compile/fingerprint.h"

#include <gtest/gtest.h>

namespace octet::compile {
namespace {

std::string Of(std::string_view text) {
  return Sha256Hex(std::as_bytes(std::span(text.data(), text.size())));
}

// FIPS 180-4, examples of SHA-256.
TEST(Sha256Hex, IsThatOfTheStandard) {
  EXPECT_EQ(Of("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256Hex, OfNothingIsDefined) {
  EXPECT_EQ(Of(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace octet::compile
