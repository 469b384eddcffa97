#include "engine/checksum.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace octet::engine {
namespace {

TEST(Checksum, IsTheSameNumberAtEveryVectorWidth) {
  std::mt19937 random(1);
  // XXH3 sums short, middle and long inputs in three ways; a block is 1024
  // bytes, and the last stripe of 64 may overlap the one before it.
  for (size_t size : {0, 1, 3, 16, 128, 129, 240, 241, 1023, 1024, 1025, 1088,
                      5000, 100003}) {
    std::vector<std::byte> bytes(size + 1);
    for (std::byte& b : bytes) b = std::byte(random());
    for (size_t from : {size_t{0}, size_t{1}}) {
      const auto part = std::span<const std::byte>(bytes).subspan(from, size);
      EXPECT_EQ(Checksum(part), ChecksumPortable(part)) << size << " " << from;
    }
  }
}

TEST(Checksum, IsXxh3) {
  // The first test vector of the format: 64 bits of nothing at all.
  EXPECT_EQ(Checksum({}), 0x2D06800538D394C2u);
}

}  // namespace
}  // namespace octet::engine
