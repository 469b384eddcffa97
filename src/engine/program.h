// The Program in memory (ProgramT, ProfileT, StepT, ..., generated from
// program.fbs), and its small types turned into octet's own.
//
// Everything that builds or reads a Program includes this header, never the
// generated one.
#ifndef OCTET_ENGINE_PROGRAM_H_
#define OCTET_ENGINE_PROGRAM_H_

#include <array>
#include <memory>
#include <span>

#include "engine/program_generated.h"
#include "octet/function.h"
#include "octet/tensor.h"

namespace octet::engine {

// Program::version of what this build writes and reads.
inline constexpr uint32_t kProgramVersion = 1;

// The two enumerations have the same order (asserted in program.cc).
inline octet::DType ToDType(DType dtype) { return octet::DType(dtype); }
inline DType FromDType(octet::DType dtype) { return DType(dtype); }

// A missing function is the identity, and the identity is stored as missing.
octet::Function ToFunction(const std::unique_ptr<Function>& function);
std::unique_ptr<Function> FromFunction(const octet::Function& function);

// The shape of a value that Validate() accepted.
Shape ShapeOf(const ValueT& value);

// "ConvU8", "Softmax", ...: what messages call a step.
const char* KindName(const StepT& step);

// The value that a step writes: every step writes one.
int OutputOf(const StepT& step);

// The values that a step reads, constants among them; absent ones left out.
// A step whose kind is none reads nothing.
struct Reads {
  static constexpr int kMax = 16;
  std::array<int, kMax> values;
  int count = 0;

  std::span<const int> span() const { return {values.data(), size_t(count)}; }
};
Reads ReadsOf(const StepT& step);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_PROGRAM_H_
