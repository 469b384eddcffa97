// One program with a step of every kind, all valid: what tests break in one
// place at a time, and what sessions are run on at every CPU level.
#ifndef OCTET_ENGINE_TESTING_EVERY_STEP_H_
#define OCTET_ENGINE_TESTING_EVERY_STEP_H_

#include "engine/testing/test_program.h"

namespace octet::engine {

// Inputs: "image" u8 [1,6,6,8] and "real" f32 [1,6,6,8]; every step's result is
// an output.
TestProgram EveryStep();

// The params of the only step of their kind.
template <typename P>
P& ParamsOf(TestProgram& program) {
  for (const auto& step : program.profile().steps) {
    if (step->params.type == ParamsUnionTraits<P>::enum_value) {
      return *static_cast<P*>(step->params.value);
    }
  }
  __builtin_trap();
}

}  // namespace octet::engine

#endif  // OCTET_ENGINE_TESTING_EVERY_STEP_H_
