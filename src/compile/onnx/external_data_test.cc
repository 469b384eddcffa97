#include "compile/onnx/external_data.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <limits>

namespace octet::compile {
namespace {

namespace fs = std::filesystem;

// model/: a.bin (10 bytes), sub/b.bin, and ways out of it. Beside: secret.bin.
class ExternalFiles : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / "external_files_test";
    fs::remove_all(root_);
    fs::create_directories(root_ / "model/sub");
    Write("secret.bin", "secret----");
    Write("model/a.bin", "0123456789");
    Write("model/sub/b.bin", "b");
    fs::create_symlink("../secret.bin", root_ / "model/link_out");
    fs::create_symlink(root_ / "model/a.bin", root_ / "model/link_absolute");
    fs::create_symlink("..", root_ / "model/up");
    fs::create_symlink("a.bin", root_ / "model/link_in");
    fs::create_symlink("loop", root_ / "model/loop");
    ASSERT_EQ(mkfifo((root_ / "model/pipe").c_str(), 0600), 0);
    Result<ExternalData> data = ExternalData::Beside(root_ / "model/m.onnx");
    ASSERT_TRUE(data.ok()) << data.status().message();
    data_ = *std::move(data);
  }
  void TearDown() override { fs::remove_all(root_); }

  void Write(const char* name, const char* text) {
    std::ofstream(root_ / name, std::ios::binary) << text;
  }

  // The text of `size` bytes, or the error.
  std::string Read(const std::string& location, int64_t offset, size_t size) {
    std::string text(size, '?');
    const Status status =
        data_.Read(location, offset, std::as_writable_bytes(std::span(text)));
    if (status.ok()) return text;
    EXPECT_EQ(status.code(), Code::kBadInput) << status.message();
    return "error: " + std::string(status.message());
  }

  fs::path root_;
  ExternalData data_;
};

TEST_F(ExternalFiles, AreReadFromTheOffsetOn) {
  EXPECT_EQ(Read("a.bin", 0, 10), "0123456789");
  EXPECT_EQ(Read("a.bin", 3, 4), "3456");
  EXPECT_EQ(Read("a.bin", 10, 0), "");
  EXPECT_EQ(Read("sub/b.bin", 0, 1), "b");
  EXPECT_EQ(Read("./sub/../a.bin", 9, 1), "9");
  EXPECT_EQ(Read("link_in", 0, 2), "01");
}

TEST_F(ExternalFiles, OutsideOfTheFolderAreOutOfReach) {
  const std::string places[] = {"../secret.bin",      "sub/../../secret.bin",
                                root_ / "secret.bin", root_ / "model/a.bin",
                                "/etc/passwd",        "link_out",
                                "link_absolute",      "up/secret.bin",
                                "up/model/a.bin",     "loop",
                                "/proc/self/fd/0"};
  for (const std::string& place : places) {
    EXPECT_TRUE(Read(place, 0, 1).starts_with("error: ")) << place;
  }
}

TEST_F(ExternalFiles, MustBeRegularAndBeThere) {
  for (const char* place : {"", ".", "sub", "pipe", "missing", "a.bin/x"}) {
    EXPECT_TRUE(Read(place, 0, 0).starts_with("error: ")) << place;
  }
  EXPECT_TRUE(Read(std::string("a.bin\0.txt", 10), 0, 1)
                  .ends_with("whose name holds a zero byte"));
}

TEST_F(ExternalFiles, MustHoldAllThatIsRead) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const std::pair<int64_t, size_t> ranges[] = {
      {0, 11}, {1, 10}, {10, 1}, {11, 0}, {-1, 1}, {kMost, 1}, {kMost - 4, 8}};
  for (const auto& [offset, size] : ranges) {
    EXPECT_NE(Read("a.bin", offset, size).find("has 10 bytes"),
              std::string::npos)
        << offset << " " << size;
  }
}

TEST_F(ExternalFiles, StayReadableAfterAMove) {
  ExternalData moved = std::move(data_);
  std::array<std::byte, 1> out;
  EXPECT_TRUE(moved.Read("a.bin", 0, out).ok());
  data_ = std::move(moved);
  EXPECT_EQ(Read("a.bin", 1, 1), "1");
}

TEST(ExternalData, OfAModelInMemoryHasNoFolder) {
  std::array<std::byte, 1> out;
  const Status status = ExternalData().Read("a.bin", 0, out);
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_NE(status.message().find("comes from memory"), std::string::npos);
}

TEST(ExternalData, NeedsAFolderThatExists) {
  EXPECT_EQ(ExternalData::Beside("/no/such/folder/m.onnx").status().code(),
            Code::kBadInput);
  EXPECT_TRUE(ExternalData::Beside("m.onnx").ok());
}

}  // namespace
}  // namespace octet::compile
