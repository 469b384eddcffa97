// The float engine of a model and a built one on the same samples.
#ifndef OCTET_TOOLS_OCTET_SIDE_BY_SIDE_H_
#define OCTET_TOOLS_OCTET_SIDE_BY_SIDE_H_

#include <string>

#include "answers.h"
#include "console.h"
#include "evaluate/agreement.h"
#include "octet/runtime.h"
#include "octet/samples.h"

namespace octet::cli {

class SideBySide {
 public:
  static constexpr int64_t kUsualSamples = 32;

  // errors: as Session::Create.
  static Result<SideBySide> Create(const Engine& f32, const Engine& built,
                                   const vision::Settings& settings);

  // Compares on the first samples; one that cannot be read is passed over, as
  // calibration has named it.
  Status Run(const SampleSource& samples, Console& console,
             int64_t most = kUsualSamples);

  const evaluate::Agreement& agreement() const { return agreement_; }
  Session& f32() { return f32_; }
  Session& built() { return built_; }

 private:
  SideBySide(Session f32, Session built, Answers answers)
      : f32_(std::move(f32)),
        built_(std::move(built)),
        answers_(std::move(answers)),
        agreement_(answers_.kind()) {}

  Session f32_, built_;
  Answers answers_;
  evaluate::Agreement agreement_;
};

// "98.5 % of top answers as in float".
std::string DescribeAgreement(const evaluate::Agreement& agreement);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_SIDE_BY_SIDE_H_
