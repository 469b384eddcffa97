#include "side_by_side.h"

#include <algorithm>

#include "base/error.h"
#include "compile/calibrate/read_sample.h"
#include "model_options.h"

namespace octet::cli {

Result<SideBySide> SideBySide::Create(const Engine& f32, const Engine& built,
                                      const vision::Settings& settings) {
  OCTET_ASSIGN(Session a, Session::Create(f32));
  OCTET_ASSIGN(Session b, Session::Create(built));
  Answers answers = Answers::For(settings, a.inputs(), a.outputs());
  return SideBySide(std::move(a), std::move(b), std::move(answers));
}

Status SideBySide::Run(const SampleSource& samples, Console& console,
                       int64_t most) {
  const int64_t n = std::min(samples.size(), most);
  for (int64_t i = 0; i < n; ++i) {
    const Result<std::vector<Tensor>> inputs = compile::ReadSample(samples, i);
    if (!inputs.ok()) continue;
    OCTET_ASSIGN(const auto a, RunSession(f32_, *inputs));
    OCTET_ASSIGN(const auto b, RunSession(built_, *inputs));
    OCTET_RETURN_IF_ERROR(answers_.Compare(samples.Name(i), a, b, agreement_));
    console.Progress("comparing with float", i + 1, n);
  }
  return {};
}

std::string DescribeAgreement(const evaluate::Agreement& agreement) {
  switch (agreement.kind()) {
    case evaluate::AnswerKind::kTopClass:
      return fmt::format("{:.1f} % of top answers as in float",
                         100 * agreement.share());
    case evaluate::AnswerKind::kDetections:
      return fmt::format("{:.1f} % of confident detections as in float",
                         100 * agreement.share());
    case evaluate::AnswerKind::kTensors:
      break;
  }
  return fmt::format("outputs {:.1f} dB above the error", agreement.sqnr_db());
}

}  // namespace octet::cli
