// The command as it was typed.
#ifndef OCTET_TOOLS_OCTET_COMMAND_LINE_H_
#define OCTET_TOOLS_OCTET_COMMAND_LINE_H_

#include <span>
#include <string>

namespace octet::cli {

// A line that a POSIX shell reads as these words again: what it would take
// apart or replace stands in single quotes.
std::string ShellLine(std::span<const std::string> words);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_COMMAND_LINE_H_
