// Steps that are wrong in one place: a program with a step of every kind is
// broken there and must be refused for that reason.
#ifndef OCTET_ENGINE_TESTING_BROKEN_STEP_H_
#define OCTET_ENGINE_TESTING_BROKEN_STEP_H_

#include <span>
#include <string>

#include "engine/testing/every_step.h"

namespace octet::engine {

// Values 0 and 1 of EveryStep are the inputs: "image" u8 and "real" f32.
inline constexpr int kImage = 0;
inline constexpr int kReal = 1;

struct BrokenStep {
  const char* what;
  void (*breaks)(TestProgram& p);
  const char* message;  // a part of it
};

void ExpectRefused(std::span<const BrokenStep> table);

// "conv_u8", ...: the output of that name.
int Named(TestProgram& p, const std::string& name);

EpilogueT& EpilogueOf(TestProgram& p);  // of the conv_u8

}  // namespace octet::engine

#endif  // OCTET_ENGINE_TESTING_BROKEN_STEP_H_
