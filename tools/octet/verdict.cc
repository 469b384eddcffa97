#include "verdict.h"

#include <algorithm>
#include <map>

#include "base/cpu.h"
#include "base/error.h"
#include "base/file.h"
#include "half_words.h"
#include "side_by_side.h"
#include "suspects.h"

namespace octet::cli {
namespace {

constexpr size_t kChangesShown = 3;
// Outputs without answers are called changed below this.
constexpr double kLeastSqnrDb = 20;

using evaluate::Agreement;
using evaluate::AnswerKind;

// Nodes by precision and, where they are not int8, by reason.
struct Kept {
  int64_t int8_macs = 0, all_macs = 0;
  int int8_nodes = 0, nodes = 0;
  // By precision and reason.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>>
      by_reason;

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
      kept.by_reason[{note.precision, note.reason}].push_back(note.node);
    }
  }
  return kept;
}

void PrintKept(const Kept& kept, Console& console) {
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& [key, nodes] : kept.by_reason) {
    const auto& [precision, reason] = key;
    rows.push_back(
        {{"precision", precision}, {"reason", reason}, {"nodes", nodes}});
    std::string names;
    for (size_t i = 0; i < std::min(nodes.size(), kNamesShown); ++i) {
      names += (i > 0 ? ", " : "") + nodes[i];
    }
    if (nodes.size() > kNamesShown) names += ", ...";
    console.Print("  {:>4} node{} in {}, {}: {}", nodes.size(),
                  nodes.size() == 1 ? "" : "s", precision, reason, names);
  }
  console.result()["int8_mac_share"] = kept.share();
  console.result()["int8_nodes"] = kept.int8_nodes;
  console.result()["nodes"] = kept.nodes;
  console.result()["kept"] = rows;
}

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

std::string ReportLatency(const Latency& f32, const Latency& built,
                          Console& console) {
  const double ratio = f32.p50_ms / built.p50_ms;
  console.result()["latency_ms"] = {
      {"f32", f32.p50_ms}, {"built", built.p50_ms}, {"ratio", ratio}};
  console.Print("  latency, one thread: fp32 {:.2f} ms, built {:.2f} ms",
                f32.p50_ms, built.p50_ms);
  return fmt::format(", {:.2f}x as fast as fp32", ratio);
}

Result<Measured> Measure(const Model& model, const Engine& engine,
                         const std::string& plan, const BuildOptions& options,
                         const VerdictRequest& request, Console& console,
                         VerdictFacts& facts) {
  BuildOptions float_options;
  float_options.precision = "fp32";
  float_options.preprocess = options.preprocess;
  OCTET_ASSIGN(const Build float_build,
               BuildEngine(model, nullptr, float_options));
  OCTET_ASSIGN(const Engine f32, Engine::FromBytes(float_build.engine));
  console.result()["f32_engine_bytes"] = float_build.engine.size();
  OCTET_ASSIGN(SideBySide both,
               SideBySide::Create(f32, engine, request.settings));
  facts.f32_engine = f32;
  EngineCost& cost = facts.f32.emplace();
  cost.file_bytes = int64_t(float_build.engine.size());
  cost.memory = both.f32().memory();
  facts.built.memory = both.built().memory();
  Measured measured;
  if (request.samples != nullptr) {
    OCTET_RETURN_IF_ERROR(both.Run(*request.samples, console));
    facts.agreement = both.agreement();
    ReportAgreement(both.agreement(), console);
    measured.text = ", " + DescribeAgreement(both.agreement());
    if (AnswersChanged(both.agreement())) {
      OCTET_ASSIGN(facts.suspects, Diagnose(model, engine, *request.samples,
                                            request.calibration, plan));
      ReportSuspects(facts.suspects, console);
      measured.reason = WorstInWords(facts.suspects);
      measured.next = RepairCommand(facts.suspects, request.build);
    }
  }
  if (request.time) {
    const bool steps = request.time_steps;
    OCTET_RETURN_IF_ERROR(AddTimes(both.f32(), steps, cost));
    OCTET_RETURN_IF_ERROR(AddTimes(both.built(), steps, facts.built));
    measured.text +=
        ReportLatency(*cost.latency, *facts.built.latency, console);
  }
  return measured;
}

// Where 16-bit floats are used: whether that is faster here.
Status SayWhatHalvesBuy(const std::map<std::string, int64_t>& macs,
                        Console& console) {
  OCTET_ASSIGN(const CpuLevel level, ChooseCpuLevel());
  for (const char* half : {"fp16", "bf16"}) {
    if (!macs.contains(half)) continue;
    console.Print("  {}", WhatHalvesBuy(half, level));
    console.result()["halves"][half] = WhatHalvesBuy(half, level);
  }
  return {};
}

}  // namespace

std::string VerdictPath(const std::string& engine_path) {
  return engine_path + ".verdict.json";
}

Result<VerdictFacts> GiveVerdict(const Model& model, const Build& build,
                                 const BuildOptions& options,
                                 const VerdictRequest& request,
                                 Console& console) {
  VerdictFacts facts;
  facts.built.file_bytes = int64_t(build.engine.size());
  OCTET_ASSIGN(const Engine engine, Engine::FromBytes(build.engine));
  const Kept kept = CountKept(engine);
  const std::map<std::string, int64_t> macs = MacsByPrecision(engine.notes());
  console.result()["engine"] = request.engine_path;
  console.result()["engine_bytes"] = build.engine.size();
  console.result()["model_weight_bytes"] = model.weight_bytes();
  PrintKept(kept, console);
  OCTET_RETURN_IF_ERROR(SayWhatHalvesBuy(macs, console));
  Measured measured;
  if (request.measure && options.precision != "fp32") {
    OCTET_ASSIGN(measured, Measure(model, engine, build.plan, options, request,
                                   console, facts));
  }
  const std::string share = DescribeMacs(macs);
  const std::string first =
      request.headline.empty() ? "" : request.headline + "\n";
  console.Verdict(
      fmt::format("{}{}: {} ({} of weights in the model){}", first,
                  request.engine_path, Bytes(double(build.engine.size())),
                  Bytes(double(model.weight_bytes())), measured.text),
      measured.reason.empty() ? share : share + "; " + measured.reason,
      measured.next.empty()
          ? CommandLine("eval")
                    .Add(request.engine_path)
                    .Add("--data", "LABELLED")
                    .Text() +
                ", " + CommandLine("bench").Add(request.engine_path).Text()
          : measured.next);
  const auto replace = nlohmann::json::error_handler_t::replace;
  OCTET_RETURN_IF_ERROR(
      WriteFileAtomically(VerdictPath(request.engine_path),
                          console.result().dump(2, ' ', false, replace)));
  return facts;
}

}  // namespace octet::cli
