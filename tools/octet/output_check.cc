#include "output_check.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/file_writer.h"
#include "compile/onnx/external_files.h"

namespace octet::cli {
namespace {

bool IsSameFile(const std::string& a, const std::string& b) {
  namespace fs = std::filesystem;
  std::error_code error;  // a path that leads nowhere is not the same
  if (fs::equivalent(a, b, error)) return true;
  const fs::path whole = fs::weakly_canonical(a, error);
  return !error && whole == fs::weakly_canonical(b, error);
}

bool IsThere(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at cannot be replaced
  return !path.empty() && std::filesystem::exists(path, ignored);
}

// What is wrong with the model is said when it is opened.
void AddFilesOfModel(const std::string& model,
                     std::vector<std::string>& files) {
  files.push_back(model);
  std::error_code ignored;  // a folder is no model
  if (!std::filesystem::is_regular_file(model, ignored)) return;
  const Result<MappedFile> file = MappedFile::Open(model);
  if (!file.ok()) return;
  const auto beside = compile::ExternalFiles(file->bytes());
  if (!beside.ok()) return;
  const auto folder = std::filesystem::path(model).parent_path();
  for (const std::string& location : *beside) {
    files.push_back((folder / location).string());
  }
}

}  // namespace

Status CheckOutputs(const std::vector<std::string>& outputs,
                    std::vector<std::string> inputs, const std::string& model) {
  if (!model.empty() && std::ranges::any_of(outputs, IsThere)) {
    AddFilesOfModel(model, inputs);
  }
  for (auto output = outputs.begin(); output != outputs.end(); ++output) {
    if (output->empty()) continue;
    for (const std::string& input : inputs) {
      if (!input.empty() && IsSameFile(*output, input)) {
        return Usage(
            "{}: would replace what is read from it; choose another "
            "name",
            *output);
      }
    }
    for (auto other = outputs.begin(); other != output; ++other) {
      if (!other->empty() && IsSameFile(*output, *other)) {
        return Usage(
            "{}: two results would be written to it; choose different "
            "names",
            *output);
      }
    }
    // Its temporary file goes with it.
    OCTET_ASSIGN(const FileWriter probe, FileWriter::Create(*output));
  }
  return {};
}

}  // namespace octet::cli
