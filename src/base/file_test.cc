#include "base/file.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

namespace octet {
namespace {

namespace fs = std::filesystem;

// A folder of its own, gone after the test.
class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "octet-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const {
    return (folder_ / name).string();
  }
  size_t FilesInFolder() const {
    return size_t(std::distance(fs::directory_iterator(folder_), {}));
  }

  fs::path folder_;
};

std::string Contents(const std::string& path) {
  const auto text = ReadTextFile(path, 1 << 20);
  return text.ok() ? *text : "(" + text.status().message() + ")";
}

TEST_F(FileTest, WritesAndReadsBack) {
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "hello").ok());
  EXPECT_EQ(Contents(Path("a")), "hello");
  EXPECT_EQ(FilesInFolder(), 1u);
}

TEST_F(FileTest, ReplacesAFileWhole) {
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "a long first text").ok());
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "short").ok());
  EXPECT_EQ(Contents(Path("a")), "short");
}

TEST_F(FileTest, WritesAnEmptyFile) {
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "").ok());
  EXPECT_EQ(Contents(Path("a")), "");
  const auto mapped = MappedFile::Open(Path("a"));
  ASSERT_TRUE(mapped.ok());
  EXPECT_TRUE(mapped->bytes().empty());
}

TEST_F(FileTest, WritesThroughALinkAndKeepsIt) {
  ASSERT_TRUE(WriteFileAtomically(Path("target"), "old").ok());
  fs::create_symlink(Path("target"), Path("link"));
  ASSERT_TRUE(WriteFileAtomically(Path("link"), "new").ok());
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(Contents(Path("target")), "new");
}

TEST_F(FileTest, KeepsTheOldFileWhenWritingFails) {
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "old").ok());
  // A full disk, as the process sees it: files may not grow beyond 4 KB.
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status =
      WriteFileAtomically(Path("a"), std::string(100000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(status.code(), Code::kFailed);
  EXPECT_NE(status.message().find(Path("a")), std::string::npos);
  EXPECT_EQ(Contents(Path("a")), "old");
  EXPECT_EQ(FilesInFolder(), 1u);
}

TEST_F(FileTest, SaysThatTheFolderIsMissing) {
  const Status status = WriteFileAtomically(Path("no/such/a"), "x");
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_NE(status.message().find("make the folder"), std::string::npos);
}

TEST_F(FileTest, RefusesToWriteOverAFolderOrADevice) {
  EXPECT_EQ(WriteFileAtomically(folder_.string(), "x").code(), Code::kBadInput);
  EXPECT_EQ(WriteFileAtomically("/dev/null", "x").code(), Code::kBadInput);
  struct stat info;
  ASSERT_EQ(stat("/dev/null", &info), 0);
  EXPECT_TRUE(S_ISCHR(info.st_mode));
}

TEST_F(FileTest, RefusesAFolderThatMayNotBeWritten) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  const Status status = WriteFileAtomically(Path("a"), "x");
  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_EQ(status.code(), Code::kBadInput);
}

TEST_F(FileTest, LeavesFilesOfAnInterruptedWriterAlone) {
  const std::string stale =
      Path("a.partial-") + std::to_string(getpid()) + "-0";
  std::ofstream(stale) << "left behind";
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "new").ok());
  EXPECT_EQ(Contents(Path("a")), "new");
  EXPECT_EQ(Contents(stale), "left behind");
}

TEST_F(FileTest, IsWholeWhoeverWritesAtTheSameTime) {
  const std::string texts[] = {std::string(50000, 'a'),
                               std::string(70000, 'b')};
  ASSERT_TRUE(WriteFileAtomically(Path("f"), texts[0]).ok());
  std::vector<std::thread> writers;
  for (const std::string& text : texts) {
    writers.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(WriteFileAtomically(Path("f"), text).ok());
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    const std::string seen = Contents(Path("f"));
    EXPECT_TRUE(seen == texts[0] || seen == texts[1]) << seen.size();
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(FilesInFolder(), 1u);
}

TEST_F(FileTest, RefusesToReadWhatIsNoRegularFile) {
  EXPECT_EQ(MappedFile::Open(Path("missing")).status().code(), Code::kBadInput);
  EXPECT_EQ(MappedFile::Open(folder_.string()).status().code(),
            Code::kBadInput);
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(MappedFile::Open(Path("pipe")).status().code(), Code::kBadInput);
  EXPECT_EQ(ReadTextFile(Path("pipe"), 10).status().code(), Code::kBadInput);
}

TEST_F(FileTest, ReadsTextUpToItsLimitOnly) {
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "12345").ok());
  EXPECT_EQ(*ReadTextFile(Path("a"), 5), "12345");
  const auto text = ReadTextFile(Path("a"), 4);
  EXPECT_EQ(text.status().code(), Code::kBadInput);
}

TEST_F(FileTest, ReadsFilesThatDoNotKnowTheirSize) {
  const auto text = ReadTextFile("/proc/self/status", 1 << 20);
  ASSERT_TRUE(text.ok());
  EXPECT_NE(text->find("Name:"), std::string::npos);
  EXPECT_FALSE(ReadTextFile("/proc/self/status", 10).ok());
}

TEST_F(FileTest, MovesAMapping) {
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "hello").ok());
  auto opened = MappedFile::Open(Path("a"));
  ASSERT_TRUE(opened.ok());
  const std::byte* data = opened->bytes().data();
  MappedFile moved = *std::move(opened);
  EXPECT_EQ(moved.bytes().data(), data);
  MappedFile assigned;
  assigned = std::move(moved);
  ASSERT_EQ(assigned.bytes().size(), 5u);
  EXPECT_EQ(std::memcmp(assigned.bytes().data(), "hello", 5), 0);
}

}  // namespace
}  // namespace octet
