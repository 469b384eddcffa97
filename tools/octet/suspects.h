// What costs an engine its accuracy, as `compare`, `build` and `check` say it.
#ifndef OCTET_TOOLS_OCTET_SUSPECTS_H_
#define OCTET_TOOLS_OCTET_SUSPECTS_H_

#include <string>
#include <vector>

#include "command_line.h"
#include "console.h"
#include "octet/compiler.h"

namespace octet::cli {

// Prints one line for each, with cause and remedy, and fills result()
// ["suspects"].
void ReportSuspects(const std::vector<Suspect>& suspects, Console& console);

// The first one in half a line; empty if there is none.
std::string WorstInWords(const std::vector<Suspect>& suspects);

// The command that does without the worst one; empty if there is none.
//   build: the engine's, without its output.
std::string RepairCommand(const std::vector<Suspect>& suspects,
                          CommandLine build);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_SUSPECTS_H_
