#include "evaluate/samples.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/nearest.h"
#include "evaluate/arrays.h"
#include "evaluate/conform.h"

namespace octet::evaluate {
namespace {

namespace fs = std::filesystem;

// Refuses arrays that no input takes before their elements are read.
//   sample_axis: the first axis counts samples; otherwise the array is one.
ArrayCheck CheckFor(std::span<const InputSpec> inputs, bool sample_axis,
                    const std::string& path) {
  return [=](const std::string& name, const NpyHeader& header) -> Status {
    const bool is_npy = name.empty();
    const auto input = is_npy
                           ? inputs.begin()
                           : std::ranges::find(inputs, name, &InputSpec::name);
    if (is_npy && inputs.size() != 1) {
      return BadInput(
          "{}: holds one array, the model has {} inputs; give an .npz with one "
          "array for each",
          path, inputs.size());
    }
    if (input == inputs.end()) {
      std::vector<std::string_view> known;
      for (const InputSpec& spec : inputs) known.push_back(spec.name);
      return BadInput(
          "{}: holds an array '{}', which is no input of the model{}", path,
          name, Suggestion(name, known));
    }
    Shape sample = header.shape;
    if (sample_axis) {
      if (sample.rank() < 1 || sample[0] == 0) {
        return BadInput("{}: holds no samples along its first axis", path);
      }
      sample[0] = 1;
    }
    return CheckConforms(header.dtype, sample, *input, path);
  };
}

// The array for an input in a file that passed CheckFor.
Result<const NpyArray*> FindInput(const ArrayFile& file, const InputSpec& input,
                                  const std::string& path) {
  const NpyArray* array = file.Find(input.name);
  if (array == nullptr) {
    return BadInput("{}: holds no array for input '{}', only {}", path,
                    input.name, file.Names());
  }
  return array;
}

// Arrays whose first axis counts the samples, one for each input.
class ArraySamples : public SampleSource {
 public:
  struct Part {
    InputSpec input;
    std::shared_ptr<const ArrayFile> file;
    const NpyArray* array;
    std::string name;
  };
  explicit ArraySamples(std::vector<Part> parts) : parts_(std::move(parts)) {}

  int64_t size() const override { return parts_[0].array->shape[0]; }
  Result<std::vector<Tensor>> Get(int64_t index) const override {
    std::vector<Tensor> tensors;
    for (const Part& part : parts_) {
      OCTET_ASSIGN(Tensor tensor,
                   Conform(SliceOf(*part.array, index), part.input, part.name));
      tensors.push_back(std::move(tensor));
    }
    return tensors;
  }
  std::string Name(int64_t index) const override {
    return fmt::format("{}[{}]", parts_[0].name, index);
  }

 private:
  std::vector<Part> parts_;
};

// Files that are one sample each.
class FileSamples : public SampleSource {
 public:
  FileSamples(std::vector<std::string> paths, std::vector<InputSpec> inputs)
      : paths_(std::move(paths)), inputs_(std::move(inputs)) {}

  int64_t size() const override { return int64_t(paths_.size()); }
  std::string Name(int64_t index) const override {
    return paths_[size_t(index)];
  }
  Result<std::vector<Tensor>> Get(int64_t index) const override {
    const std::string& path = paths_[size_t(index)];
    OCTET_ASSIGN(const ArrayFile file,
                 ArrayFile::Open(path, CheckFor(inputs_, false, path)));
    std::vector<Tensor> tensors;
    for (const InputSpec& input : inputs_) {
      OCTET_ASSIGN(const NpyArray* array, FindInput(file, input, path));
      OCTET_ASSIGN(Tensor tensor, Conform(ToTensor(*array), input, path));
      tensors.push_back(std::move(tensor));
    }
    return tensors;
  }

