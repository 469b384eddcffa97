#include "base/file_writer.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "gtest/gtest.h"

namespace octet {
namespace {

namespace fs = std::filesystem;

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

class FileWriterTest : public testing::Test {
 protected:
  FileWriterTest() {
    folder_ = fs::path(testing::TempDir()) /
              ("file_writer_test-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  ~FileWriterTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const {
    return (folder_ / name).string();
  }
  static std::string Contents(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  int64_t FilesInFolder() const {
    return std::distance(fs::directory_iterator(folder_), {});
  }

  fs::path folder_;
};

TEST_F(FileWriterTest, PutsPiecesOfAnyOrderWhereTheyBelong) {
  Result<FileWriter> writer = FileWriter::Create(Path("a"));
  ASSERT_TRUE(writer.ok()) << writer.status().message();
  ASSERT_TRUE(writer->WriteAt(Bytes("body"), 4).ok());
  ASSERT_TRUE(writer->WriteAt({}, 100).ok());
  ASSERT_TRUE(writer->WriteAt(Bytes("head"), 0).ok());
  ASSERT_TRUE(writer->WriteAt(Bytes("tail"), 10).ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(Contents(Path("a")), std::string("headbody\0\0tail", 14));
}

TEST_F(FileWriterTest, ShowsNothingBeforeItIsCommitted) {
  std::ofstream(Path("a")) << "old";
  Result<FileWriter> writer = FileWriter::Create(Path("a"));
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer->WriteAt(Bytes("new"), 0).ok());
  EXPECT_EQ(Contents(Path("a")), "old");
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(Contents(Path("a")), "new");
  EXPECT_EQ(FilesInFolder(), 1);
}

TEST_F(FileWriterTest, LeavesNothingBehindIfItIsNotCommitted) {
  {
    const Result<FileWriter> writer = FileWriter::Create(Path("a"));
    ASSERT_TRUE(writer.ok());
    EXPECT_EQ(FilesInFolder(), 1);
  }
  EXPECT_EQ(FilesInFolder(), 0);
}

TEST_F(FileWriterTest, TakesItsFileAlongWhenItMoves) {
  Result<FileWriter> first = FileWriter::Create(Path("a"));
  Result<FileWriter> second = FileWriter::Create(Path("b"));
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(first->WriteAt(Bytes("one"), 0).ok());
  ASSERT_TRUE(second->WriteAt(Bytes("two"), 0).ok());
  FileWriter moved = *std::move(first);
  moved = *std::move(second);
  ASSERT_TRUE(moved.Commit().ok());
  EXPECT_EQ(Contents(Path("b")), "two");
  EXPECT_FALSE(fs::exists(Path("a")));
}

TEST_F(FileWriterTest, LetsTwoWritersOfOneFileBothFinish) {
  Result<FileWriter> first = FileWriter::Create(Path("a"));
  Result<FileWriter> second = FileWriter::Create(Path("a"));
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(first->WriteAt(Bytes("longer"), 0).ok());
  ASSERT_TRUE(second->WriteAt(Bytes("new"), 0).ok());
  ASSERT_TRUE(first->Commit().ok());
  EXPECT_EQ(Contents(Path("a")), "longer");
  ASSERT_TRUE(second->Commit().ok());
  EXPECT_EQ(Contents(Path("a")), "new");
  EXPECT_EQ(FilesInFolder(), 1);
}

TEST_F(FileWriterTest, KeepsALinkALink) {
  std::ofstream(Path("target")) << "old";
  fs::create_symlink(Path("target"), Path("link"));
  Result<FileWriter> writer = FileWriter::Create(Path("link"));
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer->WriteAt(Bytes("new"), 0).ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(Contents(Path("target")), "new");
}

TEST_F(FileWriterTest, RefusesPlacesThatCannotHoldAFile) {
  const struct {
    std::string path;
    const char* advice;
  } cases[] = {{Path("no/such/a"), "make the folder"},
               {folder_.string(), "not a regular file"},
               {"/dev/null", "not a regular file"},
               {Path(std::string(300, 'n')), "choose another place"}};
  for (const auto& [path, advice] : cases) {
    const Result<FileWriter> writer = FileWriter::Create(path);
    ASSERT_FALSE(writer.ok()) << path;
    EXPECT_EQ(writer.status().code(), Code::kBadInput) << path;
    EXPECT_NE(writer.status().message().find(path), std::string::npos);
    EXPECT_NE(writer.status().message().find(advice), std::string::npos)
        << writer.status().message();
  }
  EXPECT_EQ(FilesInFolder(), 0);
}

TEST_F(FileWriterTest, NamesItsFileWhenTheDiskIsFull) {
  std::ofstream(Path("a")) << "old";
  // A full disk, as the process sees it: files may not grow beyond 4 KB.
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  Status status;
  {
    Result<FileWriter> writer = FileWriter::Create(Path("a"));
    if (writer.ok()) status = writer->WriteAt(Bytes("beyond"), 4092);
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(status.code(), Code::kFailed);
  EXPECT_NE(status.message().find(Path("a")), std::string::npos);
  EXPECT_EQ(Contents(Path("a")), "old");
  EXPECT_EQ(FilesInFolder(), 1);
}

TEST_F(FileWriterTest, SaysThatTheFolderWentAway) {
  Result<FileWriter> writer = FileWriter::Create(Path("a"));
  ASSERT_TRUE(writer.ok());
  fs::remove_all(folder_);
  const Status status = writer->Commit();
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_NE(status.message().find("make the folder"), std::string::npos);
}

}  // namespace
}  // namespace octet
