#include "suspects.h"

namespace octet::cli {
namespace {

std::string Who(const Suspect& suspect) {
  return suspect.value.empty()
             ? fmt::format("the weights of '{}'", suspect.node)
             : fmt::format("'{}'", suspect.value);
}

std::string KeepOptions(const Suspect& suspect) {
  std::string options;
  for (const std::string& node : suspect.keep) {
    const std::string words[] = {"--keep", node + "=fp32"};
    options += (options.empty() ? "" : " ") + ShellLine(words);
  }
  return options;
}

// An option of build and its value that mend it.
bool IsOption(const std::string& remedy) { return remedy.starts_with("--"); }

}  // namespace

void ReportSuspects(const std::vector<Suspect>& suspects, Console& console) {
  nlohmann::json rows = nlohmann::json::array();
  if (!suspects.empty()) {
    console.Print(
        "what costs most: how much of the engine's error is there when nothing "
        "else is in int8");
    console.Print(
        "  (each is taken alone: together they may make more than 100 %, for "
        "errors add to and cancel one another)");
  }
  for (const Suspect& suspect : suspects) {
    const std::string keep = KeepOptions(suspect);
    console.Print("  {:>3.0f} %  {}: {}", 100 * suspect.share, Who(suspect),
                  suspect.kind);
    console.Print("        {}", suspect.cause);
    const char* either = keep.empty() || suspect.remedy.empty() ? "" : ", or ";
    console.Print("        try {}{}{}", suspect.remedy, either, keep);
    rows.push_back({{"value", suspect.value},
                    {"node", suspect.node},
                    {"share", suspect.share},
                    {"sqnr_db", suspect.sqnr_db},
                    {"kind", suspect.kind},
                    {"cause", suspect.cause},
                    {"remedy", suspect.remedy},
                    {"keep", suspect.keep}});
  }
  console.result()["suspects"] = rows;
}

std::string WorstInWords(const std::vector<Suspect>& suspects) {
  if (suspects.empty()) return "";
  return fmt::format("{} costs most, alone {:.0f} % of the error: {}",
                     Who(suspects[0]), 100 * suspects[0].share,
                     suspects[0].kind);
}

std::string RepairCommand(const std::vector<Suspect>& suspects,
                          CommandLine build) {
  if (suspects.empty()) return "";
  const Suspect& worst = suspects[0];
  if (IsOption(worst.remedy)) {
    const size_t space = worst.remedy.find(' ');
    build.Set(worst.remedy.substr(0, space), worst.remedy.substr(space + 1));
  } else {
    for (const std::string& node : worst.keep) {
      build.Add("--keep", node + "=fp32");
    }
  }
  return build.Add("-o", "repaired.octet").Text();
}

}  // namespace octet::cli
