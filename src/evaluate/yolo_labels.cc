#include "evaluate/yolo_labels.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "evaluate/images.h"
#include "vision/image.h"

namespace octet::evaluate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxLabelBytes = size_t{1} << 24;
constexpr int64_t kMaxClass = 65535;

// The numbers of a line; empty if something else stands there.
std::vector<double> Numbers(std::string_view line) {
  std::vector<double> numbers;
  const char* at = line.data();
  const char* const end = line.data() + line.size();
  while (true) {
    while (at != end && (*at == ' ' || *at == '\t' || *at == '\r')) ++at;
    if (at == end) return numbers;
    double value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || !std::isfinite(value)) return {};
    numbers.push_back(value);
    at = next;
  }
}

bool IsBox(const std::vector<double>& n) {
  return n.size() == 5 && n[0] >= 0 && n[0] <= double(kMaxClass) &&
         n[0] == std::floor(n[0]) && n[3] >= 0 && n[4] >= 0 &&
         std::all_of(n.begin() + 1, n.end(),
                     [](double x) { return std::abs(x) <= 2; });
}

std::string LabelPath(const std::string& images, const std::string& labels,
                      const std::string& picture) {
  fs::path relative = fs::path(picture).lexically_relative(images);
  relative.replace_extension(".txt");
  return (fs::path(labels) / relative).string();
}

void SetCategories(const std::vector<std::string>& class_names,
                   CocoTruth* truth) {
  int64_t classes = int64_t(class_names.size());
  for (const TruthBox& box : truth->boxes) {
    classes = std::max(classes, box.category_id + 1);
  }
  for (int64_t c = 0; c < classes; ++c) {
    truth->categories.push_back({c, c < int64_t(class_names.size())
                                        ? class_names[size_t(c)]
                                        : std::to_string(c)});
  }
}

}  // namespace

Result<std::vector<TruthBox>> ParseYoloLabels(std::string_view text,
                                              const std::string& name,
                                              int64_t width, int64_t height) {
  std::vector<TruthBox> boxes;
  int64_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::vector<double> n = Numbers(line);
    if (!IsBox(n)) {
      return BadInput(
          "{}:{}: expected 'class cx cy w h' with shares of the "
          "picture",
          name, number);
    }
    TruthBox box;
    box.category_id = int64_t(n[0]);
    box.width = n[3] * double(width);
    box.height = n[4] * double(height);
    box.x = n[1] * double(width) - box.width / 2;
    box.y = n[2] * double(height) - box.height / 2;
    box.area = box.width * box.height;
    boxes.push_back(box);
  }
  return boxes;
}

Result<YoloSet> ReadYoloFolder(const std::string& images,
                               const std::string& labels,
                               const std::vector<std::string>& class_names) {
  YoloSet set;
  OCTET_ASSIGN(set.paths, ListFolder(images));
  int64_t label_files = 0;
  for (const std::string& path : set.paths) {
    OCTET_ASSIGN(const vision::Image image, vision::ReadImage(path));
    const int64_t id = int64_t(set.truth.images.size()) + 1;
    set.truth.images.push_back({id, path, image.width, image.height});
    const std::string label_path = LabelPath(images, labels, path);
    std::error_code error;
    if (!fs::exists(label_path, error)) continue;
    ++label_files;
    OCTET_ASSIGN(const std::string text,
                 ReadTextFile(label_path, kMaxLabelBytes));
    OCTET_ASSIGN(const std::vector<TruthBox> boxes,
                 ParseYoloLabels(text, label_path, image.width, image.height));
    for (TruthBox box : boxes) {
      box.image_id = id;
      box.id = int64_t(set.truth.boxes.size()) + 1;
      set.truth.boxes.push_back(box);
    }
  }
  if (label_files == 0) {
    return BadInput("{}: holds no .txt file for a picture of {}", labels,
                    images);
  }
  SetCategories(class_names, &set.truth);
  return set;
}

}  // namespace octet::evaluate
