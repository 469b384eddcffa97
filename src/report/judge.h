// May this engine be shipped? One answer, its reasons, and the rules behind it.
#ifndef OCTET_REPORT_JUDGE_H_
#define OCTET_REPORT_JUDGE_H_

#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace octet::report {

enum class Level : uint8_t {
  kUnmeasured,  // nothing was compared
  kFit,         // measured to be as good as float
  kLikely,      // looks as good, but too little was seen to be sure
  kDoubtful,    // something was lost: look before shipping
  kUnfit,       // too much was lost
};
std::string_view Name(Level level);  // "unmeasured", "fit", ...

struct Judgement {
  Level level = Level::kUnmeasured;
  std::string answer;    // "Fit to ship"
  std::string headline;  // one sentence: what is gained, what is lost
  std::vector<std::string> reasons;
  std::string rule;  // how the level was found, in words
};

// Judges the last engine against the first.
//
// With labels, by the fall of the metric: fit to 0.5 points, or where the
// float engine's score lies inside the interval; unfit beyond 3 points.
// Without, by the share of answers that are the float engine's: fit where it is
// at least 97 % with 95 % confidence, likely from 99 % seen, unfit where it is
// below 97 % with the same confidence. Where answers are tensors, by the ratio
// of signal to noise: likely from 30 dB (3 % error), doubtful from 20 dB
// (10 %).
Judgement Judge(const Report& report);

}  // namespace octet::report

#endif  // OCTET_REPORT_JUDGE_H_
