#include "verdict.h"

#include <algorithm>
#include <map>

#include "answers.h"
#include "base/error.h"
#include "base/file.h"
#include "compile/calibrate/read_sample.h"
#include "evaluate/agreement.h"
#include "suspects.h"
#include "timing.h"

namespace octet::cli {
namespace {

constexpr int64_t kMostSamples = 32;
constexpr double kTimingSeconds = 0.5;
constexpr size_t kChangesShown = 3;
constexpr size_t kNamesShown = 3;
// Outputs without answers are called changed below this.
constexpr double kLeastSqnrDb = 20;

using evaluate::Agreement;
using evaluate::AnswerKind;

// Nodes by precision and, where they were kept out of int8, by reason.
struct Kept {
  int64_t int8_macs = 0, all_macs = 0;
  int int8_nodes = 0, nodes = 0;
  std::map<std::string, std::vector<std::string>> by_reason;

  double share() const {
    return all_macs > 0 ? double(int8_macs) / double(all_macs) : 0;
  }
};

Kept CountKept(const Engine& engine) {
  Kept kept;
  for (const NodeNote& note : engine.notes()) {
    ++kept.nodes;
    kept.all_macs += int64_t(note.macs);
    if (note.precision == "int8") {
      ++kept.int8_nodes;
      kept.int8_macs += int64_t(note.macs);
    } else {
      kept.by_reason[note.reason].push_back(note.node);
    }
  }
  return kept;
}

void PrintKept(const Kept& kept, Console& console) {
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& [reason, nodes] : kept.by_reason) {
    rows.push_back({{"reason", reason}, {"nodes", nodes}});
    std::string names;
    for (size_t i = 0; i < std::min(nodes.size(), kNamesShown); ++i) {
      names += (i > 0 ? ", " : "") + nodes[i];
    }
    if (nodes.size() > kNamesShown) names += ", ...";
    console.Print("  {:>4} nodes in fp32, {}: {}", nodes.size(), reason, names);
  }
  console.result()["int8_mac_share"] = kept.share();
  console.result()["int8_nodes"] = kept.int8_nodes;
  console.result()["nodes"] = kept.nodes;
  console.result()["kept"] = rows;
}

// The float engine and the built one, side by side on the same samples.
class Comparison {
 public:
  static Result<Comparison> Create(const Engine& f32, const Engine& built,
                                   const vision::Settings& settings) {
    OCTET_ASSIGN(Session a, Session::Create(f32));
    OCTET_ASSIGN(Session b, Session::Create(built));
    Answers answers = Answers::For(settings, a.inputs(), a.outputs());
    return Comparison(std::move(a), std::move(b), std::move(answers));
  }

  Status Run(const SampleSource& samples, Console& console) {
    const int64_t n = std::min(samples.size(), kMostSamples);
    for (int64_t i = 0; i < n; ++i) {
      const Result<std::vector<Tensor>> inputs =
          compile::ReadSample(samples, i);
      if (!inputs.ok()) continue;  // calibration has named it already
      OCTET_ASSIGN(const auto a, RunSession(f32_, *inputs));
      OCTET_ASSIGN(const auto b, RunSession(built_, *inputs));
      OCTET_RETURN_IF_ERROR(
          answers_.Compare(samples.Name(i), a, b, agreement_));
      console.Progress("comparing with float", i + 1, n);
    }
    return {};
  }

  const Agreement& agreement() const { return agreement_; }
  Session& f32() { return f32_; }
  Session& built() { return built_; }

 private:
  Comparison(Session f32, Session built, Answers answers)
      : f32_(std::move(f32)),
        built_(std::move(built)),
        answers_(std::move(answers)),
        agreement_(answers_.kind()) {}

