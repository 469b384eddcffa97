#include "evaluate/zip.h"

#include "evaluate/testing/zip_archive.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::evaluate {
namespace {

using testing::HasSubstr;

constexpr uint64_t kNoLimit = 1 << 24;

std::string Text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What unpacking the first member says, or the message.
std::string Unpacked(const std::vector<std::byte>& archive,
                     uint64_t limit = kNoLimit) {
  const auto entries = ListZip(archive, "a.npz");
  if (!entries.ok()) return entries.status().message();
  const auto bytes = Unpack(entries->at(0), limit, "a.npz");
  return bytes.ok() ? Text(*bytes) : bytes.status().message();
}

std::string First(const std::vector<std::byte>& archive, size_t count) {
  const auto entries = ListZip(archive, "a.npz");
  if (!entries.ok()) return entries.status().message();
  const auto bytes = UnpackFirst(entries->at(0), count, "a.npz");
  return bytes.ok() ? Text(*bytes) : bytes.status().message();
}

std::string Long() {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += char('a' + i * i % 23);
  return text;
}

TEST(ListZip, NamesItsMembersInTheOrderOfTheDirectory) {
  const auto archive =
      MakeZip({{.name = "b", .data = "two"}, {.name = "a", .data = "one"}});
  const auto entries = ListZip(archive, "a.npz");
  ASSERT_TRUE(entries.ok()) << entries.status().message();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].name, "b");
  EXPECT_EQ((*entries)[0].size, 3u);
  EXPECT_FALSE((*entries)[0].deflated);
  EXPECT_EQ((*entries)[1].name, "a");
}

TEST(ListZip, FindsTheEndBehindAComment) {
  for (const size_t length : {1, 100, 65535}) {
    const std::string comment(length, 'c');
    const auto archive = MakeZip({{.name = "a", .data = "x"}}, -1, comment);
    EXPECT_EQ(Unpacked(archive), "x") << length;
  }
}

TEST(ListZip, ReadsAnEmptyArchive) {
  const auto entries = ListZip(MakeZip({}), "a.npz");
  ASSERT_TRUE(entries.ok());
  EXPECT_TRUE(entries->empty());
}

TEST(ListZip, ReadsSizesFromThe64BitField) {
  const auto archive = MakeZip({{.name = "p", .data = "before"},
                                {.name = "a", .data = "x y", .in64 = true}});
  const auto entries = ListZip(archive, "a.npz");
  ASSERT_TRUE(entries.ok()) << entries.status().message();
  EXPECT_EQ((*entries)[1].size, 3u);
  EXPECT_EQ(Text(*Unpack((*entries)[1], kNoLimit, "a.npz")), "x y");
}

TEST(ListZip, RefusesDirectoriesThatPointOutside) {
  const std::vector<ZipMember> wrong = {
      {.name = "a", .data = "x", .packed_size = 1000},
      {.name = "a", .data = "x", .local_offset = 1000},
      {.name = "a", .data = "x", .local_offset = 5},
      {.name = "a", .data = "x", .packed_size = -2 + (int64_t{1} << 32)},
      {.name = "a", .data = "x", .packed_size = INT64_MAX, .in64 = true},
      {.name = "a", .data = "x", .local_offset = INT64_MAX, .in64 = true}};
  for (const ZipMember& member : wrong) {
    const auto entries = ListZip(MakeZip({member}), "a.npz");
    ASSERT_FALSE(entries.ok()) << member.packed_size;
    EXPECT_EQ(entries.status().code(), Code::kBadInput);
    EXPECT_THAT(entries.status().message(),
                HasSubstr("a.npz: its directory is damaged at member 0"));
  }
}

TEST(ListZip, RefusesMoreMembersThanTheDirectoryHas) {
  const auto entries = ListZip(MakeZip({{.name = "a", .data = "x"}}, 2), "z");
  ASSERT_FALSE(entries.ok());
  EXPECT_THAT(entries.status().message(), HasSubstr("damaged at member 1"));
}

