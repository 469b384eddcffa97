// The calibration doctor: is this set of samples any good?
//
//   doctor::Request request;
//   request.samples = samples.get();
//   request.engine = &float_engine;
//   OCTET_ASSIGN(const doctor::Diagnosis diagnosis, doctor::Examine(request));
//   for (const doctor::Finding& finding : diagnosis.findings) ...
//
// It is silent about a good set: every check needs evidence that a good one
// does not give.
#ifndef OCTET_DOCTOR_DOCTOR_H_
#define OCTET_DOCTOR_DOCTOR_H_

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "doctor/finding.h"
#include "doctor/saturation.h"
#include "octet/compiler.h"
#include "octet/runtime.h"
#include "octet/samples.h"
#include "vision/settings.h"

namespace octet::doctor {

struct Request {
  const SampleSource* samples = nullptr;
  const SampleSource* evaluation = nullptr;  // optional, fed as the samples
  const Engine* engine = nullptr;            // the model's, in float
  // What a finished calibration saw; empty before one.
  std::span<const ObservedRange> calibrated;
  vision::Settings settings;  // how pictures are fed
  // How outputs become detections, for a detector.
  std::optional<vision::DetectSpec> detect;
  int threads = 0;  // 0 = all
  std::function<void(const std::string& what, int64_t done, int64_t all)>
      progress;
};

struct Diagnosis {
  int64_t samples = 0, usable = 0, evaluation = 0;
  std::vector<Finding> findings;        // errors first
  std::vector<SaturationCurve> curves;  // in the engine's order
};

// Reads all samples, runs the usable ones once, and a few in other feedings.
//   errors: kBadInput if no sample is usable (all are named as unreadable), or
//           one does not fit the engine.
Result<Diagnosis> Examine(const Request& request);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_DOCTOR_H_