 private:
  std::vector<std::string> paths_;
  std::vector<InputSpec> inputs_;
};

Result<std::unique_ptr<SampleSource>> MakeArraySamples(
    std::vector<ArraySamples::Part> parts) {
  if (parts.empty()) return Usage("the model has no inputs");
  for (const ArraySamples::Part& part : parts) {
    const Shape& shape = part.array->shape;
    if (shape[0] != parts[0].array->shape[0]) {
      return BadInput("{}: holds {} samples of '{}', but {} holds {} of '{}'",
                      part.name, shape[0], part.input.name, parts[0].name,
                      parts[0].array->shape[0], parts[0].input.name);
    }
    // What is wrong with the first is wrong with all.
    OCTET_RETURN_IF_ERROR(
        Conform(SliceOf(*part.array, 0), part.input, part.name).status());
  }
  return std::unique_ptr<SampleSource>(
      std::make_unique<ArraySamples>(std::move(parts)));
}

// A .npy file, or an .npz file with an array for each input.
Result<std::unique_ptr<SampleSource>> SamplesFromFile(
    const std::string& path, std::span<const InputSpec> inputs) {
  OCTET_ASSIGN(ArrayFile opened,
               ArrayFile::Open(path, CheckFor(inputs, true, path)));
  const auto file = std::make_shared<const ArrayFile>(std::move(opened));
  std::vector<ArraySamples::Part> parts;
  for (const InputSpec& input : inputs) {
    OCTET_ASSIGN(const NpyArray* array, FindInput(*file, input, path));
    parts.push_back({input, file, array, path});
  }
  return MakeArraySamples(std::move(parts));
}

Result<std::vector<std::string>> ArrayFilesIn(const std::string& folder) {
  Result<std::vector<std::string>> npy = ListFolder(folder, ".npy");
  if (npy.ok()) return npy;
  Result<std::vector<std::string>> npz = ListFolder(folder, ".npz");
  if (npz.ok()) return npz;
  // What is forgotten most often.
  if (ListFolder(folder, "").ok()) {
    return Usage(
        "{}: holds pictures and no arrays; say how a picture becomes the "
        "input, e.g. --preprocess imagenet",
        folder);
  }
  return npy.status();
}

Result<std::unique_ptr<SampleSource>> OpenRaw(
    const std::string& path, std::span<const InputSpec> inputs) {
  if (path.ends_with(".npy") || path.ends_with(".npz")) {
    return SamplesFromFile(path, inputs);
  }
  std::error_code error;
  OCTET_ASSIGN(std::vector<std::string> paths, fs::is_directory(path, error)
                                                   ? ArrayFilesIn(path)
                                                   : ReadList(path));
  return std::unique_ptr<SampleSource>(std::make_unique<FileSamples>(
      std::move(paths), std::vector<InputSpec>(inputs.begin(), inputs.end())));
}

}  // namespace

ImageSamples::ImageSamples(std::shared_ptr<const ImageSource> images,
                           vision::Preprocess preprocess, vision::Layout layout)
    : images_(std::move(images)),
      preprocess_(std::move(preprocess)),
      layout_(layout) {}

int64_t ImageSamples::size() const { return images_->size(); }

std::string ImageSamples::Name(int64_t index) const {
  return images_->Name(index);
}

Result<PreparedImage> ImageSamples::Prepare(int64_t index) const {
  OCTET_ASSIGN(const vision::Image image,
               images_->Get(index, vision::ChannelsFor(preprocess_)));
  PreparedImage prepared;
  prepared.width = image.width;
  prepared.height = image.height;
  const auto named = [&](const Status& status) {
    return Status(status.code(), Name(index) + ": " + status.message());
  };
  Result<vision::Placement> placement =
      vision::Place(preprocess_, image.width, image.height);
  if (!placement.ok()) return named(placement.status());
  prepared.placement = *placement;
  Result<Tensor> tensor = vision::Apply(preprocess_, layout_, image);
  if (!tensor.ok()) return named(tensor.status());
  prepared.tensor = *std::move(tensor);
  return prepared;
}

Result<std::vector<Tensor>> ImageSamples::Get(int64_t index) const {
  OCTET_ASSIGN(PreparedImage prepared, Prepare(index));
  std::vector<Tensor> tensors;
  tensors.push_back(std::move(prepared.tensor));
  return tensors;
}

Status BindPreprocess(std::span<const InputSpec> inputs,
                      vision::Preprocess* preprocess) {
  if (preprocess->raw) return {};
  if (inputs.size() != 1 || inputs[0].dtype != DType::kF32) {
    return Usage(
        "the model has {} input(s), the first of {}; pictures need one "
        "of f32; give tensors and use preprocessing 'raw'",
        inputs.size(), inputs.empty() ? "" : Name(inputs[0].dtype));
  }
  OCTET_ASSIGN(const vision::InputForm form,
               vision::InputFormOf(inputs[0].shape));
  return vision::BindInput(form.height, form.width, form.channels, preprocess);
}

Result<std::unique_ptr<ImageSamples>> SamplesFromImages(
    std::shared_ptr<const ImageSource> images,
    const vision::Preprocess& preprocess, std::span<const InputSpec> inputs) {
  vision::Preprocess bound = preprocess;
  OCTET_RETURN_IF_ERROR(BindPreprocess(inputs, &bound));
  if (bound.raw) {
    return Usage("preprocessing 'raw' takes tensors, not pictures");
  }
  OCTET_ASSIGN(const vision::InputForm form,
               vision::InputFormOf(inputs[0].shape));
  return std::make_unique<ImageSamples>(std::move(images), std::move(bound),
                                        form.layout);
}

Result<std::unique_ptr<SampleSource>> SamplesFromArrays(
    const std::vector<std::string>& paths, std::span<const InputSpec> inputs) {
  if (paths.size() != inputs.size()) {
    return Usage("{} arrays were given for {} inputs", paths.size(),
                 inputs.size());
  }
  std::vector<ArraySamples::Part> parts;
  for (size_t i = 0; i < paths.size(); ++i) {
    // A .npy is for this input; an .npz may hold those for others too.
    const bool has_names = paths[i].ends_with(".npz");
    OCTET_ASSIGN(
        ArrayFile opened,
        ArrayFile::Open(
            paths[i], CheckFor(has_names ? inputs : inputs.subspan(i, 1), true,
                               paths[i])));
    const auto file = std::make_shared<const ArrayFile>(std::move(opened));
    OCTET_ASSIGN(const NpyArray* array, FindInput(*file, inputs[i], paths[i]));
    parts.push_back({inputs[i], file, array, paths[i]});
  }
  return MakeArraySamples(std::move(parts));
}

Result<std::unique_ptr<SampleSource>> OpenSamples(
    const std::string& path, std::span<const InputSpec> inputs,
    const vision::Preprocess& preprocess) {
  if (preprocess.raw) return OpenRaw(path, inputs);
  OCTET_ASSIGN(std::shared_ptr<const ImageSource> images, OpenImages(path));
  OCTET_ASSIGN(std::unique_ptr<ImageSamples> samples,
               SamplesFromImages(std::move(images), preprocess, inputs));
  return std::unique_ptr<SampleSource>(std::move(samples));
}

}  // namespace octet::evaluate
