#include "report_data.h"

#include <algorithm>
#include <map>

#include "base/cpu.h"
#include "base/cpu_name.h"
#include "base/error.h"
#include "base/file.h"
#include "compile/fingerprint.h"
#include "evaluate/metrics/interval.h"
#include "machine.h"
#include "report/report_html.h"
#include "report/report_json.h"

namespace octet::cli {
namespace {

// Three runs each, with all values copied: some seconds for a large detector.
constexpr int64_t kLayerSamples = 8;

bool IsPage(const std::string& path) { return path.ends_with(".html"); }

// How most of the arithmetic of an engine is done.
std::string MainPrecision(const Engine& engine) {
  std::map<std::string, uint64_t> macs;
  for (const NodeNote& note : engine.notes()) {
    macs[note.precision] += note.macs + 1;
  }
  const auto most = std::ranges::max_element(
      macs, {}, [](const auto& entry) { return entry.second; });
  return most == macs.end() ? "fp32" : most->first;
}

report::EngineRow RowOf(const EngineCost& cost, const std::string& precision) {
  report::EngineRow row;
  row.precision = precision;
  row.file_bytes = cost.file_bytes;
  row.memory = cost.memory;
  if (cost.latency) {
    row.speed = report::Speed{cost.latency->min_ms, cost.latency->p50_ms,
                              cost.latency->p99_ms, 1e3 / cost.latency->mean_ms,
                              cost.latency->runs,
                              /*threads=*/1};
  }
  return row;
}

void AddAgreement(const evaluate::Agreement& agreement,
                  report::Report& report) {
  report::EngineRow& built = report.engines.back();
  report.answers = agreement.kind();
  report.compared_samples = agreement.samples();
  report.changes = agreement.changes();
  built.sqnr_db = agreement.sqnr_db();
  if (agreement.kind() == evaluate::AnswerKind::kTensors) return;
  const evaluate::Interval interval =
      evaluate::WilsonInterval(agreement.equal(), agreement.answers());
  built.agreement = report::Score{agreement.share(), interval.low,
                                  interval.high, agreement.answers()};
}

// Time of a node's steps at their fastest, which other programs do not change,
// and the kernel of the longest.
struct NodeTime {
  double us = 0, longest_us = 0;
  std::string kernel;
};

std::map<std::string, NodeTime> TimesByNode(const EngineCost& cost) {
  std::map<std::string, NodeTime> times;
  for (size_t i = 0; i < cost.times.size(); ++i) {
    const StepTime& time = cost.times[i];
    if (time.runs == 0) continue;
    const double us = double(time.min_ns) / 1e3;
    NodeTime& node = times[cost.steps[i].node];
    node.us += us;
    if (node.kernel.empty() || us > node.longest_us) {
      node.longest_us = us;
      node.kernel = cost.steps[i].kernel;
    }
  }
  return times;
}

void AddNodes(const Model& model, const Engine& engine,
              const VerdictFacts& facts, report::Report& report) {
  std::map<std::string, const NodeNote*> notes;
  for (const NodeNote& note : engine.notes()) notes[note.node] = &note;
  const auto built = TimesByNode(facts.built);
  const auto f32 =
      facts.f32 ? TimesByNode(*facts.f32) : std::map<std::string, NodeTime>();
  for (const ModelNode& node : model.nodes()) {
    report::NodeRow& row = report.nodes.emplace_back();
    row.node = node;
    if (const auto note = notes.find(node.name); note != notes.end()) {
      row.precision = note->second->precision;
      row.reason = note->second->reason;
    }
    if (const auto time = built.find(node.name); time != built.end()) {
      row.us = time->second.us;
      row.kernel = time->second.kernel;
    }
    if (const auto time = f32.find(node.name); time != f32.end()) {
      row.float_us = time->second.us;
    }
  }
}

void AddSampleNames(const ReportRequest& request, report::Report& report) {
  if (request.samples == nullptr || !request.are_calibrated) return;
  std::map<int64_t, std::string> names;
  for (const StoredValue& value : report.values) {
    for (const int64_t sample : {value.low_sample, value.high_sample}) {
      if (sample >= 0 && sample < request.samples->size()) {
        names.emplace(sample, request.samples->Name(sample));
      }
    }
  }
  report.sample_names.assign(names.begin(), names.end());
}

report::Reproduction HowToRepeat(const Model& model, const Build& build,
                                 const Engine& engine, const Console& console) {
  report::Reproduction r;
  r.command = console.command_line;
  r.octet_version = engine.octet_version();
  r.model_sha256 = model.hash();
  r.engine_sha256 = compile::Sha256Hex(build.engine);
  r.calibration = engine.calibration();
  r.preprocess = engine.preprocess();
  r.cpu = CpuName();
  if (const auto level = ChooseCpuLevel(); level.ok()) {
    r.cpu_level = Name(*level);
  }
  return r;
}

}  // namespace

Status CheckReportPath(const std::string& path) {
  if (path.empty() || IsPage(path) || path.ends_with(".json")) return {};
  return Usage("--report {}: expected a name that ends in .html or .json",
               path);
}

Result<report::Report> GatherReport(const Model& model, const Build& build,
                                    const Calibration* calibration,
                                    const VerdictFacts& facts,
                                    const ReportRequest& request,
                                    Console& console) {
  OCTET_ASSIGN(const Engine engine, Engine::FromBytes(build.engine));
  report::Report report;
  report.model = engine.model_name();
  if (facts.f32) report.engines.push_back(RowOf(*facts.f32, "fp32"));
  report.engines.push_back(RowOf(facts.built, MainPrecision(engine)));
  if (facts.agreement) AddAgreement(*facts.agreement, report);
  AddNodes(model, engine, facts, report);
  OCTET_ASSIGN(report.values, DescribeValues(model, calibration, build.plan));
  AddSampleNames(request, report);
  if (request.samples != nullptr && facts.f32) {
    console.Note("comparing layer by layer");
    OCTET_ASSIGN(report.layers,
                 CompareLayers(model, engine, *request.samples, kLayerSamples));
    report.suspects = facts.suspects;
    if (report.suspects.empty()) {
      OCTET_ASSIGN(report.suspects, Diagnose(model, engine, *request.samples,
                                             calibration, build.plan));
    }
  }
  report.tried = build.tried;
  report.reproduction = HowToRepeat(model, build, engine, console);
  return report;
}

Status WriteReport(const report::Report& report, const std::string& path) {
  return WriteFileAtomically(
      path, IsPage(path) ? report::ToHtml(report) : report::ToJson(report));
}

}  // namespace octet::cli
