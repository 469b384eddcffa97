// Test results in JUnit's XML, which CI servers show.
#ifndef OCTET_REPORT_JUNIT_H_
#define OCTET_REPORT_JUNIT_H_

#include <string>
#include <string_view>
#include <vector>

namespace octet::report {

struct JUnitCase {
  enum class Outcome { kPassed, kFailed, kError };  // kError: not measured

  std::string name;
  Outcome outcome = Outcome::kPassed;
  std::string type;     // of the failure: "accuracy", "speed", ...
  std::string message;  // in one line
  std::string details;  // shown as text, also of what passed
};

// One suite with its cases in order. No times: equal results are equal bytes.
//   suite:  "octet check"
//   group:  what the cases are of, e.g. the file that lists them.
//   source: github.com/testmoapp/junitxml; characters that XML 1.0 cannot hold
//           become '?'.
std::string ToJUnit(std::string_view suite, std::string_view group,
                    const std::vector<JUnitCase>& cases);

}  // namespace octet::report

#endif  // OCTET_REPORT_JUNIT_H_
