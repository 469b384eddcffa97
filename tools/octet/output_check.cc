#include "output_check.h"

#include <filesystem>

#include "base/error.h"
#include "base/file_writer.h"

namespace octet::cli {
namespace {

bool IsSameFile(const std::string& a, const std::string& b) {
  namespace fs = std::filesystem;
  std::error_code error;  // a path that leads nowhere is not the same
  if (fs::equivalent(a, b, error)) return true;
  const fs::path whole = fs::weakly_canonical(a, error);
  return !error && whole == fs::weakly_canonical(b, error);
}

}  // namespace

Status CheckOutputs(const std::vector<std::string>& outputs,
                    const std::vector<std::string>& inputs) {
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
