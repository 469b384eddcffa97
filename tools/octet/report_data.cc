#include "report_data.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/cpu.h"
#include "base/cpu_name.h"
#include "base/error.h"
#include "base/file.h"
#include "compile/fingerprint.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report_measures.h"
#include "search_options.h"

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

report::SensitivityRow RowOf(const UnitSensitivity& value) {
  return {.value = value.name,
          .readers = value.readers,
          .loss = value.alone.noise.mean,
          .error = value.alone.noise.error,
          .gain_db = value.has_gain ? value.gain_db : 0};
}

bool IsSame(const SearchTrial& a, const SearchTrial& b) {
  return a.kept == b.kept && a.is_float == b.is_float &&
         a.precision == b.precision;
}

// The plans of a search whose loss was measured, the one taken among them.
void AddSearch(const SearchResult& search, const std::string& words,
               report::Report& report) {
  report.search = words;
  std::vector<SearchTrial> trials = search.frontier;
  if (std::ranges::none_of(trials, [&](const SearchTrial& trial) {
        return IsSame(trial, search.chosen);
      })) {
    trials.push_back(search.chosen);
  }
  for (const SearchTrial& trial : trials) {
    if (!std::isfinite(trial.drop)) continue;
    report.frontier.push_back({.plan = PlanInWords(trial),
                               .latency_ms = trial.latency_ms,
                               .drop = 100 * trial.drop,
                               .is_chosen = IsSame(trial, search.chosen)});
  }
}

bool StoresCodes(const report::Report& report) {
  return std::ranges::any_of(report.values, [](const StoredValue& value) {
    return !value.forms.empty();
  });
}

Status AddRanking(const Model& model, const Build& build,
                  const ReportRequest& request, report::Report& report,
                  Console& console) {
  std::vector<UnitSensitivity> ranked;
  if (request.search != nullptr) ranked = request.search->ranking;
  if (ranked.empty()) {
    OCTET_ASSIGN(ranked, RankValues(model, build.plan, *request.samples,
                                    request.threads, console));
  }
  for (const UnitSensitivity& value : ranked) {
    report.sensitivity.push_back(RowOf(value));
  }
  return {};
}

// The rows of the table: float, 16 bits where the built engine is int8, and
// that one.
Status AddEngines(const Model& model, const Engine& engine,
                  const Calibration* calibration, const VerdictFacts& facts,
                  const ReportRequest& request, report::Report& report,
                  Console& console) {
  MeasuredEngine built{engine, RowOf(facts.built, MainPrecision(engine))};
  if (facts.agreement) {
    AddAgreement(*facts.agreement, built.row);
    report.answers = facts.agreement->kind();
    report.compared_samples = facts.agreement->samples();
    report.changes = facts.agreement->changes();
  }
  std::vector<MeasuredEngine> engines;
  if (facts.f32) {
    engines.push_back({*facts.f32_engine, RowOf(*facts.f32, "fp32")});
    if (built.row.precision == "int8") {
      OCTET_ASSIGN(MeasuredEngine half,
                   MeasureHalf(model, *facts.f32_engine, engine,
                               {.samples = request.samples,
                                .calibration = calibration,
                                .settings = request.settings,
                                .time = request.time},
                               console));
      engines.push_back(std::move(half));
    }
  }
  engines.push_back(std::move(built));
  if (!request.labelled.data.empty()) {
    OCTET_ASSIGN(report.metric, AddAccuracy(request.labelled, request.threads,
                                            engines, console));
  }
  for (MeasuredEngine& measured : engines) {
    report.engines.push_back(std::move(measured.row));
  }
  return {};
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
  OCTET_RETURN_IF_ERROR(
      AddEngines(model, engine, calibration, facts, request, report, console));
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
  if (request.samples != nullptr && facts.f32 && StoresCodes(report)) {
    OCTET_RETURN_IF_ERROR(AddRanking(model, build, request, report, console));
  }
  if (request.search != nullptr) {
    AddSearch(*request.search, request.search_words, report);
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
