// Problems as text: one line of a family's problems.txt is one case for its
// test and its benchmark.
#ifndef OCTET_KERNELS_TESTING_PROBLEM_H_
#define OCTET_KERNELS_TESTING_PROBLEM_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "octet/function.h"

namespace octet::kernels {

// Words separated by blanks, each `key=value` or a bare flag; a note in double
// quotes closes the line. Numbers in a value are separated by 'x':
//
//   x=1x40x40x16 out=32 kernel=3x3 pad=1x1 relu "typical"
class Problem {
 public:
  explicit Problem(std::string line);

  // The line itself: what a failure prints.
  const std::string& line() const { return line_; }
  bool Has(std::string_view key) const;
  std::string Word(std::string_view key, std::string_view otherwise = "") const;
  int64_t Int(std::string_view key, int64_t otherwise) const;
  double Real(std::string_view key, double otherwise) const;
  std::vector<int64_t> List(std::string_view key,
                            std::vector<int64_t> otherwise = {}) const;
  // A function by its name, with usual parameters (ReLU6 for clip); identity
  // if the key is missing.
  Function FunctionNamed(std::string_view key) const;

 private:
  std::string line_;
  std::vector<std::pair<std::string, std::string>> words_;
};

// The problems of src/kernels/<family>/problems.txt, below the directory that
// the environment variable OCTET_SOURCE_DIR names (the tests' working directory
// without it). Lines that are empty or start with '#' do not count. Aborts if
// the file cannot be read, so that a test without cases cannot pass.
std::vector<Problem> ReadProblems(std::string_view family);

// True where the environment variable OCTET_PROBLEMS asks tests for fewer
// problems: it is set for an emulator, which is slow.
bool IsEmulated();

// All problems of a family; the first OCTET_PROBLEMS of them, which are the
// small ones, where IsEmulated.
std::vector<Problem> ProblemsToTest(std::string_view family);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TESTING_PROBLEM_H_
