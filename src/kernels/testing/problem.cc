#include "kernels/testing/problem.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/check.h"

namespace octet::kernels {

Problem::Problem(std::string line) : line_(std::move(line)) {
  std::istringstream words(line_.substr(0, line_.find('"')));
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      words_.emplace_back(word, "");
    } else {
      words_.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
  }
}

bool Problem::Has(std::string_view key) const {
  for (const auto& [name, value] : words_) {
    if (name == key) return true;
  }
  return false;
}

std::string Problem::Word(std::string_view key,
                          std::string_view otherwise) const {
  for (const auto& [name, value] : words_) {
    if (name == key) return value;
  }
  return std::string(otherwise);
}

int64_t Problem::Int(std::string_view key, int64_t otherwise) const {
  return Has(key) ? std::stoll(Word(key)) : otherwise;
}

double Problem::Real(std::string_view key, double otherwise) const {
  return Has(key) ? std::stod(Word(key)) : otherwise;
}

std::vector<int64_t> Problem::List(std::string_view key,
                                   std::vector<int64_t> otherwise) const {
  if (!Has(key)) return otherwise;
  std::vector<int64_t> numbers;
  std::istringstream parts(Word(key));
  for (std::string part; std::getline(parts, part, 'x');) {
    numbers.push_back(std::stoll(part));
  }
  return numbers;
}

Function Problem::FunctionNamed(std::string_view key) const {
  if (!Has(key)) return {};
  const std::string name = Word(key);
  for (int kind = 0; kind < int(FunctionKind::kCount); ++kind) {
    if (Name(FunctionKind(kind)) != name) continue;
    Function function{FunctionKind(kind), 0.1f, 0.5f};
    if (function.kind == FunctionKind::kClip) {
      function.alpha = 0;
      function.beta = 6;
    }
    return function;
  }
  OCTET_CHECK(false && "no function has this name");
  return {};
}

std::vector<Problem> ReadProblems(std::string_view family) {
  const char* root = std::getenv("OCTET_SOURCE_DIR");
  std::ifstream file(std::string(root == nullptr ? "." : root) +
                     "/src/kernels/" + std::string(family) + "/problems.txt");
  std::vector<Problem> problems;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') problems.emplace_back(line);
  }
  OCTET_CHECK(!problems.empty());
  return problems;
}

bool IsEmulated() { return std::getenv("OCTET_PROBLEMS") != nullptr; }

std::vector<Problem> ProblemsToTest(std::string_view family) {
  std::vector<Problem> problems = ReadProblems(family);
  if (!IsEmulated()) return problems;
  const size_t wanted = size_t(std::atoi(std::getenv("OCTET_PROBLEMS")));
  if (wanted < problems.size()) {
    problems.erase(problems.begin() + int64_t(wanted), problems.end());
  }
  return problems;
}

}  // namespace octet::kernels
