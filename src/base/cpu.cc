#include "base/cpu.h"

#include <cpuid.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/error.h"

namespace octet {
namespace {

constexpr CpuLevel kLevels[] = {CpuLevel::kScalar, CpuLevel::kAvx2,
                                CpuLevel::kAvxVnni, CpuLevel::kAvx512Vnni,
                                CpuLevel::kAvx512Bf16};
constexpr std::string_view kLevelNames[] = {"scalar", "avx2", "avxvnni",
                                            "avx512vnni", "avx512bf16"};

// clang++ does not know the name "f16c" in __builtin_cpu_supports.
bool HasF16c() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

bool HasAvx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         HasF16c();
}

// g++ 12 does not know the name "avxvnni" there. The system saves the same
// registers as for AVX2. Source: Intel's Software Developer's Manual, CPUID.
bool HasAvxVnni() {
  constexpr unsigned kExtended = 7, kSecondLeaf = 1, kAvxVnniBit = 1U << 4;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return HasAvx2() &&
         __get_cpuid_count(kExtended, kSecondLeaf, &eax, &ebx, &ecx, &edx) !=
             0 &&
         (eax & kAvxVnniBit) != 0;
}

bool HasAvx512Vnni() {
  return HasAvx2() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("avx512vnni");
}

bool Has(CpuLevel level) {
  switch (level) {
    case CpuLevel::kScalar:
      return true;
    case CpuLevel::kAvx2:
      return HasAvx2();
    case CpuLevel::kAvxVnni:
      return HasAvxVnni();
    case CpuLevel::kAvx512Vnni:
      return HasAvx512Vnni();
    case CpuLevel::kAvx512Bf16:
      return HasAvx512Vnni() && __builtin_cpu_supports("avx512bf16");
  }
  return false;
}

}  // namespace

std::string_view Name(CpuLevel level) { return kLevelNames[size_t(level)]; }

CpuLevel DetectCpuLevel() { return RunnableCpuLevels().back(); }

Result<CpuLevel> ChooseCpuLevel() {
  const char* asked = std::getenv("OCTET_CPU");
  if (asked == nullptr || *asked == '\0') return DetectCpuLevel();
  return ChooseCpuLevel(asked);
}

Result<CpuLevel> ChooseCpuLevel(std::string_view name) {
  for (CpuLevel level : kLevels) {
    if (Name(level) != name) continue;
    if (!IsRunnable(level)) {
      return Unsupported(
          "CPU level {} (OCTET_CPU): this machine has no such instructions, "
          "its best is {}; leave it unset",
          name, Name(DetectCpuLevel()));
    }
    return level;
  }
  return Usage(
      "CPU level '{}' (OCTET_CPU): no such level; use scalar, avx2, avxvnni, "
      "avx512vnni or avx512bf16",
      name);
}

std::span<const CpuLevel> RunnableCpuLevels() {
  static const std::vector<CpuLevel> levels = [] {
    std::vector<CpuLevel> found;
    std::ranges::copy_if(kLevels, std::back_inserter(found), Has);
    return found;
  }();
  return levels;
}

bool IsRunnable(CpuLevel level) {
  return std::ranges::find(RunnableCpuLevels(), level) !=
         RunnableCpuLevels().end();
}

}  // namespace octet
