// What `build` says at the end: size, latency and agreement against the float
// model, and which nodes were kept out of int8, and why.
#ifndef OCTET_TOOLS_OCTET_VERDICT_H_
#define OCTET_TOOLS_OCTET_VERDICT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console.h"
#include "evaluate/agreement.h"
#include "model_options.h"
#include "timing.h"

namespace octet::cli {

struct VerdictRequest {
  std::string engine_path;
  bool measure = true;      // build the float engine and compare
  bool time = true;         // also latencies
  bool time_steps = false;  // also of every step
  std::string headline;     // said first; empty: nothing
  vision::Settings settings;
  std::unique_ptr<SampleSource> samples;     // null: nothing to compare on
  const Calibration* calibration = nullptr;  // of the build; null: unknown
  // The build as it was asked for, without its outputs: what repairs it is
  // added.
  CommandLine build{"build"};
};

// What an engine costs to have and to run.
struct EngineCost {
  int64_t file_bytes = 0;
  std::optional<MemoryUse> memory;
  std::optional<Latency> latency;  // one thread
  std::vector<StepInfo> steps;     // with time_steps
  std::vector<StepTime> times;     // one a step
};

// What the verdict rests on.
struct VerdictFacts {
  EngineCost built;
  std::optional<EngineCost> f32;  // where it was compared with
  std::optional<evaluate::Agreement> agreement;
  std::vector<Suspect> suspects;  // looked for where answers changed
};

// ENGINE.verdict.json.
std::string VerdictPath(const std::string& engine_path);

// Where answers changed, names what costs most, why, and what repairs it.
// Prints it, fills the JSON result and writes ENGINE.verdict.json.
Result<VerdictFacts> GiveVerdict(const Model& model, const Build& build,
                                 const BuildOptions& options,
                                 const VerdictRequest& request,
                                 Console& console);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_VERDICT_H_
