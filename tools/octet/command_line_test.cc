#include "command_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace octet::cli {
namespace {

TEST(ShellLine, QuotesOnlyWhatAShellWouldTakeApart) {
  const std::vector<std::string> words = {
      "octet",       "build", "my model.onnx", "--keep",  "head.*=fp32",
      "it's 'here'", "",      "$HOME",         "a;b|c>d", "/tmp/x-1_2.octet"};
  EXPECT_EQ(ShellLine(words),
            "octet build 'my model.onnx' --keep 'head.*=fp32' "
            "'it'\\''s '\\''here'\\''' '' '$HOME' 'a;b|c>d' /tmp/x-1_2.octet");
  EXPECT_EQ(ShellLine({}), "");
}

TEST(CommandLine, LeavesOutWhatWasNotGivenAndQuotesTheRest) {
  CommandLine build("build");
  build.Add("my model.onnx").Add("--calib", "").Add("-v");
  build.Add("--keep", std::vector<std::string>{"head.*=fp32", "x=bf16"});
  build.Add("--shapes", std::vector<std::string>());
  EXPECT_EQ(build.Text(),
            "octet build 'my model.onnx' -v --keep 'head.*=fp32' --keep "
            "x=bf16");
}

TEST(CommandLine, SetsAnOptionOnceWhetherItStandsThereOrNot) {
  CommandLine build("build");
  build.Set("--method", "mse").Add("--limit", "8").Set("--method", "auto");
  EXPECT_EQ(build.Text(), "octet build --method auto --limit 8");
}

}  // namespace
}  // namespace octet::cli
