// Samples: what a model is run on, one set of input tensors at a time.
#ifndef OCTET_EVALUATE_SAMPLES_H_
#define OCTET_EVALUATE_SAMPLES_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "evaluate/images.h"
#include "octet/samples.h"
#include "octet/status.h"
#include "octet/tensor.h"
#include "vision/preprocess.h"

namespace octet::evaluate {

// What a model takes at one of its inputs. A dimension of -1 is open.
struct InputSpec {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
};

// A picture ready for the model, and what is needed to find the way back.
struct PreparedImage {
  Tensor tensor;
  int64_t width = 0;  // of the picture
  int64_t height = 0;
  vision::Placement placement;
};

// Pictures that pass through one preprocessing, for a model with one input.
class ImageSamples : public SampleSource {
 public:
  // preprocess: valid, bound to the model (BindPreprocess), not raw.
  ImageSamples(std::shared_ptr<const ImageSource> images,
               vision::Preprocess preprocess, vision::Layout layout);

  int64_t size() const override;
  Result<std::vector<Tensor>> Get(int64_t index) const override;
  std::string Name(int64_t index) const override;
  Result<PreparedImage> Prepare(int64_t index) const;

 private:
  std::shared_ptr<const ImageSource> images_;
  vision::Preprocess preprocess_;
  vision::Layout layout_;
};

// Takes from the model what the preprocessing leaves open.
//   errors: kUsage if the model has not exactly one input for f32 pictures,
//           or as BindInput.
Status BindPreprocess(std::span<const InputSpec> inputs,
                      vision::Preprocess* preprocess);

// errors: as BindPreprocess.
Result<std::unique_ptr<ImageSamples>> SamplesFromImages(
    std::shared_ptr<const ImageSource> images,
    const vision::Preprocess& preprocess, std::span<const InputSpec> inputs);

// One array for each input, each the path of a .npy file whose first axis
// counts the samples; in the order of `inputs`.
//   errors: kBadInput if the counts differ, an array has the name of no input,
//           or one does not fit its input: other dimensions, floats for an
//           integer input or integers for a float input (pixels that were
//           never normalized).
Result<std::unique_ptr<SampleSource>> SamplesFromArrays(
    const std::vector<std::string>& paths, std::span<const InputSpec> inputs);

// What `--calib` and `--data` take. With a preprocessing: pictures, as
// OpenImages. With 'raw', tensors that are used as they are:
//   FILE.npy       first axis = samples (a model with one input)
//   FILE.npz       one array for each input, by its name, first axis = samples
//   a folder, or a list file, of .npy or .npz files, each one sample, sorted
// preprocess: unbound is fine.
// errors: as OpenImages, SamplesFromArrays.
Result<std::unique_ptr<SampleSource>> OpenSamples(
    const std::string& path, std::span<const InputSpec> inputs,
    const vision::Preprocess& preprocess);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_SAMPLES_H_
