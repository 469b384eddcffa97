// What a command line that cannot be understood is answered with.
#ifndef OCTET_TOOLS_OCTET_USAGE_H_
#define OCTET_TOOLS_OCTET_USAGE_H_

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace octet::cli {

// What is wrong, with "did you mean" for a mistyped subcommand or flag, and
// where to read on.
//   app:   with its subcommands and their options
//   words: what was typed after the command's name
//   error: what parsing says of it
std::string UsageMessage(const CLI::App& app,
                         const std::vector<std::string>& words,
                         const std::string& error);

// A check that a value is one of a few words, with "did you mean".
CLI::Validator OneOf(std::vector<std::string> words);

// A check that a name is not empty.
CLI::Validator NotEmpty();

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_USAGE_H_
