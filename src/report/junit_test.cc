#include "report/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octet::report {
namespace {

using testing::HasSubstr;
using testing::Not;

using Outcome = JUnitCase::Outcome;

TEST(ToJUnit, CountsFailuresAndErrorsAndKeepsTheOrder) {
  const std::string xml = ToJUnit(
      "octet check", "check.toml",
      {{"loads", Outcome::kPassed, "", "", ""},
       {"faster", Outcome::kFailed, "speed", "too slow", "1.2x, wanted 2x"},
       {"agrees", Outcome::kError, "data", "no samples", ""}});
  EXPECT_EQ(xml, R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="octet check" tests="3" failures="1" errors="1">
  <testsuite name="octet check" tests="3" failures="1" errors="1">
    <testcase classname="check.toml" name="loads">
    </testcase>
    <testcase classname="check.toml" name="faster">
      <failure type="speed" message="too slow">1.2x, wanted 2x</failure>
    </testcase>
    <testcase classname="check.toml" name="agrees">
      <error type="data" message="no samples"></error>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(ToJUnit, EscapesWhatXmlCannotHold) {
  const std::string xml = ToJUnit(
      "s", "g<\"&>", {{"n\n\x01", Outcome::kPassed, "", "", "a<b>\xc3\xa4"}});
  EXPECT_THAT(xml, HasSubstr("classname=\"g&lt;&quot;&amp;&gt;\""));
  EXPECT_THAT(xml, HasSubstr("name=\"n&#10;?\""));
  EXPECT_THAT(xml, HasSubstr("<system-out>a&lt;b&gt;\xc3\xa4</system-out>"));
  EXPECT_THAT(xml, Not(HasSubstr("\x01")));
}

TEST(ToJUnit, WritesASuiteWithoutCases) {
  EXPECT_THAT(ToJUnit("s", "g", {}), HasSubstr("tests=\"0\""));
}

}  // namespace
}  // namespace octet::report
