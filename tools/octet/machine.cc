#include "machine.h"

#include <thread>

#include "base/cpu_name.h"
#include "kernels/peak/peak.h"

namespace octet::cli {

Result<Machine> MeasureMachine() {
  Machine machine;
  OCTET_ASSIGN(machine.level, ChooseCpuLevel());
  machine.cpu = CpuName();
  machine.threads = int(std::thread::hardware_concurrency());
  // A multiply-accumulate is two operations.
  machine.int8_gops = 2 * kernels::PeakMacsU8(machine.level) / 1e9;
  machine.bf16_gflops = 2 * kernels::PeakMacsBf16(machine.level) / 1e9;
  machine.f32_gflops = 2 * kernels::PeakMacsF32(machine.level) / 1e9;
  return machine;
}

}  // namespace octet::cli
