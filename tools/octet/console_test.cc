#include "console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace octet::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Printed {
  std::string out, err;
};

// What a command prints that does `work`; neither is a terminal.
Printed Capture(Console& console, const std::function<void()>& work) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  work();
  console.Finish();
  return {testing::internal::GetCapturedStdout(),
          testing::internal::GetCapturedStderr()};
}

// A command that says everything that can be said.
Printed SayAll(Console& console) {
  return Capture(console, [&] {
    console.Print("a {}", "line");
    console.Note("a note");
    console.Warn("a {}", "warning");
    console.result()["value"] = 7;
    console.Verdict("good", "it is", "octet next");
  });
}

TEST(Console, EndsWithVerdictReasonAndNextCommand) {
  Console console;
  const Printed printed = SayAll(console);
  EXPECT_EQ(printed.out,
            "a line\n\nverdict: good\nbecause: it is\nnext:    octet next\n");
  EXPECT_EQ(printed.err, "warning: a warning\n");
}

TEST(Console, LeavesOutAReasonAndANextCommandThatThereAreNot) {
  Console console;
  const Printed printed =
      Capture(console, [&] { console.Verdict("good", "", ""); });
  EXPECT_EQ(printed.out, "\nverdict: good\n");
  EXPECT_FALSE(console.result().contains("reason"));
  EXPECT_FALSE(console.result().contains("next"));
}

TEST(Console, PrintsTheVerdictOnlyWhenQuiet) {
  Console console;
  console.quiet = true;
  const Printed printed = SayAll(console);
  EXPECT_EQ(printed.out, "good\n");
  EXPECT_THAT(printed.err, HasSubstr("a warning"));
}

TEST(Console, SaysRemarksWhenVerbose) {
  Console console;
  console.verbosity = 1;
  EXPECT_THAT(SayAll(console).err, HasSubstr("a note\n"));
}

TEST(Console, PrintsOneObjectAndNothingElseAsJson) {
  Console console;
  console.json = true;
  const nlohmann::json result = nlohmann::json::parse(SayAll(console).out);
  EXPECT_EQ(result["value"], 7);
  EXPECT_EQ(result["verdict"], "good");
  EXPECT_EQ(result["reason"], "it is");
  EXPECT_EQ(result["next"], "octet next");
}

TEST(Console, ReplacesNamesThatAreNotUtf8InJson) {
  Console console;
  console.json = true;
  const Printed printed =
      Capture(console, [&] { console.result()["name"] = "caf\xe9"; });
  EXPECT_EQ(nlohmann::json::parse(printed.out)["name"], "caf\xef\xbf\xbd");
}

TEST(Progress, SaysThatAJobIsOverEvenWhereThereIsNoTerminal) {
  Console console;
  const Printed printed = Capture(console, [&] {
    for (int i = 1; i <= 100; ++i) console.Progress("working", i, 100);
  });
  EXPECT_THAT(printed.err,
              AllOf(HasSubstr("working"), HasSubstr("100/100"),
                    Not(HasSubstr("\r")), Not(HasSubstr("1/100 "))));
  EXPECT_EQ(printed.out, "");
}

TEST(Progress, HasNoPaceWhereOneCallIsAll) {
  Console console;
  const Printed printed =
      Capture(console, [&] { console.Progress("at once", 4, 4); });
  EXPECT_THAT(printed.err, AllOf(HasSubstr("4/4"), Not(HasSubstr("/s"))));
}

TEST(Progress, IsNotShownWhenQuietOrAsJson) {
  for (const bool json : {false, true}) {
    Console console;
    (json ? console.json : console.quiet) = true;
    EXPECT_EQ(Capture(console, [&] { console.Progress("x", 1, 1); }).err, "");
  }
}

TEST(Progress, OfNothingIsNoDivisionByZero) {
  Console console;
  const Printed printed =
      Capture(console, [&] { console.Progress("empty", 0, 0); });
  EXPECT_THAT(printed.err, AllOf(HasSubstr("0/0"), Not(HasSubstr("nan"))));
}

TEST(Bytes, ChoosesTheLargestUnitThatFits) {
  EXPECT_EQ(Bytes(0), "0 B");
  EXPECT_EQ(Bytes(1023), "1023 B");
  EXPECT_EQ(Bytes(1024), "1.0 KiB");
  EXPECT_EQ(Bytes(1536), "1.5 KiB");
  EXPECT_EQ(Bytes(3.25 * 1024 * 1024), "3.2 MiB");
  EXPECT_EQ(Bytes(1024.0 * 1024 * 1024), "1.0 GiB");
  EXPECT_EQ(Bytes(5000.0 * 1024 * 1024 * 1024), "5000.0 GiB");
}

TEST(SessionUse, SaysWhatIsNeededAtOneTimeWhereTheEngineDoes) {
  MemoryUse memory;
  memory.arena_bytes = 3072;
  memory.scratch_bytes = 1024;
  EXPECT_EQ(SessionUse(memory),
            "4.0 KiB (arena 3.0 KiB, scratch beyond it 1.0 KiB)");
  memory.live_bytes = 2048;
  EXPECT_EQ(SessionUse(memory),
            "4.0 KiB (arena 3.0 KiB, scratch beyond it 1.0 KiB; +100.0 % over "
            "the 2.0 KiB needed at one time)");
}

}  // namespace
}  // namespace octet::cli
