// The octet command: parses, calls, prints.
#include <csignal>
#include <exception>

#include "command.h"
#include "octet/version.h"

namespace octet::cli {
namespace {

constexpr Command kCommands[] = {
    {"build", "model and samples in, a verified INT8 engine out", AddBuild},
    {"calibrate", "watch a model's values; write a .calib file", AddCalibrate},
    {"merge", "join the .calib files of several shards", AddMerge},
    {"inspect", "what is in a model, .calib, plan or engine", AddInspect},
    {"run", "tensors or images in, tensors out", AddRun},
    {"eval", "measure accuracy on labelled data", AddEval},
    {"compare", "layer by layer against the float model", AddCompare},
    {"bench", "latency, throughput, memory; per layer", AddBench},
    {"hardware", "what this machine does fast", AddHardware},
    {"detect", "objects in pictures: boxes drawn, JSON", AddDetect},
};

void AddManners(CLI::App& app, Console& console) {
  app.add_flag("--json", console.json, "print the result as JSON")
      ->group("Output");
  app.add_flag("--quiet,-q", console.quiet, "print the verdict only")
      ->group("Output");
  app.add_flag("--verbose,-v", console.verbosity, "say more")->group("Output");
}

// The command whose name is nearest to a mistyped one.
std::string DidYouMean(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return "";
  const std::string typed = argv[1];
  for (const Command& command : kCommands) {
    if (typed == command.name) return "";
  }
  for (const Command& command : kCommands) {
    const std::string name = command.name;
    if (name.compare(0, 3, typed, 0, 3) == 0) {
      return fmt::format("; did you mean '{}'?", name);
    }
  }
  return "";
}

int Main(int argc, char** argv) {
  // A reader of our output that went away is an error to report, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("octet: ONNX models to fast, accountable INT8 engines");
  app.set_version_flag("--version", std::string("octet ") + kVersion);
  app.require_subcommand(1);
  Console console;
  std::function<Status(Console&)> chosen;
  for (const Command& command : kCommands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    AddManners(*sub, console);
    auto action = command.add(*sub);
    sub->callback([&chosen, action] { chosen = action; });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::CallForAllHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "octet: {}{}\n  octet --help lists what there is\n",
               error.what(), DidYouMean(argc, argv));
    return int(Code::kUsage);
  }
  const Status status = chosen(console);
  if (!status.ok()) {
    fmt::print(stderr, "octet: {}\n", status.message());
    if (console.json) {
      console.result()["error"] = status.message();
      console.result()["exit_code"] = int(status.code());
    }
  }
  console.Finish();
  return int(status.code());
}

}  // namespace
}  // namespace octet::cli

int main(int argc, char** argv) {
  try {
    return octet::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "octet: {}\n", error.what());
    return int(octet::Code::kFailed);
  }
}
