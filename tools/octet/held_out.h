// The accuracy of trial engines on samples that no decision was ranked on.
#ifndef OCTET_TOOLS_OCTET_HELD_OUT_H_
#define OCTET_TOOLS_OCTET_HELD_OUT_H_

#include <string>
#include <vector>

#include "answers.h"
#include "expected_accuracy.h"
#include "octet/compiler.h"
#include "octet/samples.h"

namespace octet::cli {

// Every second sample of a list, from the first or the second on.
class EverySecond : public SampleSource {
 public:
  EverySecond(const SampleSource& all, bool second)
      : all_(all), first_(second ? 1 : 0) {}
  int64_t size() const override { return (all_.size() + 1 - first_) / 2; }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    return all_.Get(2 * i + first_);
  }
  std::string Name(int64_t i) const override {
    return all_.Name(2 * i + first_);
  }

 private:
  const SampleSource& all_;
  int64_t first_;
};

// What accuracy can be expected to be, where there are no labels
// (expected_accuracy.h): the mean probability of the top class, or the average
// precision of detections at an intersection over union of .50; for other
// outputs the share of their power that is not noise.
class HeldOut {
 public:
  // Runs the float model on at most `most` samples.
  //   errors: kBadInput if none can be read, kFailed after Ctrl-C.
  static Result<HeldOut> Observe(const Model& model, Answers answers,
                                 const SampleSource& samples, int64_t most,
                                 int threads);
  //   errors: kBadInput if the float model's scores are no finite numbers,
  //           kFailed after Ctrl-C.
  Result<Accuracy> AccuracyOf(const Engine& engine) const;
  int64_t samples() const { return int64_t(runs_.size()); }

 private:
  explicit HeldOut(Answers answers) : answers_(std::move(answers)) {}
  Result<std::vector<vision::Detection>> Detect(
      const std::vector<Tensor>& outputs) const;
  Status AddObjects();
  using Outputs = std::vector<std::vector<Tensor>>;  // by sample
  Result<Accuracy> PrecisionOf(const Outputs& outputs) const;
  Result<Accuracy> ProbabilityOf(const Outputs& outputs) const;
  Accuracy LikenessOf(const Outputs& outputs) const;

  struct Run {
    std::string name;
    std::vector<Tensor> inputs, outputs;
  };
  Answers answers_;
  int threads_ = 0;
  std::string scores_;  // the name of the first output
  std::vector<Run> runs_;
  ExpectedObjects objects_;  // of detections
};

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_HELD_OUT_H_
