// Files that tests read and make.
#ifndef OCTET_EVALUATE_TESTING_FILES_H_
#define OCTET_EVALUATE_TESTING_FILES_H_

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "evaluate/npy_writer.h"
#include "gtest/gtest.h"
#include "vision/image.h"
#include "vision/preprocess.h"
#include "vision/testing/data.h"

namespace octet::evaluate {

// A file beside the evaluate tests.
inline std::string TestArray(const std::string& name) {
  return vision::SourceDir() + "/src/evaluate/testdata/" + name;
}

// A folder of its own, gone with the object.
class TempFolder {
 public:
  TempFolder() {
    static int count = 0;
    path_ =
        std::filesystem::path(testing::TempDir()) /
        ("octet-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string Path(const std::string& name) const {
    return (path_ / name).string();
  }
  std::string path() const { return path_.string(); }

  // Writes a file and the folders above it.
  std::string Write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return Path(name);
  }

  // A picture of one colour.
  std::string WritePicture(const std::string& name, int64_t width,
                           int64_t height, uint8_t value) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    vision::Image image(width, height, 3);
    for (uint8_t& pixel : image.pixels) pixel = value;
    const Status status = vision::WriteImage(Path(name), image);
    EXPECT_TRUE(status.ok()) << status.message();
    return Path(name);
  }

 private:
  std::filesystem::path path_;
};

inline void WriteArray(const std::string& path, const Tensor& tensor) {
  Result<NpyWriter> writer = NpyWriter::Create(path);
  ASSERT_TRUE(writer.ok()) << writer.status().message();
  ASSERT_TRUE(writer->Append(tensor).ok());
  ASSERT_TRUE(writer->Finish().ok());
}

inline vision::Preprocess Raw() {
  vision::Preprocess raw;
  raw.raw = true;
  return raw;
}

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_TESTING_FILES_H_
