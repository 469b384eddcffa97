#include "kernels/peak/peak.h"

#include <gtest/gtest.h>

#include "base/cpu.h"

namespace octet::kernels {
namespace {

TEST(Peak, IsPositiveWhereThereIsAnInstructionToMeasure) {
  for (CpuLevel level : RunnableCpuLevels()) {
    EXPECT_EQ(PeakMacsU8(level) > 0, level != CpuLevel::kScalar);
    EXPECT_EQ(PeakMacsF32(level) > 0, level != CpuLevel::kScalar);
  }
}

}  // namespace
}  // namespace octet::kernels
