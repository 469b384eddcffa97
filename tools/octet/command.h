// A subcommand of `octet`: one row of the table in main.cc, one file.
#ifndef OCTET_TOOLS_OCTET_COMMAND_H_
#define OCTET_TOOLS_OCTET_COMMAND_H_

#include <CLI/App.hpp>
#include <functional>

#include "console.h"
#include "octet/status.h"

namespace octet::cli {

// A larger file is no plan.
inline constexpr size_t kMostPlanBytes = size_t(1) << 28;

// Adds the subcommand's options to `app` and returns what it does once they
// are parsed. The returned function owns the options' values.
using RegisterFn = std::function<Status(Console&)> (*)(CLI::App& app);

struct Command {
  const char* name;
  const char* summary;  // in one line
  RegisterFn add;
  // Command lines worth typing, shown by --help.
  const char* examples;
};

std::function<Status(Console&)> AddBuild(CLI::App& app);
std::function<Status(Console&)> AddCalibrate(CLI::App& app);
std::function<Status(Console&)> AddDoctor(CLI::App& app);
std::function<Status(Console&)> AddMerge(CLI::App& app);
std::function<Status(Console&)> AddInspect(CLI::App& app);
std::function<Status(Console&)> AddRun(CLI::App& app);
std::function<Status(Console&)> AddEval(CLI::App& app);
std::function<Status(Console&)> AddCompare(CLI::App& app);
std::function<Status(Console&)> AddSensitivity(CLI::App& app);
std::function<Status(Console&)> AddBench(CLI::App& app);
std::function<Status(Console&)> AddHardware(CLI::App& app);
std::function<Status(Console&)> AddAdvise(CLI::App& app);
std::function<Status(Console&)> AddDetect(CLI::App& app);
std::function<Status(Console&)> AddCheck(CLI::App& app);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_COMMAND_H_
