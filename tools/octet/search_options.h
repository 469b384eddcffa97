// Budgets of `build`: how much accuracy and time an engine may cost, and the
// search for a plan within them.
#ifndef OCTET_TOOLS_OCTET_SEARCH_OPTIONS_H_
#define OCTET_TOOLS_OCTET_SEARCH_OPTIONS_H_

#include <optional>
#include <string>

#include "accuracy.h"
#include "model_options.h"
#include "octet/search.h"

namespace octet::cli {

struct SearchArguments {
  std::string max_drop, max_latency, time_budget = "5m", fall_back = "3%";
  std::string spare = "5%";
  std::string protect = "auto";
  // Labelled data to verify on; none: what the float model lets expect.
  DataArguments labelled;

  void Add(CLI::App& app);
  // Whether any budget was given.
  bool active() const { return !max_drop.empty() || !max_latency.empty(); }
};

// "0.5%" or "0.005": a share. errors: kUsage.
Result<double> ParseShare(std::string_view option, std::string_view text);
// "8ms", "8" (milliseconds).  errors: kUsage.
Result<double> ParseMilliseconds(std::string_view option,
                                 std::string_view text);
// "90s", "5m", "1h", "90" (seconds). errors: kUsage.
Result<double> ParseSeconds(std::string_view option, std::string_view text);

// Everything of the arguments that can be wrong without a look at the data.
//   with_report: labelled data are of use without a budget too.
Status CheckSearchArguments(const SearchArguments& arguments, bool with_report);

// "2 values in fp16: a, b (squeeze-excite gate)".
std::string PlanInWords(const SearchTrial& trial);

struct SearchRequest {
  const SearchArguments& arguments;
  const vision::Settings& settings;
  const SampleSource& samples;     // of calibration
  const Calibration* calibration;  // null: none
  std::string plan_path;           // where the best plan so far stands
  std::string state_path;
  bool resume = false;
  int threads = 0;
};

// Searches from a plan on and prints the trials and the frontier.
Result<SearchResult> RunSearch(const Model& model, const std::string& plan,
                               const SearchRequest& request, Console& console);

// In one sentence, what came out; and the error with which the command ends,
// where a budget is not met.
std::string Headline(const SearchArguments& arguments,
                     const SearchResult& result);
Status BudgetStatus(const SearchArguments& arguments,
                    const SearchResult& result);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_SEARCH_OPTIONS_H_
