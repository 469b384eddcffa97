#include "kernels/peak/peak.h"

#include <gtest/gtest.h>

#include "base/cpu.h"

namespace octet::kernels {
namespace {

TEST(Peak, IsPositiveWhereThereIsAnInstructionToMeasure) {
  for (CpuLevel level : RunnableCpuLevels()) {
    EXPECT_EQ(PeakMacsU8(level) > 0, level != CpuLevel::kScalar);
    EXPECT_EQ(PeakMacsF32(level) > 0, level != CpuLevel::kScalar);
    EXPECT_EQ(PeakMacsBf16(level) > 0, level == CpuLevel::kAvx512Bf16);
  }
}

}  // namespace
}  // namespace octet::kernels