  Session f32_, built_;
  Answers answers_;
  Agreement agreement_;
};

void ReportAgreement(const Agreement& agreement, Console& console) {
  nlohmann::json changes = nlohmann::json::array();
  const auto rows = agreement.changes();
  for (const Agreement::Change& change : rows) {
    changes.push_back({{"sample", change.sample}, {"what", change.what}});
  }
  console.result()["agreement"] = {{"samples", agreement.samples()},
                                   {"share", agreement.share()},
                                   {"sqnr_db", agreement.sqnr_db()},
                                   {"changes", changes}};
  if (rows.empty()) return;
  console.Warn(
      "{} answers on the calibration samples are not the float "
      "model's:",
      rows.size());
  for (size_t i = 0; i < std::min(rows.size(), kChangesShown); ++i) {
    console.Warn("  {}: {}", rows[i].sample, rows[i].what);
  }
}

bool AnswersChanged(const Agreement& agreement) {
  if (agreement.kind() != AnswerKind::kTensors) return agreement.share() < 1;
  return agreement.samples() > 0 && agreement.sqnr_db() < kLeastSqnrDb;
}

// What the verdict says of a build and what to type next.
struct Measured {
  std::string text;
  std::string reason, next;  // empty: the usual ones
};

// Names what costs most where answers changed.
Status Blame(const Model& model, const Engine& engine,
             const VerdictRequest& request, Console& console,
             Measured& measured) {
  OCTET_ASSIGN(const std::vector<Suspect> suspects,
               Diagnose(model, engine, *request.samples, request.calibration));
  ReportSuspects(suspects, console);
  measured.reason = WorstInWords(suspects);
  measured.next = RepairCommand(suspects, model.name());
  return {};
}

Result<std::string> ReportLatency(Comparison& comparison, Console& console) {
  FillRandom(comparison.f32());
  FillRandom(comparison.built());
  OCTET_ASSIGN(const Latency f32, TimeRuns(comparison.f32(), kTimingSeconds));
  OCTET_ASSIGN(const Latency built,
               TimeRuns(comparison.built(), kTimingSeconds));
  const double ratio = f32.p50_ms / built.p50_ms;
  console.result()["latency_ms"] = {
      {"f32", f32.p50_ms}, {"built", built.p50_ms}, {"ratio", ratio}};
  console.Print("  latency, one thread: fp32 {:.2f} ms, built {:.2f} ms",
                f32.p50_ms, built.p50_ms);
  return fmt::format(", {:.2f}x as fast as fp32", ratio);
}

Result<Measured> Measure(const Model& model, const Engine& engine,
                         const BuildOptions& options,
                         const VerdictRequest& request, Console& console) {
  BuildOptions float_options;
  float_options.int8 = false;
  float_options.preprocess = options.preprocess;
  OCTET_ASSIGN(const Build float_build,
               BuildEngine(model, nullptr, float_options));
  OCTET_ASSIGN(const Engine f32, Engine::FromBytes(float_build.engine));
  console.result()["f32_engine_bytes"] = float_build.engine.size();
  OCTET_ASSIGN(Comparison comparison,
               Comparison::Create(f32, engine, request.settings));
  Measured measured;
  if (request.samples != nullptr) {
    OCTET_RETURN_IF_ERROR(comparison.Run(*request.samples, console));
    const Agreement& agreement = comparison.agreement();
    ReportAgreement(agreement, console);
    measured.text = ", " + DescribeAgreement(agreement);
    if (AnswersChanged(agreement)) {
      OCTET_RETURN_IF_ERROR(Blame(model, engine, request, console, measured));
    }
  }
  if (request.time) {
    OCTET_ASSIGN(const std::string latency, ReportLatency(comparison, console));
    measured.text += latency;
  }
  return measured;
}

}  // namespace

std::string DescribeAgreement(const Agreement& agreement) {
  switch (agreement.kind()) {
    case AnswerKind::kTopClass:
      return fmt::format("{:.1f} % of top answers as in float",
                         100 * agreement.share());
    case AnswerKind::kDetections:
      return fmt::format("{:.1f} % of confident detections as in float",
                         100 * agreement.share());
    case AnswerKind::kTensors:
      break;
  }
  return fmt::format("outputs {:.1f} dB above the error", agreement.sqnr_db());
}

Result<evaluate::Agreement> AgreementWithFloat(const Engine& f32,
                                               const Engine& built,
                                               const vision::Settings& settings,
                                               const SampleSource& samples,
                                               Console& console) {
  OCTET_ASSIGN(Comparison comparison, Comparison::Create(f32, built, settings));
  OCTET_RETURN_IF_ERROR(comparison.Run(samples, console));
  return comparison.agreement();
}

Status GiveVerdict(const Model& model, const Build& build,
                   const BuildOptions& options, const VerdictRequest& request,
                   Console& console) {
  OCTET_ASSIGN(const Engine engine, Engine::FromBytes(build.engine));
  const Kept kept = CountKept(engine);
  console.result()["engine"] = request.engine_path;
  console.result()["engine_bytes"] = build.engine.size();
  console.result()["model_weight_bytes"] = model.weight_bytes();
  PrintKept(kept, console);
  Measured measured;
  if (request.measure && options.int8) {
    OCTET_ASSIGN(measured, Measure(model, engine, options, request, console));
  }
  const std::string share = fmt::format(
      "{:.1f} % of multiply-accumulates in int8", 100 * kept.share());
  const std::string first =
      request.headline.empty() ? "" : request.headline + "\n";
  console.Verdict(
      fmt::format("{}{}: {} ({} of weights in the model){}", first,
                  request.engine_path, Bytes(double(build.engine.size())),
                  Bytes(double(model.weight_bytes())), measured.text),
      measured.reason.empty() ? share : share + "; " + measured.reason,
      measured.next.empty()
          ? fmt::format("octet eval {} --data LABELLED, octet bench {}",
                        request.engine_path, request.engine_path)
          : measured.next);
  const auto replace = nlohmann::json::error_handler_t::replace;
  return WriteFileAtomically(request.engine_path + ".verdict.json",
                             console.result().dump(2, ' ', false, replace));
}

}  // namespace octet::cli