TEST(ListZip, NamesWhatItCannotUnpack) {
  for (const ZipMember& member :
       {ZipMember{.name = "secret", .data = "x", .flags = 1},
        ZipMember{.name = "secret", .data = "x", .method = 12}}) {
    const auto entries = ListZip(MakeZip({member}), "a.npz");
    ASSERT_FALSE(entries.ok());
    EXPECT_EQ(entries.status().code(), Code::kUnsupported);
    EXPECT_THAT(
        entries.status().message(),
        testing::AllOf(HasSubstr("'secret'"), HasSubstr("numpy.savez")));
  }
}

TEST(ListZip, RefusesWhatIsNoArchive) {
  for (const std::string& text :
       {std::string(), std::string("PK"), std::string(100000, 'x')}) {
    const auto bytes = std::as_bytes(std::span(text));
    const auto entries = ListZip(bytes, "a.npz");
    ASSERT_FALSE(entries.ok());
    EXPECT_EQ(entries.status().message(), "a.npz: is not a zip archive");
  }
}

TEST(Unpack, GivesBackWhatWasPacked) {
  for (const bool deflated : {false, true}) {
    for (const std::string& data :
         {std::string("x"), Long(), std::string(70000, '\0')}) {
      EXPECT_EQ(Unpacked(MakeZip(
                    {{.name = "a", .data = data, .deflated = deflated}})),
                data);
    }
  }
}

TEST(Unpack, NoticesAWrongChecksum) {
  for (const bool deflated : {false, true}) {
    EXPECT_THAT(Unpacked(MakeZip({{.name = "m",
                                   .data = Long(),
                                   .deflated = deflated,
                                   .crc = 12345}})),
                HasSubstr("member 'm' is damaged: its checksum"));
  }
}

TEST(Unpack, RefusesASizeThatIsNotTheRealOne) {
  for (const int64_t size : {19999, 20001, 100}) {
    EXPECT_THAT(
        Unpacked(MakeZip(
            {{.name = "m", .data = Long(), .deflated = true, .size = size}})),
        HasSubstr("member 'm'"))
        << size;
  }
}

TEST(Unpack, HoldsToItsLimitBeforeItSetsMemoryAside) {
  const auto archive = MakeZip({{.name = "m", .data = "abcd"}});
  EXPECT_EQ(Unpacked(archive, 4), "abcd");
  EXPECT_THAT(Unpacked(archive, 3), HasSubstr("at most 3 are read"));
}

TEST(Unpack, RefusesMoreThanDeflateCanPack) {
  // A terabyte in a few bytes: there is no memory for it, nor any need.
  EXPECT_THAT(Unpacked(MakeZip({{.name = "m",
                                 .data = "x",
                                 .deflated = true,
                                 .size = int64_t{1} << 40,
                                 .in64 = true}}),
                       UINT64_MAX),
              HasSubstr("larger than it can be"));
}

TEST(UnpackFirst, GivesAsManyBytesAsThereAre) {
  for (const bool deflated : {false, true}) {
    const std::string data = Long();
    const auto archive =
        MakeZip({{.name = "m", .data = data, .deflated = deflated}});
    for (const size_t count : {size_t{1}, size_t{10}, size_t{19999}}) {
      EXPECT_EQ(First(archive, count), data.substr(0, count)) << count;
    }
    EXPECT_EQ(First(archive, 20000), data);
    EXPECT_EQ(First(archive, 90000), data);
  }
}

TEST(UnpackFirst, DoesNotReadTheRest) {
  // The checksum is of the whole and is looked at with the whole.
  const auto archive =
      MakeZip({{.name = "m", .data = Long(), .deflated = true, .crc = 12345}});
  EXPECT_EQ(First(archive, 5), Long().substr(0, 5));
}

TEST(UnpackFirst, NoticesAMemberThatEndsEarly) {
  const auto archive =
      MakeZip({{.name = "m", .data = "abc", .deflated = true, .size = 1000}});
  EXPECT_THAT(First(archive, 500), HasSubstr("it is damaged"));
}

}  // namespace
}  // namespace octet::evaluate
