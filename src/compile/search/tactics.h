// Tactics by measure: the fastest way to compute each int8 convolution here.
#ifndef OCTET_COMPILE_SEARCH_TACTICS_H_
#define OCTET_COMPILE_SEARCH_TACTICS_H_

#include <string>

#include "base/cpu.h"
#include "compile/lower/lower.h"
#include "compile/search/timing_cache.h"

namespace octet::compile {

// What a step's tactic depends on: processor, CPU level, version of the
// kernels, and all of the step but its weights.
std::string TacticKey(const engine::ProfileT& profile,
                      const engine::ConvU8T& step, std::string_view cpu,
                      CpuLevel level);

// Gives each int8 convolution the tactic that the cache has for it. Those that
// it lacks are timed on this machine, on one thread, and put into it: each
// candidate within a run of the whole program, which leaves caches as they will
// be, and by itself, with caches warm. Steps of one key are taken together. The
// kernel's own choice stays unless another is clearly faster. Results do not
// change, and with every key in the cache neither do the program's bytes.
Status ChooseTactics(Lowered& lowered, TimingCache& cache);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_TACTICS_H_
