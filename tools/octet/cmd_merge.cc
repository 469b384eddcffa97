// octet merge: joins the .calib files of several shards.
#include "base/error.h"
#include "command.h"
#include "command_line.h"
#include "octet/compiler.h"
#include "output_check.h"
#include "usage.h"

namespace octet::cli {
namespace {

struct MergeArguments {
  std::vector<std::string> inputs;
  std::string output;
};

Status Merge(const MergeArguments& options, Console& console) {
  OCTET_RETURN_IF_ERROR(CheckOutputs({options.output}, options.inputs));
  OCTET_ASSIGN(Calibration all, Calibration::Open(options.inputs[0]));
  for (size_t i = 1; i < options.inputs.size(); ++i) {
    OCTET_ASSIGN(const Calibration next, Calibration::Open(options.inputs[i]));
    const Status merged = all.Merge(next);
    if (!merged.ok()) {
      return Status(merged.code(), options.inputs[i] + ": " + merged.message());
    }
  }
  OCTET_RETURN_IF_ERROR(all.Save(options.output));
  console.result()["samples"] = all.samples();
  console.result()["files"] = options.inputs.size();
  console.Verdict(
      fmt::format("{} files merged, {} samples: {}", options.inputs.size(),
                  all.samples(), options.output),
      "",
      CommandLine("build")
          .Add("MODEL")
          .Add("--ranges", options.output)
          .Add("-o", "model.octet")
          .Text());
  return {};
}

}  // namespace

std::function<Status(Console&)> AddMerge(CLI::App& app) {
  auto options = std::make_shared<MergeArguments>();
  app.add_option("FILE", options->inputs, ".calib files")->required();
  app.add_option("-o,--output", options->output, "the .calib file to write")
      ->group("Output")
      ->check(NotEmpty())
      ->required();
  return [options](Console& console) { return Merge(*options, console); };
}

}  // namespace octet::cli
