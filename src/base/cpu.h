// Which instruction-set level the kernels use.
#ifndef OCTET_BASE_CPU_H_
#define OCTET_BASE_CPU_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "octet/status.h"

namespace octet {

// Each level includes the ones before it, but AVX-VNNI: its dot products have
// an encoding of their own, which a machine with AVX512-VNNI may lack. Whatever
// has a form for it has one for kAvx512Vnni, too.
enum class CpuLevel : uint8_t {
  kScalar,
  kAvx2,        // AVX2, FMA, F16C
  kAvxVnni,     // and AVX-VNNI
  kAvx512Vnni,  // and AVX-512 F, BW, DQ, VL, VBMI, VNNI
  kAvx512Bf16,  // and AVX512-BF16
};

// "scalar", "avx2", "avxvnni", "avx512vnni", "avx512bf16".
std::string_view Name(CpuLevel level);

// The highest level that this machine and its system can run.
CpuLevel DetectCpuLevel();

// The level to use: DetectCpuLevel(), or the one that the environment variable
// OCTET_CPU names.
//   errors: kUsage if OCTET_CPU names no level; kUnsupported if this machine
//           cannot run it.
Result<CpuLevel> ChooseCpuLevel();
// The level of that name; the same errors.
Result<CpuLevel> ChooseCpuLevel(std::string_view name);

// Every level that this machine can run, lowest first: what tests loop over.
std::span<const CpuLevel> RunnableCpuLevels();
bool IsRunnable(CpuLevel level);

}  // namespace octet

#endif  // OCTET_BASE_CPU_H_
