// What is wrong with a set of samples, as a value: text to read, numbers to
// compare, and what to do.
#ifndef OCTET_DOCTOR_FINDING_H_
#define OCTET_DOCTOR_FINDING_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace octet::doctor {

// kError: ranges or measurements from this set are wrong. kWarning: they are
// less good than they could be.
enum class Severity : uint8_t { kWarning, kError };

struct Finding {
  std::string kind;  // "duplicates": stable, for programs
  Severity severity = Severity::kWarning;
  std::string found;     // what, in one sentence
  std::string evidence;  // the numbers that say so
  std::string advice;    // what to do
  std::vector<std::pair<std::string, double>> numbers;
  std::vector<std::string> names;  // samples or values, worst first
};

// "a, b, c and 7 more".
std::string FirstNames(const std::vector<std::string>& names);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_FINDING_H_
