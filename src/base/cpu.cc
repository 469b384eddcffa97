#include "base/cpu.h"

#include <cpuid.h>

#include <cstdlib>

#include "base/error.h"

namespace octet {
namespace {

constexpr CpuLevel kLevels[] = {CpuLevel::kScalar, CpuLevel::kAvx2,
                                CpuLevel::kAvx512Vnni, CpuLevel::kAvx512Bf16};
constexpr std::string_view kLevelNames[] = {"scalar", "avx2", "avx512vnni",
                                            "avx512bf16"};

// clang++ does not know the name "f16c" in __builtin_cpu_supports.
bool HasF16c() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

}  // namespace

std::string_view Name(CpuLevel level) { return kLevelNames[size_t(level)]; }

CpuLevel DetectCpuLevel() {
  const bool avx2 = __builtin_cpu_supports("avx2") &&
                    __builtin_cpu_supports("fma") && HasF16c();
  if (!avx2) return CpuLevel::kScalar;
  const bool avx512 = __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512vbmi") &&
                      __builtin_cpu_supports("avx512vnni");
  if (!avx512) return CpuLevel::kAvx2;
  return __builtin_cpu_supports("avx512bf16") ? CpuLevel::kAvx512Bf16
                                              : CpuLevel::kAvx512Vnni;
}

Result<CpuLevel> ChooseCpuLevel() {
  const char* asked = std::getenv("OCTET_CPU");
  if (asked == nullptr || *asked == '\0') return DetectCpuLevel();
  return ChooseCpuLevel(asked);
}

Result<CpuLevel> ChooseCpuLevel(std::string_view name) {
  const CpuLevel best = DetectCpuLevel();
  for (CpuLevel level : kLevels) {
    if (Name(level) != name) continue;
    if (level > best) {
      return Unsupported(
          "CPU level {} (OCTET_CPU): this machine only has {}; leave it unset",
          name, Name(best));
    }
    return level;
  }
  return Usage(
      "CPU level '{}' (OCTET_CPU): no such level; use scalar, avx2, "
      "avx512vnni or avx512bf16",
      name);
}

std::span<const CpuLevel> RunnableCpuLevels() {
  return {kLevels, size_t(DetectCpuLevel()) + 1};
}

}  // namespace octet
