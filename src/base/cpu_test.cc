#include "base/cpu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

namespace octet {
namespace {

// Sets OCTET_CPU for one test.
class Environment : public testing::Test {
 protected:
  void SetUp() override {
    const char* before = std::getenv("OCTET_CPU");
    if (before != nullptr) before_ = before;
  }
  void TearDown() override {
    if (before_) {
      setenv("OCTET_CPU", before_->c_str(), 1);
    } else {
      unsetenv("OCTET_CPU");
    }
  }

 private:
  std::optional<std::string> before_;
};

using ChooseCpuLevelTest = Environment;

TEST(RunnableCpuLevels, StartWithScalarAndEndWithTheBest) {
  const auto levels = RunnableCpuLevels();
  ASSERT_FALSE(levels.empty());
  EXPECT_EQ(levels.front(), CpuLevel::kScalar);
  EXPECT_EQ(levels.back(), DetectCpuLevel());
  EXPECT_TRUE(std::ranges::is_sorted(levels));
  for (const CpuLevel level : levels) EXPECT_TRUE(IsRunnable(level));
}

TEST(CpuLevel, HasOneNameEach) {
  EXPECT_EQ(Name(CpuLevel::kScalar), "scalar");
  EXPECT_EQ(Name(CpuLevel::kAvx2), "avx2");
  EXPECT_EQ(Name(CpuLevel::kAvxVnni), "avxvnni");
  EXPECT_EQ(Name(CpuLevel::kAvx512Vnni), "avx512vnni");
  EXPECT_EQ(Name(CpuLevel::kAvx512Bf16), "avx512bf16");
}

TEST_F(ChooseCpuLevelTest, TakesTheBestWhenNothingIsAsked) {
  unsetenv("OCTET_CPU");
  EXPECT_EQ(*ChooseCpuLevel(), DetectCpuLevel());
  setenv("OCTET_CPU", "", 1);
  EXPECT_EQ(*ChooseCpuLevel(), DetectCpuLevel());
}

TEST_F(ChooseCpuLevelTest, ObeysTheEnvironment) {
  setenv("OCTET_CPU", "scalar", 1);
  EXPECT_EQ(*ChooseCpuLevel(), CpuLevel::kScalar);
}

TEST_F(ChooseCpuLevelTest, RefusesANameThatIsNoLevel) {
  setenv("OCTET_CPU", "sse9", 1);
  const auto level = ChooseCpuLevel();
  EXPECT_EQ(level.status().code(), Code::kUsage);
  EXPECT_NE(level.status().message().find("sse9"), std::string::npos);
}

TEST_F(ChooseCpuLevelTest, RefusesALevelThatThisMachineHasNot) {
  for (const CpuLevel level : {CpuLevel::kAvx2, CpuLevel::kAvxVnni,
                               CpuLevel::kAvx512Vnni, CpuLevel::kAvx512Bf16}) {
    if (IsRunnable(level)) continue;
    EXPECT_EQ(ChooseCpuLevel(Name(level)).status().code(), Code::kUnsupported);
  }
}

TEST(ChooseCpuLevel, TakesEveryRunnableLevelByName) {
  for (CpuLevel level : RunnableCpuLevels()) {
    EXPECT_EQ(*ChooseCpuLevel(Name(level)), level);
  }
}

}  // namespace
}  // namespace octet
