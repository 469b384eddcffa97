// Latency of a session.
#ifndef OCTET_TOOLS_OCTET_TIMING_H_
#define OCTET_TOOLS_OCTET_TIMING_H_

#include "octet/runtime.h"

namespace octet::cli {

struct Latency {
  int64_t runs = 0;
  double p50_ms = 0, p90_ms = 0, p99_ms = 0, mean_ms = 0, min_ms = 0;
};

// Runs until `seconds` have passed, at least ten times, after two runs that do
// not count.
Result<Latency> TimeRuns(Session& session, double seconds);

// Fills the inputs with numbers in [0, 1): the same every time. Integer inputs
// become zero.
void FillRandom(Session& session);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_TIMING_H_
