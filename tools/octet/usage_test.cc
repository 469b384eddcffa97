#include "usage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octet::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

// A command with the subcommands build and bench.
class UsageTest : public testing::Test {
 protected:
  UsageTest() : app_("octet") {
    app_.add_flag("--version", version_, "");
    CLI::App* build = app_.add_subcommand("build", "");
    build->add_option("-o,--output,--saveEngine", output_, "")->required();
    build->add_option("--keep", keep_, "");
    app_.add_subcommand("bench", "")->add_option("--score", score_, "");
  }

  // What the words are answered with; they must be wrong.
  std::string Answer(Words words) {
    Words reversed(words.rbegin(), words.rend());
    try {
      app_.parse(reversed);
    } catch (const CLI::ParseError& error) {
      return UsageMessage(app_, words, error.what());
    }
    ADD_FAILURE() << "was understood";
    return "";
  }

  CLI::App app_;
  bool version_ = false;
  std::string output_, keep_;
  double score_ = 0;
};

TEST_F(UsageTest, OffersTheNearestSubcommand) {
  EXPECT_THAT(UsageMessage(app_, {"buidl"}, "x"),
              AllOf(HasSubstr("no subcommand 'buidl'"),
                    HasSubstr("did you mean 'build'?")));
}

TEST_F(UsageTest, OffersNoSubcommandWhereNoneIsNear) {
  EXPECT_THAT(UsageMessage(app_, {"quantize"}, "x"),
              AllOf(HasSubstr("no subcommand 'quantize'"),
                    Not(HasSubstr("did you mean")), HasSubstr("--help")));
}

TEST_F(UsageTest, SaysWhereSubcommandsAreListedIfNoneIsGiven) {
  EXPECT_THAT(UsageMessage(app_, {}, "x"),
              AllOf(HasSubstr("no subcommand given"), HasSubstr("--help")));
}

struct Mistyped {
  Words words;
  const char* flag;
  const char* meant;  // nullptr: nothing is near
};

class MistypedFlag : public UsageTest,
                     public testing::WithParamInterface<Mistyped> {};

TEST_P(MistypedFlag, IsNamedWithTheNearest) {
  const Mistyped& typed = GetParam();
  const std::string answer = Answer(typed.words);
  EXPECT_THAT(answer, HasSubstr("octet build has no option " +
                                std::string(typed.flag)));
  if (typed.meant == nullptr) {
    EXPECT_THAT(answer, Not(HasSubstr("did you mean")));
  } else {
    EXPECT_THAT(answer, HasSubstr("did you mean '" + std::string(typed.meant)));
  }
  EXPECT_THAT(answer, HasSubstr("octet build --help"));
}

INSTANTIATE_TEST_SUITE_P(
    UsageTest, MistypedFlag,
    testing::Values(
        Mistyped{{"build", "--kep", "a"}, "--kep", "--keep"},
        Mistyped{{"build", "-o", "e", "--kepe=a"}, "--kepe", "--keep"},
        // A required option is missing too; the typing error explains it.
        Mistyped{{"build", "--outptu", "e"}, "--outptu", "--output"},
        Mistyped{{"build", "--saveengine=e"}, "--saveengine", "--saveEngine"},
        Mistyped{{"build", "-o", "e", "--frobnicate"}, "--frobnicate", nullptr},
        Mistyped{{"build", "-o", "e", "-q"}, "-q", nullptr},
        Mistyped{{"build", "-x"}, "-x", nullptr}));

TEST_F(UsageTest, SaysWhatParsingSaysIfAllFlagsAreKnown) {
  EXPECT_THAT(Answer({"build"}),
              AllOf(HasSubstr("--output"), HasSubstr("octet build --help")));
}

TEST_F(UsageTest, TakesANegativeNumberForAValue) {
  EXPECT_THAT(Answer({"bench", "--score", "-1x"}),
              AllOf(HasSubstr("--score"), Not(HasSubstr("no option"))));
}

TEST_F(UsageTest, KnowsTheFlagsOfTheCommandItself) {
  EXPECT_THAT(Answer({"--versoin"}),
              AllOf(HasSubstr("octet has no option --versoin"),
                    HasSubstr("did you mean '--version'")));
}

TEST(OneOf, AcceptsItsWordsAndOffersTheNearest) {
  const CLI::Validator check = OneOf({"int8", "fp32"});
  std::string right = "fp32", wrong = "fp23", far = "posit";
  EXPECT_EQ(check(right), "");
  EXPECT_THAT(check(wrong), HasSubstr("did you mean 'fp32'?"));
  EXPECT_THAT(check(far), HasSubstr("known: int8, fp32"));
}

}  // namespace
}  // namespace octet::cli
