// What an engine costs to have and to run.
#ifndef OCTET_TOOLS_OCTET_ENGINE_COST_H_
#define OCTET_TOOLS_OCTET_ENGINE_COST_H_

#include <optional>
#include <vector>

#include "octet/runtime.h"
#include "timing.h"

namespace octet::cli {

struct EngineCost {
  int64_t file_bytes = 0;
  std::optional<MemoryUse> memory;
  std::optional<Latency> latency;  // one thread
  std::vector<StepInfo> steps;     // where they were timed
  std::vector<StepTime> times;     // one a step
};

// Times runs of a session on random inputs.
//   with_steps: also each step, in runs of their own.
//   errors:     as Session::Run.
Status AddTimes(Session& session, bool with_steps, EngineCost& cost);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_ENGINE_COST_H_
