// What a user sees: text or JSON, a progress bar on a terminal, one verdict
// line at the end.
#ifndef OCTET_TOOLS_OCTET_CONSOLE_H_
#define OCTET_TOOLS_OCTET_CONSOLE_H_

#include <fmt/core.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "octet/runtime.h"

namespace octet::cli {

// Of a longer list of names the first so many are shown, then "...".
inline constexpr size_t kNamesShown = 3;

// Results go to stdout, everything else to stderr. With --json stdout holds one
// JSON object and nothing else; with --quiet only the verdict and errors are
// printed.
class Console {
 public:
  bool json = false;
  bool quiet = false;
  int verbosity = 0;
  std::string command_line;  // as typed, for reports

  // A line of the result; not with --json or --quiet.
  template <typename... Args>
  void Print(fmt::format_string<Args...> text, Args&&... args) {
    if (!json && !quiet)
      PrintLine(fmt::format(text, std::forward<Args>(args)...));
  }
  // A remark on the way; with -v only.
  template <typename... Args>
  void Note(fmt::format_string<Args...> text, Args&&... args) {
    if (verbosity > 0) Remark(fmt::format(text, std::forward<Args>(args)...));
  }
  // Something that the user should know; always.
  template <typename... Args>
  void Warn(fmt::format_string<Args...> text, Args&&... args) {
    Remark("warning: " + fmt::format(text, std::forward<Args>(args)...));
  }

  // The result as JSON, printed at the end with --json.
  nlohmann::json& result() { return result_; }

  // Ends the command: what came out, why, and what to type next.
  void Verdict(const std::string& verdict, const std::string& reason,
               const std::string& next);
  // Prints what is left to print.
  void Finish();

  // Shows how far a long job is: a bar with rate and time left on a terminal,
  // a plain line every few seconds elsewhere.
  void Progress(const std::string& what, int64_t done, int64_t all);

 private:
  void PrintLine(const std::string& line);
  void Remark(const std::string& line);

  nlohmann::json result_ = nlohmann::json::object();
  std::chrono::steady_clock::time_point started_, shown_;
  std::string job_;
  int64_t done_before_ = 0;  // of the job, at its first call
  bool bar_open_ = false;
};

// "12.3 MiB", "840 KiB".
std::string Bytes(double bytes);

// What a session takes besides weights, of what parts, and, where the engine
// says it, how much more than has to be in memory at one time.
std::string SessionUse(const MemoryUse& memory);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_CONSOLE_H_
