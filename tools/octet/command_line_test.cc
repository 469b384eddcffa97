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

}  // namespace
}  // namespace octet::cli
