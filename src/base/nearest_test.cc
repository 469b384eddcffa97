#include "base/nearest.h"

#include <vector>

#include "gtest/gtest.h"

namespace octet {
namespace {

constexpr std::string_view kNames[] = {"mean", "scale", "pad_value"};

TEST(Nearest, FindsTheNameThatAMistakeResembles) {
  EXPECT_EQ(Nearest("mean", kNames), "mean");
  EXPECT_EQ(Nearest("maen", kNames), "mean");     // two letters swapped
  EXPECT_EQ(Nearest("men", kNames), "mean");      // one missing
  EXPECT_EQ(Nearest("scaale", kNames), "scale");  // one too many
  EXPECT_EQ(Nearest("scqle", kNames), "scale");   // one wrong
  EXPECT_EQ(Nearest("padvalue", kNames), "pad_value");
  EXPECT_EQ(Nearest("Pad_Value", kNames), "pad_value");
}

TEST(Nearest, IsEmptyIfTooMuchIsWrong) {
  EXPECT_EQ(Nearest("brightness", kNames), "");
  EXPECT_EQ(Nearest("xyzzy", kNames), "");
  EXPECT_EQ(Nearest("mean", {}), "");
}

TEST(Nearest, AllowsAThirdOfTheLettersAndTwoAtLeast) {
  constexpr std::string_view kLong[] = {"abcdefghi"};
  EXPECT_EQ(Nearest("abcdefxyz", kLong), "abcdefghi");
  EXPECT_EQ(Nearest("abcdewxyz", kLong), "");
  constexpr std::string_view kShort[] = {"abc"};
  EXPECT_EQ(Nearest("axy", kShort), "abc");
  EXPECT_EQ(Nearest("xyz", kShort), "");
}

TEST(Nearest, OffersNothingThatSharesNoLetter) {
  // Two substitutions are few, yet all there is of the candidate.
  constexpr std::string_view kTiny[] = {"x", "ab"};
  EXPECT_EQ(Nearest("cd", kTiny), "");
  EXPECT_EQ(Nearest("", kTiny), "");
}

TEST(Nearest, PrefersTheCloserAndThenTheFirst) {
  constexpr std::string_view kClose[] = {"conv_10", "conv_11", "conv_1"};
  EXPECT_EQ(Nearest("conv_12", kClose), "conv_10");
  EXPECT_EQ(Nearest("conv_", kClose), "conv_1");
}

TEST(Nearest, TakesNodeNamesAsLongAsNetworksHaveThem) {
  const std::string name = "/model/" + std::string(200, 'm') + "/Conv";
  const std::vector<std::string_view> names = {"/model/Conv", name};
  std::string wrong = name;
  wrong[20] = 'n';
  EXPECT_EQ(Nearest(wrong, names), name);
}

TEST(Nearest, GivesUpOnEndlessNames) {
  const std::string endless(100000, 'x');
  EXPECT_EQ(Nearest(endless, kNames), "");
  const std::vector<std::string_view> names = {endless, "mean"};
  EXPECT_EQ(Nearest("maen", names), "mean");
  EXPECT_EQ(Nearest(endless, names), "");
}

TEST(Suggestion, OffersTheNearestOrLists) {
  EXPECT_EQ(Suggestion("maen", kNames), "; did you mean 'mean'?");
  EXPECT_EQ(Suggestion("brightness", kNames),
            "; known: mean, scale, pad_value");
}

}  // namespace
}  // namespace octet
