// The octet command: parses, calls, prints.
#include <csignal>
#include <exception>

#include "command.h"
#include "command_line.h"
#include "octet/version.h"
#include "usage.h"

namespace octet::cli {
namespace {

constexpr Command kCommands[] = {
    {"build", "model and samples in, a verified INT8 engine out", AddBuild,
     "  octet build yolov8n.onnx --calib photos --preprocess yolov8 \\\n"
     "      -o yolov8n.octet\n"
     "  octet build net.onnx --calib samples.npy --keep 'head.*=fp32' -o "
     "net.octet\n"
     "  octet build net.onnx --calib photos --max-drop 0.5% --time-budget 5m "
     "\\\n      -o net.octet\n"
     "  octet build net.onnx --ranges net.calib --plan net.plan.json -o "
     "net.octet\n"
     "  octet build net.onnx --calib photos -o net.octet --report net.html\n"
     "  octet build net.onnx --precision fp32 -o float.octet"},
    {"calibrate", "watch a model's values; write a .calib file", AddCalibrate,
     "  octet calibrate net.onnx --data photos --preprocess imagenet -o "
     "net.calib\n"
     "  octet calibrate net.onnx --data photos --preprocess imagenet \\\n"
     "      --shard 1/2 -o 1.calib\n"
     "  octet calibrate net.onnx --data samples.npy --resume -o net.calib"},
    {"doctor", "is this calibration set any good", AddDoctor,
     "  octet doctor net.onnx --data photos --preprocess imagenet\n"
     "  octet doctor net.onnx --data photos --preprocess imagenet \\\n"
     "      --ranges net.calib --eval-data other_photos"},
    {"merge", "join the .calib files of several shards", AddMerge,
     "  octet merge 1.calib 2.calib -o net.calib"},
    {"inspect", "what is in a model, .calib, plan or engine", AddInspect,
     "  octet inspect net.octet\n"
     "  octet inspect net.octet --why conv1 --model net.onnx\n"
     "  octet inspect net.octet --model net.onnx --annotate seen.onnx\n"
     "  octet inspect net.calib --json"},
    {"run", "tensors or images in, tensors out", AddRun,
     "  octet run net.octet --input x=samples.npy -o outputs\n"
     "  octet run net.octet --input photos -o outputs"},
    {"eval", "measure accuracy on labelled data", AddEval,
     "  octet eval net.octet --data folder_of_class_folders\n"
     "  octet eval int8.octet float.octet --data annotations.json --images "
     "photos"},
    {"compare", "layer by layer against float, an engine or tensors",
     AddCompare,
     "  octet compare net.onnx net.octet --data samples.npy --sort own\n"
     "  octet compare net.onnx old.octet new.octet --data samples.npy\n"
     "  octet compare net.onnx --tensors dumped_by_onnxruntime"},
    {"sensitivity", "which values lose accuracy in int8, and how much",
     AddSensitivity,
     "  octet sensitivity net.onnx --calib photos --preprocess yolox\n"
     "  octet sensitivity net.onnx --calib photos --ranges net.calib --top 10 "
     "\\\n      -o net.sensitivity.json --resume"},
    {"bench", "latency, throughput, memory; per layer", AddBench,
     "  octet bench net.octet --layers\n"
     "  octet bench int8.octet float.octet --threads 2 --seconds 5"},
    {"hardware", "what this machine does fast", AddHardware,
     "  octet hardware --json"},
    {"advise", "what to do with this model on this machine", AddAdvise,
     "  octet advise net.onnx --for video --calib photos --preprocess yolov8\n"
     "  octet advise net.onnx --for language --shapes batch=1,sequence=128"},
    {"detect", "objects in pictures: boxes drawn, JSON", AddDetect,
     "  octet detect yolov8n.octet photos -o found --score 0.4"},
    {"check", "gates for CI: size, speed, accuracy", AddCheck,
     "  octet check check.toml --junit check.xml"},
};

void AddManners(CLI::App& app, Console& console) {
  app.add_flag("--json", console.json, "print the result as JSON")
      ->group("Output");
  app.add_flag("--quiet,-q", console.quiet, "print the verdict only")
      ->group("Output");
  app.add_flag("--verbose,-v", console.verbosity, "say more")->group("Output");
}

int Main(int argc, char** argv) {
  // A reader of our output that went away is an error to report, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("octet: ONNX models to fast, accountable INT8 engines");
  app.set_version_flag("--version", std::string("octet ") + kVersion);
  app.footer(
      "octet SUBCOMMAND --help lists its options, with examples.\n\n"
      "Exit codes: 0 done, 1 failed, 2 usage, 3 bad model or data, 4 "
      "unsupported\noperator or hardware, 5 accuracy gate, 6 speed "
      "gate, 7 damaged file.");
  app.require_subcommand(1);
  Console console;
  std::vector<std::string> typed(argv, argv + argc);
  if (!typed.empty()) typed[0] = "octet";
  console.command_line = ShellLine(typed);
  std::function<Status(Console&)> chosen;
  for (const Command& command : kCommands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->footer(std::string("Examples:\n") + command.examples);
    auto action = command.add(*sub);
    AddManners(*sub, console);
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
    const std::vector<std::string> words(argv + 1, argv + argc);
    fmt::print(stderr, "octet: {}\n", UsageMessage(app, words, error.what()));
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
