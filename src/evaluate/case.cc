#include "evaluate/case.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "evaluate/images.h"
#include "vision/document.h"
#include "vision/fields.h"

namespace octet::evaluate {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::string_view kFileName = "case.json";
constexpr std::string_view kTasks[] = {"classification", "detection"};
constexpr int64_t kMaxClasses = 65536;

std::string FileOf(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error) ? (fs::path(path) / kFileName).string()
                                       : path;
}

// The member `key` of an object, or an empty object.
const json& Member(const json& object, const char* key) {
  static const json kEmpty = json::object();
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? kEmpty : *found;
}

Status ReadTask(const json& document, Case* result) {
  std::string task;
  OCTET_RETURN_IF_ERROR(
      vision::Fields(document, result->path).Read("task", &task));
  const auto* found = std::ranges::find(kTasks, task);
  if (found == std::end(kTasks)) {
    return Unsupported(
        "{}: the task '{}' is not classification or detection; "
        "give its data with preprocessing 'raw'",
        result->path, task);
  }
  result->task = Task(found - std::begin(kTasks));
  return {};
}

Status ReadModelAndMetric(const json& document, Case* result) {
  std::string model;
  OCTET_RETURN_IF_ERROR(
      vision::Fields(document, result->path).Read("model", &model));
  if (model.empty()) return BadInput("{}: names no model", result->path);
  result->model = RelativeTo(result->path, model);
  const vision::Fields metric(Member(document, "metric"),
                              result->path + ": metric");
  return metric.Read("name", &result->metric);
}

Status ReadDecode(const json& document, Case* result) {
  const vision::Fields decode(Member(document, "decode"),
                              result->path + ": decode");
  OCTET_RETURN_IF_ERROR(
      decode.Read("first_class", 0, kMaxClasses, &result->first_class));
  return decode.Read("names", size_t(kMaxClasses), &result->class_names);
}

Status ReadSplits(const json& document, Case* result) {
  const json& data = Member(document, "data");
  if (!data.is_object() || data.empty()) {
    return BadInput("{}: has no table 'data'", result->path);
  }
  for (const auto& [name, value] : data.items()) {
    const vision::Fields fields(value, result->path + ": data." + name);
    Case::Split split;
    split.name = name;
    std::string array;
    std::string folder;
    OCTET_RETURN_IF_ERROR(fields.Read("images_npy", &array));
    OCTET_RETURN_IF_ERROR(fields.Read("images_dir", &folder));
    OCTET_RETURN_IF_ERROR(fields.Read("labels", &split.paths.labels));
    const std::string& images = array.empty() ? folder : array;
    if (images.empty() || split.paths.labels.empty()) {
      return BadInput("{}: needs 'labels' and 'images_dir' or 'images_npy'",
                      fields.where());
    }
    split.paths.data = RelativeTo(result->path, images);
    split.paths.labels = RelativeTo(result->path, split.paths.labels);
    result->splits.push_back(std::move(split));
  }
  return {};
}

}  // namespace

bool IsCase(const std::string& path) {
  std::error_code error;
  return fs::path(path).filename() == kFileName ||
         (fs::is_directory(path, error) &&
          fs::exists(fs::path(path) / kFileName, error));
}

Result<Case> ParseCase(std::string_view text, const std::string& path) {
  OCTET_ASSIGN(const json document, vision::ParseJson(text, path));
  Case result;
  result.path = path;
  OCTET_RETURN_IF_ERROR(ReadTask(document, &result));
  OCTET_ASSIGN(result.settings, vision::SettingsFromCase(text, path));
  OCTET_RETURN_IF_ERROR(ReadModelAndMetric(document, &result));
  OCTET_RETURN_IF_ERROR(ReadDecode(document, &result));
  OCTET_RETURN_IF_ERROR(ReadSplits(document, &result));
  return result;
}

Result<Case> ReadCase(const std::string& path) {
  const std::string file = FileOf(path);
  OCTET_ASSIGN(const std::string text,
               ReadTextFile(file, vision::kMaxConfigBytes));
  return ParseCase(text, file);
}

Result<Dataset> OpenSplit(const Case& the_case, std::string_view split) {
  const auto found =
      std::ranges::find(the_case.splits, split, &Case::Split::name);
  if (found == the_case.splits.end()) {
    return Usage("{}: has no data '{}'", the_case.path, split);
  }
  return OpenDataset(found->paths, the_case.class_names);
}

}  // namespace octet::evaluate
