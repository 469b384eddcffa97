// What `build` says at the end: size, latency and agreement against the float
// model, and which nodes were kept out of int8, and why.
#ifndef OCTET_TOOLS_OCTET_VERDICT_H_
#define OCTET_TOOLS_OCTET_VERDICT_H_

#include <memory>
#include <string>

#include "console.h"
#include "evaluate/agreement.h"
#include "model_options.h"

namespace octet::cli {

struct VerdictRequest {
  std::string engine_path;
  bool measure = true;   // build the float engine and compare
  bool time = true;      // also latencies
  std::string headline;  // said first; empty: nothing
  vision::Settings settings;
  std::unique_ptr<SampleSource> samples;     // null: nothing to compare on
  const Calibration* calibration = nullptr;  // of the build; null: unknown
};

// Where answers changed, names what costs most, why, and what repairs it.
// Prints it, fills the JSON result and writes ENGINE.verdict.json.
Status GiveVerdict(const Model& model, const Build& build,
                   const BuildOptions& options, const VerdictRequest& request,
                   Console& console);

// How far two engines of a model give the same answers on the first samples.
Result<evaluate::Agreement> AgreementWithFloat(const Engine& f32,
                                               const Engine& built,
                                               const vision::Settings& settings,
                                               const SampleSource& samples,
                                               Console& console);

// "98.5 % of top answers as in float".
std::string DescribeAgreement(const evaluate::Agreement& agreement);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_VERDICT_H_
