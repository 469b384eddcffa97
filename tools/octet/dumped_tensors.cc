#include "dumped_tensors.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/nearest.h"
#include "compile/search/foreign_values.h"

namespace octet::cli {
namespace {

namespace fs = std::filesystem;

using compile::NameInFiles;
using evaluate::NpyArray;

// One tensor for each input of the model, from the arrays of a folder.
class DumpedInputs : public SampleSource {
 public:
  DumpedInputs(std::string folder, std::vector<const NpyArray*> inputs)
      : folder_(std::move(folder)), inputs_(std::move(inputs)) {}

  int64_t size() const override {
    int64_t n = inputs_.empty() ? 0 : inputs_[0]->shape[0];
    for (const NpyArray* input : inputs_) n = std::min(n, input->shape[0]);
    return n;
  }
  Result<std::vector<Tensor>> Get(int64_t index) const override {
    std::vector<Tensor> tensors;
    for (const NpyArray* input : inputs_) {
      tensors.push_back(evaluate::SliceOf(*input, index));
    }
    return tensors;
  }
  std::string Name(int64_t index) const override {
    return fmt::format("{}, sample {}", folder_, index);
  }

 private:
  std::string folder_;
  std::vector<const NpyArray*> inputs_;
};

Result<std::vector<std::string>> ArrayPaths(const std::string& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return BadInput("{}: {}", folder, error.message());
  std::vector<std::string> paths;
  for (const fs::directory_entry& entry : entries) {
    const std::string path = entry.path().string();
    if (path.ends_with(".npy") || path.ends_with(".npz")) {
      paths.push_back(path);
    }
  }
  std::ranges::sort(paths);
  if (paths.empty()) {
    return BadInput(
        "{}: holds no .npy or .npz file; save each tensor as NAME.npy, with / "
        "and : of the value's name as _",
        folder);
  }
  return paths;
}

}  // namespace

Result<std::shared_ptr<const DumpedTensors>> DumpedTensors::Open(
    const std::string& folder) {
  OCTET_ASSIGN(const std::vector<std::string> paths, ArrayPaths(folder));
  auto dump = std::make_shared<DumpedTensors>();
  dump->folder_ = folder;
  dump->files_.reserve(paths.size());
  for (const std::string& path : paths) {
    OCTET_ASSIGN(dump->files_.emplace_back(), evaluate::ArrayFile::Open(path));
    for (const evaluate::NamedArray& array : dump->files_.back().arrays()) {
      const std::string name = NameInFiles(
          array.name.empty() ? fs::path(path).stem().string() : array.name);
      if (!dump->arrays_.emplace(name, &array.array).second) {
        return BadInput("{}: '{}' is there already; keep one of them", path,
                        name);
      }
    }
  }
  return std::shared_ptr<const DumpedTensors>(std::move(dump));
}

NamedTensors DumpedTensors::Sample(int64_t index) const {
  NamedTensors tensors;
  for (const auto& [name, array] : arrays_) {
    const bool has = array->dtype == DType::kF32 && array->shape.rank() > 0 &&
                     index < array->shape[0];
    if (has) tensors[name] = evaluate::SliceOf(*array, index);
  }
  return tensors;
}

Result<std::unique_ptr<SampleSource>> DumpedTensors::Inputs(
    const Model& model) const {
  std::vector<std::string_view> names;
  for (const auto& [name, array] : arrays_) names.push_back(name);
  std::vector<const NpyArray*> inputs;
  for (const ValueInfo& input : model.inputs()) {
    const std::string name = NameInFiles(input.name);
    const auto found = arrays_.find(name);
    if (found == arrays_.end() || found->second->shape.rank() == 0) {
      return BadInput(
          "{}: has no {}.npy, the model's input{}; put it there, or give the "
          "samples with --data",
          folder_, name,
          Nearest(name, names).empty() ? "" : Suggestion(name, names));
    }
    inputs.push_back(found->second);
  }
  return std::unique_ptr<SampleSource>(
      std::make_unique<DumpedInputs>(folder_, std::move(inputs)));
}

}  // namespace octet::cli
