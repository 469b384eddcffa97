// Runs the gates of a check, in order; one that fails does not end it.
#ifndef OCTET_TOOLS_OCTET_GATES_H_
#define OCTET_TOOLS_OCTET_GATES_H_

#include <string>
#include <vector>

#include "check_config.h"
#include "console.h"
#include "octet/compiler.h"

namespace octet::cli {

enum class GateOutcome : uint8_t { kPassed, kFailed, kNotMeasured };

struct GateResult {
  std::string name;  // "smaller than 0.5 of fp32"
  GateKind kind = GateKind::kLoads;
  GateOutcome outcome = GateOutcome::kPassed;
  std::string found;        // what was measured, in words; or why it was not
  Code code = Code::kOk;    // what the command ends with because of it
  nlohmann::json measured;  // numbers
};

struct CheckResult {
  std::vector<GateResult> gates;
  // What costs most, where accuracy or agreement failed and samples are known.
  std::vector<Suspect> suspects;
};

// Builds or opens the engine, builds the fp32 engine beside it, and measures.
// What is wrong with model or data is the outcome of the gates that need it,
// not an error.
CheckResult RunGates(const CheckConfig& config, Console& console);

// The exit code of a check: of what could not be measured, else 5 if accuracy
// fell, else 6 if it is too slow, else 1 for size; 0 if all hold.
Code ExitCode(const std::vector<GateResult>& gates);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_GATES_H_
