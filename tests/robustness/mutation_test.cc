#include "robustness/mutation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octet::robustness {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::byte> Bytes(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(std::byte(value));
  return bytes;
}

std::vector<std::pair<size_t, size_t>> Structure(
    const std::vector<std::byte>& file) {
  std::vector<std::pair<size_t, size_t>> out;
  for (const ByteRange r : StructureOf(file)) out.push_back({r.begin, r.end});
  return out;
}

TEST(StructureOf, FindsNumbersAndShortStrings) {
  // Field 1 = 300; field 2 = "\xff\xff", which is no message.
  EXPECT_THAT(Structure(Bytes({0x08, 0xac, 0x02, 0x12, 2, 0xff, 0xff})),
              ElementsAre(std::pair(0, 3), std::pair(3, 5), std::pair(5, 7)));
}

TEST(StructureOf, LooksIntoMessages) {
  EXPECT_THAT(Structure(Bytes({0x0a, 2, 0x08, 5})),
              ElementsAre(std::pair(0, 2), std::pair(2, 4)));
}

TEST(StructureOf, LeavesOutLongData) {
  std::vector<std::byte> file = Bytes({0x4a, 100});
  file.resize(102, std::byte{0xff});
  EXPECT_THAT(Structure(file), ElementsAre(std::pair(0, 2)));
}

TEST(StructureOf, StopsWhereTheFileIsNoMessage) {
  EXPECT_THAT(Structure(Bytes({0x0a, 9, 1})), IsEmpty());
  EXPECT_THAT(Structure(Bytes({0xff, 0xff})), IsEmpty());
  EXPECT_THAT(Structure({}), IsEmpty());
}

TEST(Mutate, RepeatsItselfForTheSameSeed) {
  const std::vector<std::byte> file(500, std::byte{1});
  const auto structure = StructureOf(file);
  std::mt19937_64 a(7), b(7);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Mutate(file, structure, a), Mutate(file, structure, b));
  }
}

TEST(Mutate, ChangesMostCopies) {
  const auto file = Bytes({0x08, 0xac, 0x02, 0x12, 2, 0xff, 0xff, 0x08, 1});
  const auto structure = StructureOf(file);
  std::mt19937_64 random(1);
  int changed = 0;
  for (int i = 0; i < 1000; ++i) {
    changed += Mutate(file, structure, random) != file;
  }
  EXPECT_GT(changed, 900);
}

TEST(Mutate, TakesAnEmptyFile) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100; ++i) EXPECT_THAT(Mutate({}, {}, random), IsEmpty());
}

}  // namespace
}  // namespace octet::robustness
