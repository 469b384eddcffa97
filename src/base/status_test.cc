#include "octet/status.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/error.h"

namespace octet {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return BadInput("{} is odd; use an even number", n);
  return n / 2;
}

Status HalveTwice(int n, int* quarter) {
  OCTET_ASSIGN(const int half, Half(n));
  OCTET_ASSIGN(*quarter, Half(half));
  return {};
}

Status FirstThatFails(const Status& a, const Status& b) {
  OCTET_RETURN_IF_ERROR(a);
  OCTET_RETURN_IF_ERROR(b);
  return {};
}

TEST(Status, IsOkUntilAnErrorIsMade) {
  EXPECT_TRUE(Status().ok());
  EXPECT_EQ(Status().code(), Code::kOk);
  EXPECT_FALSE(Failed("disk").ok());
}

TEST(Status, CarriesTheCodeAndTheFormattedMessage) {
  const Status status = Unsupported("'{}' has {} axes", "x", 9);
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_EQ(status.message(), "'x' has 9 axes");
}

TEST(Status, CodesAreTheExitCodesOfTheCommand) {
  EXPECT_EQ(int(Failed("").code()), 1);
  EXPECT_EQ(int(Usage("").code()), 2);
  EXPECT_EQ(int(BadInput("").code()), 3);
  EXPECT_EQ(int(Unsupported("").code()), 4);
  EXPECT_EQ(int(Code::kAccuracyGate), 5);
  EXPECT_EQ(int(Code::kSpeedGate), 6);
  EXPECT_EQ(int(Damaged("").code()), 7);
}

TEST(Status, ReturnIfErrorGivesTheFirstError) {
  EXPECT_TRUE(FirstThatFails({}, {}).ok());
  EXPECT_EQ(FirstThatFails(Usage("a"), Failed("b")).message(), "a");
  EXPECT_EQ(FirstThatFails({}, Failed("b")).message(), "b");
}

TEST(Result, HoldsAValueOrTheReasonWhyNot) {
  ASSERT_TRUE(Half(4).ok());
  EXPECT_EQ(*Half(4), 2);
  ASSERT_FALSE(Half(5).ok());
  EXPECT_EQ(Half(5).status().message(), "5 is odd; use an even number");
}

TEST(Result, AssignLeavesTheFunctionAtTheFirstError) {
  int quarter = -1;
  EXPECT_TRUE(HalveTwice(8, &quarter).ok());
  EXPECT_EQ(quarter, 2);
  EXPECT_EQ(HalveTwice(6, &quarter).message(), "3 is odd; use an even number");
  EXPECT_EQ(HalveTwice(7, &quarter).message(), "7 is odd; use an even number");
}

TEST(Result, MovesValuesThatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  ASSERT_TRUE(result.ok());
  const std::unique_ptr<int> value = *std::move(result);
  EXPECT_EQ(*value, 7);
}

TEST(ResultDeathTest, UsingTheValueOfAFailureAborts) {
  const Result<int> failed = Half(1);
  EXPECT_DEATH((void)*failed, "");
}

}  // namespace
}  // namespace octet
