// What `build` says at the end: size, latency and agreement against the float
// model, and which nodes were kept out of int8, and why.
#ifndef OCTET_TOOLS_OCTET_VERDICT_H_
#define OCTET_TOOLS_OCTET_VERDICT_H_

#include <memory>
#include <string>

#include "console.h"
#include "model_options.h"

namespace octet::cli {

struct VerdictRequest {
  std::string engine_path;
  bool measure = true;   // build the float engine and compare
  bool time = true;      // also latencies
  std::string headline;  // said first; empty: nothing
  vision::Settings settings;
  std::unique_ptr<SampleSource> samples;  // null: nothing to compare on
};

// Prints it, fills the JSON result and writes ENGINE.verdict.json.
Status GiveVerdict(const Model& model, const Build& build,
                   const BuildOptions& options, const VerdictRequest& request,
                   Console& console);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_VERDICT_H_
