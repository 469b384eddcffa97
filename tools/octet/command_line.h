// Command lines: the one that was typed, and those that are proposed.
#ifndef OCTET_TOOLS_OCTET_COMMAND_LINE_H_
#define OCTET_TOOLS_OCTET_COMMAND_LINE_H_

#include <span>
#include <string>
#include <vector>

namespace octet::cli {

// A line that a POSIX shell reads as these words again: what it would take
// apart or replace stands in single quotes.
std::string ShellLine(std::span<const std::string> words);

// A command of octet that is worth typing next. What its user has given before
// is repeated, so that it does the same to the same; a word in capitals stands
// for what octet cannot know.
class CommandLine {
 public:
  explicit CommandLine(std::string subcommand);

  CommandLine& Add(std::string word);
  // An option and its value; nothing where the value is empty.
  CommandLine& Add(std::string option, std::string value);
  // An option that is given once for each value.
  CommandLine& Add(const std::string& option,
                   const std::vector<std::string>& values);
  // An option that may stand there already: its value is replaced.
  CommandLine& Set(const std::string& option, std::string value);

  std::string Text() const { return ShellLine(words_); }

 private:
  std::vector<std::string> words_;
};

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_COMMAND_LINE_H_
