#include "calibrate_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octet::cli {
namespace {

using testing::HasSubstr;

TEST(ParseShard, ReadsNumberAndCount) {
  const auto shard = ParseShard("2/7");
  ASSERT_TRUE(shard.ok());
  EXPECT_EQ(shard->shard, 2);
  EXPECT_EQ(shard->shards, 7);
  EXPECT_EQ(ParseShard("1/1")->shards, 1);
  EXPECT_EQ(ParseShard("2147483647/2147483647")->shard, 2147483647);
}

class WrongShard : public testing::TestWithParam<const char*> {};

TEST_P(WrongShard, IsAUsageErrorThatShowsTheForm) {
  const Status status = ParseShard(GetParam()).status();
  EXPECT_EQ(status.code(), Code::kUsage);
  EXPECT_THAT(status.message(),
              HasSubstr("'" + std::string(GetParam()) + "': expected i/N"));
}

INSTANTIATE_TEST_SUITE_P(
    ParseShard, WrongShard,
    testing::Values("", "/", "1", "1/", "/2", "0/2", "3/2", "-1/2", "1/-2",
                    "1/0", " 1/2", "1/2 ", "1/2x", "1/2/3", "+1/2", "1.0/2",
                    "0x1/2", "1/99999999999", "99999999999/99999999999",
                    "1/2147483648", "4294967297/4294967298"));

TEST(CheckCalibrateArguments, KnowsTheMethods) {
  CalibrateArguments arguments;
  for (const char* method : {"mse", "minmax", "percentile:99.9", "entropy",
                             "mean-minmax", "moving-average"}) {
    arguments.method = method;
    EXPECT_TRUE(CheckCalibrateArguments(arguments).ok()) << method;
  }
  arguments.method = "entropie";
  const Status status = CheckCalibrateArguments(arguments);
  EXPECT_EQ(status.code(), Code::kUsage);
  EXPECT_THAT(status.message(), HasSubstr("did you mean 'entropy'"));
}

TEST(CheckCalibrateArguments, RefusesANegativeLimit) {
  CalibrateArguments arguments;
  arguments.limit = -1;
  EXPECT_THAT(CheckCalibrateArguments(arguments).message(),
              HasSubstr("--limit -1"));
}

TEST(CheckCalibrateArguments, RefusesAWrongShard) {
  CalibrateArguments arguments;
  arguments.shard = "3/2";
  EXPECT_EQ(CheckCalibrateArguments(arguments).code(), Code::kUsage);
}

}  // namespace
}  // namespace octet::cli
