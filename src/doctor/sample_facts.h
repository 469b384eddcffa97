// What can be said of samples without running a model.
#ifndef OCTET_DOCTOR_SAMPLE_FACTS_H_
#define OCTET_DOCTOR_SAMPLE_FACTS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "doctor/finding.h"
#include "octet/samples.h"
#include "octet/status.h"
#include "vision/preprocess.h"

namespace octet::doctor {

using ProgressFn = std::function<void(int64_t done, int64_t all)>;

struct SampleFacts {
  int64_t index = 0;  // in the set
  std::string name;
  std::string error;       // why it cannot be read; empty if it can
  uint64_t content = 0;    // a hash of all elements
  int64_t non_finite = 0;  // elements that are NaN or infinite
  bool constant = false;   // every f32 input is one number throughout
  float low = 0, high = 0;
  // Of a picture: 16 x 16 cell means for each channel, and the mean and
  // deviation of the cells, all in the tensor's numbers.
  std::vector<float> thumbnail;
  double brightness = 0, contrast = 0;

  bool usable() const { return error.empty() && non_finite == 0; }
};

// The form of the pictures that a model's inputs take, if it takes one f32
// picture of 1 or 3 channels.
std::optional<vision::InputForm> PictureInput(const Tensor& input);

// Reads every sample once, on `threads` threads (0 = all).
Result<std::vector<SampleFacts>> LookAtSamples(const SampleSource& samples,
                                               int threads,
                                               const ProgressFn& progress);

// Samples that cannot be read; samples with NaN or infinite numbers; samples
// that are one number throughout.
std::vector<Finding> FindUselessSamples(const std::vector<SampleFacts>& facts);

// A set to measure on of which no sample is usable.
std::optional<Finding> FindUselessEvaluation(
    const std::vector<SampleFacts>& facts);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_SAMPLE_FACTS_H_
