// This machine, as measured now.
#ifndef OCTET_TOOLS_OCTET_MACHINE_H_
#define OCTET_TOOLS_OCTET_MACHINE_H_

#include <string>

#include "base/cpu.h"
#include "octet/status.h"

namespace octet::cli {

struct Machine {
  std::string cpu;  // its name
  CpuLevel level = CpuLevel::kScalar;
  int threads = 1;
  // Peaks of one core; 0 for the scalar level, and of bf16 where the CPU does
  // not multiply it.
  double int8_gops = 0, bf16_gflops = 0, f32_gflops = 0;

  double int8_over_f32() const {
    return f32_gflops > 0 ? int8_gops / f32_gflops : 0;
  }
};

// Takes a few milliseconds.
//   errors: kUsage or kUnsupported for OCTET_CPU.
Result<Machine> MeasureMachine();

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_MACHINE_H_
