// Pictures to evaluate or calibrate with, wherever they lie.
#ifndef OCTET_EVALUATE_IMAGES_H_
#define OCTET_EVALUATE_IMAGES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"
#include "vision/image.h"

namespace octet::evaluate {

// A fixed sequence of pictures. Safe to use from several threads.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  virtual int64_t size() const = 0;
  // 0 <= index < size(). Reads and decodes; nothing is kept.
  virtual Result<vision::Image> Get(int64_t index,
                                    vision::Channels channels) const = 0;
  // For messages and reports: a path, or the array's path and the index.
  virtual std::string Name(int64_t index) const = 0;
};

// The files of a folder and the folders in it whose names end like a picture
// (or like `extension`, if one is given), sorted by path.
//   errors: kBadInput if the folder cannot be read or holds none.
Result<std::vector<std::string>> ListFolder(const std::string& folder,
                                            std::string_view extension = "");

// The paths of a list file: one a line, relative to the file's folder; what
// follows a tab and empty lines are left out.
Result<std::vector<std::string>> ReadList(const std::string& path);

// `path` relative to the folder of the file `base`, unless it is absolute.
std::string RelativeTo(const std::string& base, const std::string& path);

std::shared_ptr<const ImageSource> ImagesFromFiles(
    std::vector<std::string> paths);

// A .npy array of u8 pixels, [N, H, W] grey or [N, H, W, C] with C of 1 or 3
// (RGB).
Result<std::shared_ptr<const ImageSource>> ImagesFromNpy(
    const std::string& path);

// A folder, a picture, a .npy array or a list file.
//   errors: kBadInput if it is missing, empty or of another kind.
Result<std::shared_ptr<const ImageSource>> OpenImages(const std::string& path);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_IMAGES_H_
