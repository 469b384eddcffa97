// What `build` says at the end: size, latency and agreement against the float
// model, and which nodes were kept out of int8, and why.
#ifndef OCTET_TOOLS_OCTET_VERDICT_H_
#define OCTET_TOOLS_OCTET_VERDICT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console.h"
#include "engine_cost.h"
#include "evaluate/agreement.h"
#include "model_options.h"

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

// What the verdict rests on.
struct VerdictFacts {
  EngineCost built;
  std::optional<EngineCost> f32;     // where it was compared with
  std::optional<Engine> f32_engine;  // the same
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
