#include "evaluate/labels.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/error.h"
#include "evaluate/arrays.h"
#include "evaluate/images.h"

namespace octet::evaluate {
namespace {

namespace fs = std::filesystem;

struct Line {
  std::string file;
  std::string label;
};

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<Line> SplitLine(std::string_view line) {
  size_t gap = line.find('\t');
  if (gap == std::string_view::npos) gap = line.rfind(' ');
  if (gap == std::string_view::npos) return std::nullopt;
  const Line split{std::string(Trimmed(line.substr(0, gap))),
                   std::string(Trimmed(line.substr(gap + 1)))};
  if (split.file.empty() || split.label.empty()) return std::nullopt;
  return split;
}

std::optional<int64_t> ToInteger(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// Numbers as they are; names by their place in sorted order.
void SetLabels(const std::vector<std::string>& texts, LabelledFiles* files) {
  for (const std::string& text : texts) {
    const std::optional<int64_t> number = ToInteger(text);
    if (!number) {
      files->labels.clear();
      break;
    }
    files->labels.push_back(*number);
  }
  if (files->labels.size() == texts.size()) return;
  std::vector<std::string>& names = files->class_names;
  names = texts;
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  for (const std::string& text : texts) {
    files->labels.push_back(std::ranges::lower_bound(names, text) -
                            names.begin());
  }
}

}  // namespace

Result<LabelledFiles> ReadClassFolders(const std::string& folder) {
  LabelledFiles files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    if (entry.is_directory(ignored)) {
      files.class_names.push_back(entry.path().filename().string());
    }
  }
  if (error || files.class_names.empty()) {
    return BadInput("{}: {}", folder,
                    error ? "cannot be read: " + error.message()
                          : "holds no folder for a class");
  }
  std::ranges::sort(files.class_names);
  for (size_t c = 0; c < files.class_names.size(); ++c) {
    OCTET_ASSIGN(
        const std::vector<std::string> paths,
        ListFolder((fs::path(folder) / files.class_names[c]).string()));
    files.paths.insert(files.paths.end(), paths.begin(), paths.end());
    files.labels.resize(files.paths.size(), int64_t(c));
  }
  return files;
}

Result<LabelledFiles> ParseLabelList(std::string_view text,
                                     const std::string& name,
                                     const std::string& folder) {
  LabelledFiles files;
  std::vector<std::string> labels;
  int64_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = Trimmed(text.substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.empty()) continue;
    const std::optional<Line> split = SplitLine(line);
    if (!split || line.find('\0') != std::string_view::npos) {
      return BadInput("{}:{}: expected a file and its class", name, number);
    }
    files.paths.push_back((fs::path(folder) / split->file).string());
    labels.push_back(split->label);
  }
  if (files.paths.empty()) return BadInput("{}: lists no file", name);
  SetLabels(labels, &files);
  return files;
}

Result<std::vector<int64_t>> ReadLabelArray(const std::string& path) {
  OCTET_ASSIGN(const ArrayFile file, OpenOneArray(path));
  const NpyArray& array = file.arrays()[0].array;
  if (array.shape.rank() != 1) {
    return BadInput("{}: has shape {}, expected one label a sample", path,
                    array.shape.ToString());
  }
  return ToIntegers(array, path);
}

}  // namespace octet::evaluate
