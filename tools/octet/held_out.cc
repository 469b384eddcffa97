#include "held_out.h"

#include <cmath>
#include <set>

#include "base/error.h"
#include "compile/calibrate/read_sample.h"
#include "evaluate/metrics/coco_map.h"
#include "interrupt.h"
#include "model_options.h"

namespace octet::cli {

using evaluate::Agreement;
using evaluate::AnswerKind;

namespace {

// What the float model is sure enough of to be looked for, and from which score
// on detections are looked at.
constexpr float kTruth = 0.3f;
constexpr double kLowest = 0.05;

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
  options.int8 = false;
  OCTET_ASSIGN(const Build build, BuildEngine(model, nullptr, options));
  OCTET_ASSIGN(const Engine engine, Engine::FromBytes(build.engine));
  OCTET_ASSIGN(Session session, Session::Create(engine, {.threads = threads}));
  Status unread;
  const int64_t n = std::min(samples.size(), most);
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
  if (held.answers_.spec()) OCTET_RETURN_IF_ERROR(held.AddTruth());
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

Status HeldOut::AddTruth() {
  std::set<int64_t> classes;
  for (size_t i = 0; i < runs_.size(); ++i) {
    truth_.images.push_back({.id = int64_t(i), .file_name = runs_[i].name});
    OCTET_ASSIGN(const auto found, Detect(runs_[i].outputs));
    for (const vision::Detection& d : found) {
      if (d.score < kTruth) continue;
      evaluate::TruthBox& box = truth_.boxes.emplace_back();
      box.id = int64_t(truth_.boxes.size());
      box.image_id = int64_t(i);
      box.category_id = d.class_index;
      box.x = d.box.x0;
      box.y = d.box.y0;
      box.width = d.box.x1 - d.box.x0;
      box.height = d.box.y1 - d.box.y0;
      box.area = box.width * box.height;
      classes.insert(d.class_index);
    }
  }
  for (int64_t c : classes) truth_.categories.push_back({c, ""});
  if (!classes.empty()) return {};
  return BadInput(
      "the float model finds nothing of score {} or more on {} samples held "
      "out; give other samples, or labelled data with --eval-data",
      kTruth, runs_.size());
}

Result<double> HeldOut::AccuracyOf(const Engine& engine) const {
  OCTET_ASSIGN(Session session, Session::Create(engine, {.threads = threads_}));
  return answers_.spec() ? PrecisionOf(session) : AgreementOf(session);
}

Result<double> HeldOut::PrecisionOf(Session& session) const {
  std::vector<evaluate::CocoDetection> all;
  for (size_t i = 0; i < runs_.size(); ++i) {
    OCTET_ASSIGN(const auto outputs,
                 RunUnlessStopped(session, runs_[i].inputs));
    OCTET_ASSIGN(const auto found, Detect(outputs));
    for (const vision::Detection& d : found) {
      all.push_back({int64_t(i), d.class_index, d.box.x0, d.box.y0,
                     d.box.x1 - d.box.x0, d.box.y1 - d.box.y0,
                     double(d.score)});
    }
  }
  OCTET_ASSIGN(const evaluate::CocoMatches matches,
               evaluate::MatchDetections(truth_, all));
  return evaluate::Score(matches).ap50;
}

Result<double> HeldOut::AgreementOf(Session& session) const {
  Agreement agreement(answers_.kind());
  for (const Run& run : runs_) {
    OCTET_ASSIGN(const std::vector<Tensor> outputs,
                 RunUnlessStopped(session, run.inputs));
    OCTET_RETURN_IF_ERROR(
        answers_.Compare(run.name, run.outputs, outputs, agreement));
  }
  if (agreement.kind() != AnswerKind::kTensors) return agreement.share();
  return 1 - std::pow(10, -agreement.sqnr_db() / 20);
}

}  // namespace octet::cli
