#include "held_out.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "compile/calibrate/read_sample.h"
#include "interrupt.h"
#include "model_options.h"

namespace octet::cli {

using evaluate::Agreement;
using evaluate::AnswerKind;

namespace {

// From which score on detections are looked at, and may be objects: what is
// only just one must not be lost for a score that is only just lower.
constexpr double kLowest = 0.01;
constexpr float kLeastObject = 0.1f;
// What the runs of the float model may take.
constexpr int64_t kMostBytes = int64_t{384} << 20;

int64_t BytesOf(const std::vector<ValueInfo>& values) {
  int64_t bytes = 0;
  for (const ValueInfo& value : values) {
    bytes += value.shape.elements() * SizeOf(value.dtype);
  }
  return bytes;
}

Result<std::vector<Tensor>> RunUnlessStopped(
    Session& session, const std::vector<Tensor>& inputs) {
  if (InterruptGuard::Interrupted()) return Failed("stopped");
  return RunSession(session, inputs);
}

}  // namespace

Result<HeldOut> HeldOut::Observe(const Model& model, Answers answers,
                                 const SampleSource& samples, int64_t most,
                                 int threads) {
  HeldOut held(std::move(answers));
  held.threads_ = threads;
  BuildOptions options;
  options.precision = "fp32";
  OCTET_ASSIGN(const Build build, BuildEngine(model, nullptr, options));
  OCTET_ASSIGN(const Engine engine, Engine::FromBytes(build.engine));
  OCTET_ASSIGN(Session session, Session::Create(engine, {.threads = threads}));
  held.scores_ = session.outputs()[0].name;
  Status unread;
  const int64_t bytes = BytesOf(session.inputs()) + BytesOf(session.outputs());
  const int64_t fitting = std::max<int64_t>(1, kMostBytes / (bytes + 1));
  const int64_t n = std::min({samples.size(), most, fitting});
  for (int64_t i = 0; i < n; ++i) {
    const int64_t index = i * samples.size() / n;
    Result<std::vector<Tensor>> inputs = compile::ReadSample(samples, index);
    if (!inputs.ok()) {
      unread = inputs.status();
      continue;
    }
    Run& run = held.runs_.emplace_back();
    run.name = samples.Name(index);
    run.inputs = *std::move(inputs);
    OCTET_ASSIGN(run.outputs, RunUnlessStopped(session, run.inputs));
  }
  if (held.runs_.empty()) {
    return BadInput("no sample can be read to verify on: {}", unread.message());
  }
  if (held.answers_.spec()) OCTET_RETURN_IF_ERROR(held.AddObjects());
  return held;
}

Result<std::vector<vision::Detection>> HeldOut::Detect(
    const std::vector<Tensor>& outputs) const {
  vision::DetectSpec spec = *answers_.spec();
  spec.score_threshold = kLowest;
  // In pixels of the model's input: the picture's own do not matter here.
  return vision::Detect(outputs, spec, vision::Placement(), spec.input_width,
                        spec.input_height);
}

Status HeldOut::AddObjects() {
  for (const Run& run : runs_) {
    OCTET_ASSIGN(auto found, Detect(run.outputs));
    std::erase_if(found, [](const vision::Detection& d) {
      return d.score < kLeastObject;
    });
    objects_.Add(std::move(found));
  }
  if (!objects_.empty()) return {};
  return BadInput(
      "the float model finds next to nothing on {} samples held out; give "
      "other samples, or labelled data with --eval-data",
      runs_.size());
}

Result<Accuracy> HeldOut::AccuracyOf(const Engine& engine) const {
  OCTET_ASSIGN(Session session, Session::Create(engine, {.threads = threads_}));
  Outputs outputs;
  for (const Run& run : runs_) {
    OCTET_ASSIGN(outputs.emplace_back(), RunUnlessStopped(session, run.inputs));
  }
  switch (answers_.kind()) {
    case AnswerKind::kDetections:
      return PrecisionOf(outputs);
    case AnswerKind::kTopClass:
      return ProbabilityOf(outputs);
    case AnswerKind::kTensors:
      break;
  }
  return LikenessOf(outputs);
}

Result<Accuracy> HeldOut::PrecisionOf(const Outputs& outputs) const {
  std::vector<std::vector<vision::Detection>> found;
  for (const std::vector<Tensor>& of_sample : outputs) {
    OCTET_ASSIGN(found.emplace_back(), Detect(of_sample));
  }
  return objects_.PrecisionOf(found);
}

Result<Accuracy> HeldOut::ProbabilityOf(const Outputs& outputs) const {
  std::vector<double> probabilities;
  for (size_t i = 0; i < runs_.size(); ++i) {
    probabilities.push_back(
        ProbabilityOfTop(runs_[i].outputs[0], outputs[i][0]));
    if (std::isfinite(probabilities.back())) continue;
    return BadInput(
        "{}: the float model's output '{}' holds NaN or infinity, and so no "
        "accuracy can be expected from it; mend the model or the sample, or "
        "verify on labelled data with --eval-data",
        runs_[i].name, scores_);
  }
  return OverGroups(runs_.size(), [&](size_t without) {
    double sum = 0, count = 0;
    for (size_t i = 0; i < probabilities.size(); ++i) {
      if (evaluate::GroupOf(i) == without) continue;
      sum += probabilities[i];
      count += 1;
    }
    return count > 0 ? sum / count : 0.0;
  });
}

Accuracy HeldOut::LikenessOf(const Outputs& outputs) const {
  return OverGroups(runs_.size(), [&](size_t without) {
    Agreement agreement(answers_.kind());
    for (size_t i = 0; i < runs_.size(); ++i) {
      if (evaluate::GroupOf(i) == without) continue;
      agreement.Add(runs_[i].name, runs_[i].outputs, outputs[i]);
    }
    return 1 - std::pow(10, -agreement.sqnr_db() / 10);
  });
}

}  // namespace octet::cli
