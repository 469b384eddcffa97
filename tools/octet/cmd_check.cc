// octet check: the gates of a TOML file, for CI.
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "calibrate_options.h"
#include "check_config.h"
#include "checked_engine.h"
#include "command.h"
#include "gates.h"
#include "output_check.h"
#include "report/junit.h"
#include "suspects.h"
#include "vision/document.h"

namespace octet::cli {
namespace {

struct GateArguments {
  std::string config, junit;
};

const char* Word(GateOutcome outcome) {
  switch (outcome) {
    case GateOutcome::kPassed:
      return "passed";
    case GateOutcome::kFailed:
      return "FAILED";
    case GateOutcome::kNotMeasured:
      break;
  }
  return "ERROR";
}

void ReportGates(const std::vector<GateResult>& gates, Console& console) {
  nlohmann::json rows = nlohmann::json::array();
  for (const GateResult& gate : gates) {
    console.Print("  {:<6}  {:<40} {}", Word(gate.outcome), gate.name,
                  gate.found);
    rows.push_back({{"check", Name(gate.kind)},
                    {"name", gate.name},
                    {"passed", gate.outcome == GateOutcome::kPassed},
                    {"measured", gate.outcome != GateOutcome::kNotMeasured},
                    {"found", gate.found},
                    {"numbers", gate.measured},
                    {"code", int(gate.code)}});
  }
  console.result()["gates"] = rows;
}

using Outcome = report::JUnitCase::Outcome;

std::string JUnitOf(const std::string& config,
                    const std::vector<report::JUnitCase>& cases) {
  return report::ToJUnit(
      "octet check", std::filesystem::path(config).filename().string(), cases);
}

std::string JUnitOf(const std::string& config,
                    const std::vector<GateResult>& gates) {
  std::vector<report::JUnitCase> cases;
  for (size_t i = 0; i < gates.size(); ++i) {
    const GateResult& gate = gates[i];
    report::JUnitCase& row = cases.emplace_back();
    row.name = fmt::format("{} {}: {}", i + 1, Name(gate.kind), gate.name);
    row.outcome = gate.outcome == GateOutcome::kPassed   ? Outcome::kPassed
                  : gate.outcome == GateOutcome::kFailed ? Outcome::kFailed
                                                         : Outcome::kError;
    row.type = Name(gate.kind);
    row.message = fmt::format("wanted {}, found {}", gate.name, gate.found);
    row.details = gate.found;
  }
  return JUnitOf(config, cases);
}

Result<CheckConfig> ReadConfig(const std::string& path) {
  OCTET_ASSIGN(const std::string text,
               ReadTextFile(path, vision::kMaxConfigBytes));
  return ParseCheckConfig(text, path,
                          std::filesystem::path(path).parent_path().string());
}

// A server that reads the results only has to see that nothing was checked.
Status WriteFault(const GateArguments& options, const Status& fault) {
  if (options.junit.empty()) return {};
  const report::JUnitCase row = {.name = "configuration",
                                 .outcome = Outcome::kError,
                                 .type = "configuration",
                                 .message = fault.message(),
                                 .details = fault.message()};
  return WriteFileAtomically(
      options.junit,
      JUnitOf(options.config, std::vector<report::JUnitCase>{row}));
}

// The build that [build] asks for.
CommandLine BuildOf(const CheckConfig& config) {
  CommandLine build("build");
  ModelOf(config).Repeat(build);
  CalibrateArguments arguments;
  arguments.data = config.calib;
  arguments.preprocess = config.preprocess;
  arguments.method = config.method;
  arguments.limit = config.limit;
  arguments.RepeatForBuild(build, config.ranges);
  return build.Add("--keep", config.keep);
}

Status Check(const GateArguments& options, Console& console) {
  OCTET_RETURN_IF_ERROR(CheckOutputs({options.junit}, {options.config}));
  const Result<CheckConfig> read = ReadConfig(options.config);
  if (!read.ok()) {
    OCTET_RETURN_IF_ERROR(WriteFault(options, read.status()));
    return read.status();
  }
  const CheckConfig& config = *read;
  OCTET_RETURN_IF_ERROR(CheckOutputs(
      {options.junit},
      {config.engine, config.calib, config.ranges, config.preprocess,
       config.data, config.labels, config.images},
      config.model));
  const CheckResult result = RunGates(config, console);
  ReportGates(result.gates, console);
  if (!result.suspects.empty()) ReportSuspects(result.suspects, console);
  if (!options.junit.empty()) {
    OCTET_RETURN_IF_ERROR(WriteFileAtomically(
        options.junit, JUnitOf(options.config, result.gates)));
  }
  std::string failed;
  size_t passed = 0;
  for (const GateResult& gate : result.gates) {
    if (gate.outcome == GateOutcome::kPassed) {
      ++passed;
    } else {
      failed += fmt::format("{}{} ({})", failed.empty() ? "" : "; ", gate.name,
                            gate.found);
    }
  }
  console.Verdict(
      fmt::format("{} of {} gates hold", passed, result.gates.size()), failed,
      RepairCommand(result.suspects, BuildOf(config)));
  if (failed.empty()) return {};
  return Status(
      ExitCode(result.gates),
      fmt::format("{}: {} of {} gates do not hold: {}", options.config,
                  result.gates.size() - passed, result.gates.size(), failed));
}

}  // namespace

std::function<Status(Console&)> AddCheck(CLI::App& app) {
  auto options = std::make_shared<GateArguments>();
  app.add_option("CONFIG", options->config, "gates, as TOML")->required();
  app.add_option("--junit", options->junit,
                 "also write the results as JUnit XML");
  return [options](Console& console) { return Check(*options, console); };
}

}  // namespace octet::cli
