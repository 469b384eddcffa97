#include "engine/testing/broken_step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/validate.h"

namespace octet::engine {

void ExpectRefused(std::span<const BrokenStep> table) {
  for (const BrokenStep& broken : table) {
    TestProgram p = EveryStep();
    broken.breaks(p);
    const Status status = Validate(p.program(), p.constants().size());
    EXPECT_EQ(status.code(), Code::kBadInput) << broken.what;
    EXPECT_THAT(status.message(), testing::HasSubstr(broken.message))
        << broken.what;
    EXPECT_THAT(status.message(), testing::HasSubstr("step '")) << broken.what;
  }
}

int Named(TestProgram& p, const std::string& name) {
  for (size_t i = 0; i < p.profile().values.size(); ++i) {
    if (p.value(int(i)).name == name) return int(i);
  }
  return -1;
}

EpilogueT& EpilogueOf(TestProgram& p) { return *ParamsOf<ConvU8T>(p).epilogue; }

}  // namespace octet::engine
