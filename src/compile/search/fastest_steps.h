// The latency of an engine, measured beside other work.
#ifndef OCTET_COMPILE_SEARCH_FASTEST_STEPS_H_
#define OCTET_COMPILE_SEARCH_FASTEST_STEPS_H_

#include "octet/runtime.h"

namespace octet::compile {

// The sum over steps of each one's fastest run, on one thread: what else runs
// on the machine hardly disturbs it. In milliseconds.
Result<double> FastestSteps(const Engine& engine);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_FASTEST_STEPS_H_
