// Search for the plan that loses no more accuracy, and takes no more time, than
// is allowed: everything int8 that may be, and the values that do not bear it
// kept out, those first that give most accuracy back for their time.
#ifndef OCTET_SEARCH_H_
#define OCTET_SEARCH_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "octet/accuracy.h"
#include "octet/compiler.h"
#include "octet/sensitivity.h"

namespace octet {

// One plan that was tried.
struct SearchTrial {
  std::vector<std::string> kept;  // stored values, with all that reads them
  bool is_float = false;          // nothing in int8
  // In what they compute, or everything where nothing is in int8: "fp32",
  // "fp16" or "bf16".
  std::string precision = "fp32";
  // The rule of structure that names these values ("squeeze-excite gate"), if
  // one does.
  std::string proposed_by;
  double latency_ms = 0;
  double accuracy = 0;
  double drop = 0;        // from the float model's accuracy
  double drop_error = 0;  // standard error of that
  double int8_mac_share = 0;
};

struct SearchOptions {
  // From the float model's accuracy; 0.005 = 0.5 %. A plan meets it unless it
  // is shown to lose more: unless its drop less the standard error is larger.
  double max_drop = 0;
  double max_latency_ms = 0;  // 0: any
  // Where the plan found is not shown to meet the drop either, unless its drop
  // plus the standard error is no larger: it may be slower by this share to
  // show that, or to come as near as this allows.
  double spare = 0.05;
  double seconds = 300;          // of searching, all runs together
  double fall_back_drop = 0.03;  // see SearchResult::fell_back
  // What is kept out of int8 computes in "fp32", "fp16" or "bf16". "auto": in
  // the fastest of those in which the whole model takes no longer than in fp32
  // and loses no more than max_drop, both measured here. What has no form in 16
  // bits, or leaves the range of fp16, is fp32.
  std::string protect = "auto";
  // Where the plan's ranges are from: tells what leaves the range of fp16, and
  // the rules of structure what is unlike. Null: they go without.
  const Calibration* calibration = nullptr;
  int64_t samples = 16;  // to rank values on; at most, spread evenly
  int threads = 0;       // 0 = as many as the process may run on
  // Of an engine, on samples that the ranking does not see; higher is better.
  // It may fail once `stop` says so: what it was measuring is left.
  std::function<Result<Accuracy>(const Engine&)> accuracy;
  std::string accuracy_of;  // names it; a state is gone on from with the same
  // Of one run on one thread; empty: the sum of the fastest time of each step.
  std::function<Result<double>(const Engine&)> latency_ms;
  std::string plan_path;   // holds the best plan so far; empty: nowhere
  std::string state_path;  // what was measured so far; empty: nowhere
  bool resume = false;     // go on from there
  std::function<void(const SearchTrial&)> tried;
  std::function<void(std::string_view what, int64_t done, int64_t all)>
      progress;
  std::function<bool()> stop;  // asked between trials; true ends the search
};

enum class SearchEnd : uint8_t { kFinished, kOutOfTime, kStopped };

struct SearchResult {
  std::string plan;  // JSON, for BuildOptions::plan
  SearchTrial chosen;
  SearchTrial all_int8, all_float;
  std::vector<SearchTrial> frontier;        // by rising latency and accuracy
  std::vector<UnitSensitivity> ranking;     // of values; empty: not needed
  double max_drop = 0, max_latency_ms = 0;  // as they were asked
  bool meets_drop = false, meets_latency = false;
  // All in int8 loses more than fall_back_drop, and so does every plan that is
  // faster than fp32: nothing is in int8, everything in `protect`, or in fp32
  // where that loses more than max_drop or is too slow. If one of them loses
  // less, the most accurate of them is given, even if it misses max_drop.
  bool fell_back = false;
  std::string protect;         // "fp32", "fp16" or "bf16"
  std::string protect_reason;  // in words; empty if nothing had to be kept
  SearchEnd end = SearchEnd::kFinished;
  int64_t trials = 0;
  double seconds = 0;             // of searching, earlier runs included
  double first_plan_seconds = 0;  // until there was a plan on disk
  double lowering_ms = 0;  // of one trial, in the mean; 0 if nothing was built
};

// How it is done. What rules of structure name (values that eight bits are
// known to hurt) is tried first, one by one and then together; where that meets
// the drop for hardly any time, nothing is ranked. Else the ranking is that of
// MeasureSensitivity, in noise gained per microsecond lost, both measured. Of
// the plans that keep the first 1, 2, 4, ... values the smallest that meets the
// drop is found by bisection; then each value is taken back whose return keeps
// it met. With "auto" what is then kept is tried in the other precisions too.
// Last, `spare` is spent where values were ranked and stay in the precision in
// which they were.
//
//   plan:    Build::plan with everything int8 that may be.
//   samples: to rank values on.
//   returns: the plan that meets both budgets in the least time, or a surer one
//            that takes at most `spare` longer; else the most accurate one
//            within the latency that is faster than fp32; else the fastest. The
//            same for the same measurements (those of the state are taken as
//            they are).
//   errors:  as MeasureSensitivity; those of `accuracy` and `latency_ms`;
//            kUsage for `protect`.
Result<SearchResult> SearchPlan(const Model& model, std::string_view plan,
                                const SampleSource& samples,
                                const SearchOptions& options);

}  // namespace octet

#endif  // OCTET_SEARCH_H_
