#include "evaluate/images.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "evaluate/arrays.h"

namespace octet::evaluate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxListBytes = size_t{1} << 28;
constexpr size_t kMaxFiles = 10'000'000;

class FileImages : public ImageSource {
 public:
  explicit FileImages(std::vector<std::string> paths)
      : paths_(std::move(paths)) {}
  int64_t size() const override { return int64_t(paths_.size()); }
  Result<vision::Image> Get(int64_t index,
                            vision::Channels channels) const override {
    return vision::ReadImage(paths_[size_t(index)], channels);
  }
  std::string Name(int64_t index) const override {
    return paths_[size_t(index)];
  }

 private:
  std::vector<std::string> paths_;
};

class ArrayImages : public ImageSource {
 public:
  ArrayImages(std::string path, ArrayFile file)
      : path_(std::move(path)), file_(std::move(file)) {}
  int64_t size() const override { return array().shape[0]; }
  Result<vision::Image> Get(int64_t index,
                            vision::Channels channels) const override {
    const Shape& shape = array().shape;
    vision::Image image(shape[2], shape[1],
                        shape.rank() == 4 ? int(shape[3]) : 1);
    const Tensor slice = SliceOf(array(), index);
    std::memcpy(image.pixels.data(), slice.raw(), image.pixels.size());
    if (channels == vision::Channels::kGray) {
      return vision::ToGray(std::move(image));
    }
    if (channels == vision::Channels::kRgb) {
      return vision::ToRgb(std::move(image));
    }
    return image;
  }
  std::string Name(int64_t index) const override {
    return fmt::format("{}[{}]", path_, index);
  }

 private:
  const NpyArray& array() const { return file_.arrays()[0].array; }
  std::string path_;
  ArrayFile file_;
};

bool EndsLike(const std::string& path, std::string_view extension) {
  return extension.empty() ? vision::HasImageExtension(path)
                           : path.ends_with(extension);
}

}  // namespace

Result<std::vector<std::string>> ListFolder(const std::string& folder,
                                            std::string_view extension) {
  std::vector<std::string> paths;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  while (!error && entry != fs::recursive_directory_iterator()) {
    const std::string path = entry->path().string();
    std::error_code ignored;
    if (EndsLike(path, extension) && entry->is_regular_file(ignored)) {
      paths.push_back(path);
    }
    if (paths.size() > kMaxFiles) {
      return BadInput("{}: holds more than {} files", folder, kMaxFiles);
    }
    entry.increment(error);
  }
  if (error) return BadInput("{}: cannot be read: {}", folder, error.message());
  if (paths.empty()) {
    return BadInput(
        "{}: holds no {} file", folder,
        extension.empty() ? "picture (.jpg, .jpeg, .png, .webp)" : extension);
  }
  std::ranges::sort(paths);
  return paths;
}

std::string RelativeTo(const std::string& base, const std::string& path) {
  return (fs::path(base).parent_path() / path).lexically_normal().string();
}

Result<std::vector<std::string>> ReadList(const std::string& path) {
  for (const char* other : {".json", ".toml", ".calib", ".octet", ".onnx"}) {
    if (!EndsLike(path, other)) continue;
    return BadInput(
        "{}: holds no samples; expected a folder of pictures, a text file that "
        "lists them, .npy or .npz (a .calib file goes with --ranges)",
        path);
  }
  OCTET_ASSIGN(const std::string text, ReadTextFile(path, kMaxListBytes));
  std::vector<std::string> paths;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.find('\0') != std::string::npos) {
      return BadInput("{}: is neither a picture nor a list of paths", path);
    }
    line = line.substr(0, line.find('\t'));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
      line.pop_back();
    }
    if (!line.empty()) paths.push_back(RelativeTo(path, line));
  }
  if (paths.empty()) return BadInput("{}: lists no path", path);
  return paths;
}

std::shared_ptr<const ImageSource> ImagesFromFiles(
    std::vector<std::string> paths) {
  return std::make_shared<FileImages>(std::move(paths));
}

Result<std::shared_ptr<const ImageSource>> ImagesFromNpy(
    const std::string& path) {
  OCTET_ASSIGN(ArrayFile file, OpenOneArray(path));
  const NpyArray& array = file.arrays()[0].array;
  const Shape& shape = array.shape;
  const bool has_channels = shape.rank() == 4;
  if (array.dtype != DType::kU8 || (shape.rank() != 3 && !has_channels) ||
      (has_channels && shape[3] != 1 && shape[3] != 3)) {
    return BadInput(
        "{}: holds {} {}, expected pictures as u8 [N, H, W] or "
        "[N, H, W, 1 or 3]; for ready tensors use preprocessing "
        "'raw'",
        path, Name(array.dtype), shape.ToString());
  }
  if (array.data.empty()) return BadInput("{}: holds no pixels", path);
  return std::shared_ptr<const ImageSource>(
      std::make_shared<ArrayImages>(path, std::move(file)));
}

Result<std::shared_ptr<const ImageSource>> OpenImages(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    OCTET_ASSIGN(std::vector<std::string> paths, ListFolder(path));
    return ImagesFromFiles(std::move(paths));
  }
  if (!fs::exists(path, error)) {
    return BadInput("{}: does not exist", path);
  }
  if (vision::HasImageExtension(path)) return ImagesFromFiles({path});
  if (path.ends_with(".npy")) return ImagesFromNpy(path);
  OCTET_ASSIGN(std::vector<std::string> paths, ReadList(path));
  return ImagesFromFiles(std::move(paths));
}

}  // namespace octet::evaluate
