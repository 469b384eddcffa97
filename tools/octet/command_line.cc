#include "command_line.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace octet::cli {
namespace {

bool IsPlain(char c) {
  constexpr std::string_view kPlain = "-_./=:,@%+";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || kPlain.find(c) != kPlain.npos;
}

std::string Quoted(const std::string& word) {
  if (!word.empty() && std::ranges::all_of(word, IsPlain)) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

std::string ShellLine(std::span<const std::string> words) {
  std::string line;
  for (const std::string& word : words) {
    line += (line.empty() ? "" : " ") + Quoted(word);
  }
  return line;
}

CommandLine::CommandLine(std::string subcommand)
    : words_{"octet", std::move(subcommand)} {}

CommandLine& CommandLine::Add(std::string word) {
  words_.push_back(std::move(word));
  return *this;
}

CommandLine& CommandLine::Add(std::string option, std::string value) {
  if (value.empty()) return *this;
  return Add(std::move(option)).Add(std::move(value));
}

CommandLine& CommandLine::Add(const std::string& option,
                              const std::vector<std::string>& values) {
  for (const std::string& value : values) Add(option, value);
  return *this;
}

CommandLine& CommandLine::Set(const std::string& option, std::string value) {
  const auto found = std::ranges::find(words_, option);
  if (found == words_.end()) return Add(option, std::move(value));
  *std::next(found) = std::move(value);
  return *this;
}

}  // namespace octet::cli
