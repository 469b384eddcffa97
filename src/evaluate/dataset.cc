#include "evaluate/dataset.h"

#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "evaluate/arrays.h"
#include "evaluate/labels.h"
#include "evaluate/yolo_labels.h"

namespace octet::evaluate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxLabelListBytes = size_t{1} << 28;

bool IsFolder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

Dataset FromLabelledFiles(LabelledFiles files) {
  Dataset dataset;
  dataset.images = ImagesFromFiles(std::move(files.paths));
  dataset.labels = std::move(files.labels);
  dataset.class_names = std::move(files.class_names);
  return dataset;
}

Result<Dataset> FromCoco(const std::string& json, const std::string& folder) {
  Dataset dataset;
  OCTET_ASSIGN(dataset.truth, ReadCocoTruth(json));
  std::vector<std::string> paths;
  for (const TruthImage& image : dataset.truth->images) {
    paths.push_back((fs::path(folder) / image.file_name).string());
  }
  if (paths.empty()) return BadInput("{}: lists no picture", json);
  for (const TruthCategory& category : dataset.truth->categories) {
    dataset.class_names.push_back(category.name);
  }
  dataset.images = ImagesFromFiles(std::move(paths));
  return dataset;
}

Result<Dataset> FromYolo(const std::string& images, const std::string& labels,
                         const std::vector<std::string>& class_names) {
  OCTET_ASSIGN(YoloSet set, ReadYoloFolder(images, labels, class_names));
  Dataset dataset;
  dataset.images = ImagesFromFiles(std::move(set.paths));
  dataset.truth = std::move(set.truth);
  dataset.class_names = class_names;
  return dataset;
}

Result<Dataset> FromArrays(const std::string& data, const std::string& labels) {
  if (labels.empty()) {
    return Usage("{}: give the labels of the array's samples (.npy)", data);
  }
  Dataset dataset;
  OCTET_ASSIGN(dataset.labels, ReadLabelArray(labels));
  OCTET_ASSIGN(const ArrayFile file, ArrayFile::Open(data));
  const NpyArray& array = file.arrays()[0].array;
  const int64_t samples = array.shape.rank() > 0 ? array.shape[0] : 0;
  if (samples != int64_t(dataset.labels.size()) || samples == 0) {
    return BadInput("{} holds {} samples and {} {} labels", data, samples,
                    labels, dataset.labels.size());
  }
  if (Result<std::shared_ptr<const ImageSource>> images = ImagesFromNpy(data);
      images.ok()) {
    dataset.images = *images;
  }
  dataset.tensors = data;
  return dataset;
}

Result<Dataset> FromLabelList(const std::string& list,
                              const std::string& folder) {
  OCTET_ASSIGN(const std::string text, ReadTextFile(list, kMaxLabelListBytes));
  OCTET_ASSIGN(LabelledFiles files, ParseLabelList(text, list, folder));
  return FromLabelledFiles(std::move(files));
}

std::string FolderOf(const std::string& path) {
  return fs::path(path).parent_path().string();
}

Result<Dataset> FromFolder(const DatasetPaths& paths,
                           const std::vector<std::string>& class_names) {
  const std::string images = (fs::path(paths.data) / "images").string();
  const std::string labels = (fs::path(paths.data) / "labels").string();
  if (paths.labels.ends_with(".json")) {
    return FromCoco(paths.labels, paths.data);
  }
  if (IsFolder(paths.labels)) {
    return FromYolo(paths.data, paths.labels, class_names);
  }
  if (!paths.labels.empty()) return FromLabelList(paths.labels, paths.data);
  if (IsFolder(images) && IsFolder(labels)) {
    return FromYolo(images, labels, class_names);
  }
  OCTET_ASSIGN(LabelledFiles files, ReadClassFolders(paths.data));
  return FromLabelledFiles(std::move(files));
}

}  // namespace

Result<Dataset> OpenDataset(const DatasetPaths& paths,
                            const std::vector<std::string>& class_names) {
  if (IsFolder(paths.data)) return FromFolder(paths, class_names);
  const std::string folder =
      paths.images.empty() ? FolderOf(paths.data) : paths.images;
  if (paths.data.ends_with(".json")) return FromCoco(paths.data, folder);
  if (paths.data.ends_with(".npy") || paths.data.ends_with(".npz")) {
    return FromArrays(paths.data, paths.labels);
  }
  return FromLabelList(paths.data, folder);
}

Result<std::unique_ptr<SampleSource>> SamplesOf(
    const Dataset& dataset, std::span<const InputSpec> inputs,
    const vision::Preprocess& preprocess) {
  if (preprocess.raw && !dataset.tensors.empty()) {
    return OpenSamples(dataset.tensors, inputs, preprocess);
  }
  if (dataset.images == nullptr) {
    return BadInput(
        "{}: holds no u8 pictures; for ready tensors use "
        "preprocessing 'raw'",
        dataset.tensors);
  }
  OCTET_ASSIGN(std::unique_ptr<ImageSamples> samples,
               SamplesFromImages(dataset.images, preprocess, inputs));
  return std::unique_ptr<SampleSource>(std::move(samples));
}

}  // namespace octet::evaluate
