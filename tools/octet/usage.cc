#include "usage.h"

#include <fmt/core.h>

// Other files include App.hpp only: what these two define is long, and g++
// would write it into every object.
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cctype>

#include "base/nearest.h"

namespace octet::cli {
namespace {

std::vector<std::string_view> Views(const std::vector<std::string>& words) {
  return {words.begin(), words.end()};
}

std::vector<std::string> SubcommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) {
    names.push_back(sub->get_name());
  }
  return names;
}

std::vector<std::string> FlagNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
    for (const std::string& name : option->get_snames()) {
      names.push_back("-" + name);
    }
  }
  return names;
}

// The flag of a word like "--keep=a" or "-o"; empty for a value, a negative
// number among them.
std::string FlagOf(const std::string& word) {
  if (word.size() < 2 || word[0] != '-' || word == "--") return "";
  if (word[1] != '-') {
    const bool letter = std::isalpha(static_cast<unsigned char>(word[1])) != 0;
    return letter ? word.substr(0, 2) : "";
  }
  return word.substr(0, word.find('='));
}

// A flag that a subcommand does not have; empty if it has all.
std::string UnknownFlag(const std::vector<std::string>& words, size_t from,
                        const std::vector<std::string>& known) {
  for (size_t i = from; i < words.size() && words[i] != "--"; ++i) {
    const std::string flag = FlagOf(words[i]);
    if (!flag.empty() && std::ranges::find(known, flag) == known.end()) {
      return flag;
    }
  }
  return "";
}

// "; did you mean '--keep'?": only what is near, for --help lists them all. One
// letter is near every other.
std::string DidYouMean(std::string_view typed,
                       const std::vector<std::string>& known) {
  if (typed.size() <= 2) return "";
  const std::string_view near = Nearest(typed, Views(known));
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

}  // namespace

std::string UsageMessage(const CLI::App& app,
                         const std::vector<std::string>& words,
                         const std::string& error) {
  const std::vector<std::string> names = SubcommandNames(app);
  if (words.empty()) {
    return "no subcommand given\n  octet --help lists them";
  }
  const bool flag_first = !FlagOf(words[0]).empty();
  const bool known = std::ranges::find(names, words[0]) != names.end();
  if (!flag_first && !known) {
    return fmt::format("no subcommand '{}'{}\n  octet --help lists them",
                       words[0], DidYouMean(words[0], names));
  }
  const CLI::App* sub = known ? app.get_subcommand(words[0]) : &app;
  const std::string help =
      known ? fmt::format("\n  octet {} --help lists its options", words[0])
            : "\n  octet --help lists what there is";
  const std::vector<std::string> flags = FlagNames(*sub);
  const std::string unknown = UnknownFlag(words, known ? 1 : 0, flags);
  if (unknown.empty()) return error + help;
  return fmt::format("{} has no option {}{}{}",
                     known ? "octet " + words[0] : "octet", unknown,
                     DidYouMean(unknown, flags), help);
}

CLI::Validator OneOf(std::vector<std::string> words) {
  std::string list;
  for (const std::string& word : words) {
    list += (list.empty() ? "" : ", ") + word;
  }
  const auto check = [words](const std::string& value) -> std::string {
    if (std::ranges::find(words, value) != words.end()) return "";
    return fmt::format("'{}'{}", value, Suggestion(value, Views(words)));
  };
  return CLI::Validator(check, "{" + list + "}");
}

CLI::Validator NotEmpty() {
  return CLI::Validator(
      [](const std::string& value) -> std::string {
        return value.empty() ? "is empty; expected a name" : "";
      },
      "");
}

}  // namespace octet::cli
