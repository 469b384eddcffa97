#include "compile/search/tactics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/cpu_name.h"
#include "base/file.h"
#include "engine/testing/test_program.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

class TimingCacheFile : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  const std::string path_ =
      (std::filesystem::temp_directory_path() /
       ("octet-timing-" + std::to_string(getpid()) + ".cache"))
          .string();
};

TEST_F(TimingCacheFile, GivesBackWhatWasWritten) {
  EXPECT_EQ(TimingCache::Read(path_)->size(), 0u);  // not there yet
  TimingCache cache;
  cache.Add("a", {2, 0, 0});
  cache.Add("b", {1, 4, 8});
  ASSERT_TRUE(cache.Write(path_).ok());
  const auto read = TimingCache::Read(path_);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->size(), 2u);
  EXPECT_EQ(*read->Find("a"), (Tactic{2, 0, 0}));
  EXPECT_EQ(*read->Find("b"), (Tactic{1, 4, 8}));
  EXPECT_EQ(read->Find("c"), nullptr);
}

TEST_F(TimingCacheFile, RefusesWhatIsNone) {
  const std::string row = R"({"algorithm":1,"tile_vectors":0,"tile_block":0})";
  const std::string head = R"({"octet timing cache": 1, "tactics": )";
  struct Case {
    std::string text, says;
  };
  const Case cases[] = {
      {"", "no timing cache"},
      {"[]", "no timing cache"},
      {R"({"octet timing cache": 2, "tactics": {}})", "of this version"},
      {R"({"octet timing cache": 1})", "no timing cache"},
      {head + R"({"a": 1}})", "no object"},
      {head + R"({"a": {"algorithm": 1}}})", "'a' does not exist"},
      {head + R"({"a": {"algorithm":3,"tile_vectors":0,"tile_block":0}}})",
       "'a' does not exist"},
      {head + R"({"a": {"algorithm":1,"tile_vectors":5,"tile_block":0}}})",
       "'a' does not exist"},
      {head + R"({"a": {"algorithm":1,"tile_vectors":0,"tile_block":-1}}})",
       "'a' does not exist"},
  };
  for (const Case& c : cases) {
    ASSERT_TRUE(WriteFileAtomically(path_, c.text).ok());
    const auto read = TimingCache::Read(path_);
    EXPECT_EQ(read.status().code(), Code::kBadInput) << c.text;
    EXPECT_THAT(read.status().message(), HasSubstr(c.says)) << c.text;
    EXPECT_THAT(read.status().message(), HasSubstr(path_));
  }
}

Lowered SmallLowered() {
  const engine::TestProgram small = engine::SmallProgram();
  Lowered lowered;
  lowered.program = engine::ProgramT(small.program());
  (void)lowered.constants.Add(small.constants());
  return lowered;
}

engine::ConvU8T& ConvOf(Lowered& lowered) {
  return *lowered.program.profiles[0]->steps[0]->params.AsConvU8();
}

std::string KeyOf(Lowered& lowered) {
  return TacticKey(*lowered.program.profiles[0], ConvOf(lowered), CpuName(),
                   *ChooseCpuLevel());
}

TEST(ChooseTactics, TimesWhatTheCacheLacks) {
  Lowered lowered = SmallLowered();
  TimingCache cache;
  const Status chosen = ChooseTactics(lowered, cache);
  ASSERT_TRUE(chosen.ok()) << chosen.message();
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_NE(cache.Find(KeyOf(lowered)), nullptr);
}

TEST(ChooseTactics, ObeysTheCache) {
  Lowered lowered = SmallLowered();
  TimingCache cache;
  cache.Add(KeyOf(lowered), {1, 3, 2});
  ASSERT_TRUE(ChooseTactics(lowered, cache).ok());
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(ConvOf(lowered).algorithm, 1);
  EXPECT_EQ(ConvOf(lowered).tile_vectors, 3);
  EXPECT_EQ(ConvOf(lowered).tile_block, 2);
}

TEST(TacticKey, TellsMachinesAndStepsApart) {
  Lowered lowered = SmallLowered();
  const engine::ProfileT& profile = *lowered.program.profiles[0];
  engine::ConvU8T& conv = ConvOf(lowered);
  const std::string key = TacticKey(profile, conv, "this CPU", CpuLevel::kAvx2);
  EXPECT_THAT(key, HasSubstr("this CPU | avx2"));
  EXPECT_NE(TacticKey(profile, conv, "that CPU", CpuLevel::kAvx2), key);
  EXPECT_NE(TacticKey(profile, conv, "this CPU", CpuLevel::kScalar), key);
  // Weights and the tactic itself do not count.
  conv.weight += 1;
  conv.algorithm = 2;
  EXPECT_EQ(TacticKey(profile, conv, "this CPU", CpuLevel::kAvx2), key);
  conv.group = 3;
  EXPECT_NE(TacticKey(profile, conv, "this CPU", CpuLevel::kAvx2), key);
}

}  // namespace
}  // namespace octet::compile
