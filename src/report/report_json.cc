#include "report/report_json.h"

#include <map>
#include <nlohmann/json.hpp>

#include "report/judge.h"

namespace octet::report {
namespace {

// Keys stay in the order in which they are written here.
using Json = nlohmann::ordered_json;

std::string_view NameOf(evaluate::AnswerKind kind) {
  switch (kind) {
    case evaluate::AnswerKind::kTopClass:
      return "top_class";
    case evaluate::AnswerKind::kDetections:
      return "detections";
    case evaluate::AnswerKind::kTensors:
      break;
  }
  return "tensors";
}

Json ToJson(const Score& score) {
  return {{"value", score.value},
          {"low", score.low},
          {"high", score.high},
          {"count", score.count}};
}

Json ToJson(const EngineRow& row) {
  Json json = {{"precision", row.precision}, {"file_bytes", row.file_bytes}};
  if (row.memory) {
    json["memory"] = {{"weight_bytes", row.memory->weight_bytes},
                      {"arena_bytes", row.memory->arena_bytes},
                      {"scratch_bytes", row.memory->scratch_bytes}};
  }
  if (row.speed) {
    json["speed"] = {
        {"min_ms", row.speed->min_ms}, {"p50_ms", row.speed->p50_ms},
        {"p99_ms", row.speed->p99_ms}, {"per_second", row.speed->per_second},
        {"runs", row.speed->runs},     {"threads", row.speed->threads}};
  }
  if (row.agreement) json["agreement"] = ToJson(*row.agreement);
  if (row.sqnr_db) json["sqnr_db"] = *row.sqnr_db;
  if (row.accuracy) json["accuracy"] = ToJson(*row.accuracy);
  return json;
}

Json ToJson(const NodeRow& row) {
  Json json = {{"name", row.node.name},          {"type", row.node.type},
               {"precision", row.precision},     {"reason", row.reason},
               {"shape", row.node.output_shape}, {"macs", row.node.macs},
               {"origins", row.node.origins},    {"inputs", row.node.inputs},
               {"outputs", row.node.outputs}};
  if (!row.kernel.empty()) json["kernel"] = row.kernel;
  if (row.us > 0) json["us"] = row.us;
  if (row.float_us > 0) json["float_us"] = row.float_us;
  return json;
}

Json ToJson(const StoredForm& form) {
  Json json = {{"rule", form.rule},
               {"per_channel", form.per_channel},
               {"low", form.low},
               {"high", form.high},
               {"step", form.step}};
  if (form.busy_codes > 0) {
    json["clipped"] = form.clipped;
    json["busy_codes"] = form.busy_codes;
  }
  return json;
}

Json ToJson(const StoredValue& value,
            const std::map<int64_t, std::string>& samples) {
  Json json = {{"name", value.name}, {"forms", Json::array()}};
  for (const StoredForm& form : value.forms) {
    json["forms"].push_back(ToJson(form));
  }
  if (value.count == 0) return json;
  json["seen"] = {{"low", value.seen_low},
                  {"high", value.seen_high},
                  {"count", value.count},
                  {"zeros", value.zeros}};
  const auto name = [&](const char* key, int64_t sample) {
    const auto found = samples.find(sample);
    if (found != samples.end()) json["seen"][key] = found->second;
  };
  name("low_sample", value.low_sample);
  name("high_sample", value.high_sample);
  if (value.channel_ratio > 0) json["channel_ratio"] = value.channel_ratio;
  if (!value.bins.empty()) {
    json["histogram"] = {{"low", value.bin_low},
                         {"width", value.bin_width},
                         {"counts", value.bins}};
  }
  return json;
}

Json ToJson(const Comparison& layers) {
  Json json = {{"samples", layers.samples}, {"rows", Json::array()}};
  for (const LayerError& row : layers.layers) {
    json["rows"].push_back({{"value", row.value},
                            {"node", row.node},
                            {"precision", row.precision},
                            {"sqnr_db", row.sqnr_db},
                            {"own_sqnr_db", row.own_sqnr_db},
                            {"relative_l2", row.relative_l2},
                            {"own_relative_l2", row.own_relative_l2},
                            {"cosine", row.cosine},
                            {"max_error", row.max_error},
                            {"kl", row.kl},
                            {"saturated", row.saturated},
                            {"saturated_low", row.saturated_low}});
  }
  if (!layers.first_jump.empty()) json["first_jump"] = layers.first_jump;
  return json;
}

Json ToJson(const SensitivityRow& row) {
  Json json = {{"value", row.value},
               {"readers", row.readers},
               {"loss", row.loss},
               {"error", row.error}};
  if (row.gain_db != 0) json["gain_db"] = row.gain_db;
  return json;
}

Json ToJson(const FrontierPoint& point) {
  return {{"plan", point.plan},
          {"latency_ms", point.latency_ms},
          {"drop", point.drop},
          {"is_chosen", point.is_chosen}};
}

Json ToJson(const Suspect& suspect) {
  return {{"value", suspect.value},   {"node", suspect.node},
          {"share", suspect.share},   {"sqnr_db", suspect.sqnr_db},
          {"kind", suspect.kind},     {"cause", suspect.cause},
          {"remedy", suspect.remedy}, {"keep", suspect.keep}};
}

Json ToJson(const OwnRule& own) {
  return {{"value", own.value}, {"rule", own.rule}, {"gain_db", own.gain_db}};
}

Json ToJson(const RangeTrial& trial) {
  Json own = Json::array();
  for (const OwnRule& rule : trial.own) own.push_back(ToJson(rule));
  return {{"rule", trial.rule}, {"sqnr_db", trial.sqnr_db}, {"own", own}};
}

Json ToJson(const Reproduction& r) {
  return {{"command", r.command},
          {"octet_version", r.octet_version},
          {"model_sha256", r.model_sha256},
          {"engine_sha256", r.engine_sha256},
          {"calibration", r.calibration},
          {"preprocess", r.preprocess},
          {"cpu", r.cpu},
          {"cpu_level", r.cpu_level}};
}

// An empty part is left out.
template <typename Rows>
void Put(Json& json, const char* key, const Rows& rows) {
  if (rows.empty()) return;
  Json list = Json::array();
  for (const auto& row : rows) list.push_back(ToJson(row));
  json[key] = std::move(list);
}

void PutAgreement(Json& json, const Report& report) {
  if (report.compared_samples == 0) return;
  Json changes = Json::array();
  for (const auto& change : report.changes) {
    changes.push_back({{"sample", change.sample}, {"what", change.what}});
  }
  json["agreement"] = {{"answers", NameOf(report.answers)},
                       {"samples", report.compared_samples},
                       {"changes", std::move(changes)}};
}

}  // namespace

std::string ToJson(const Report& report) {
  const Judgement judgement = Judge(report);
  Json json = {{"format", "octet report"}, {"version", kReportVersion}};
  json["verdict"] = {{"level", Name(judgement.level)},
                     {"answer", judgement.answer},
                     {"headline", judgement.headline},
                     {"reasons", judgement.reasons},
                     {"rule", judgement.rule}};
  json["model"] = report.model;
  json["engine"] = report.engine;
  Put(json, "engines", report.engines);
  PutAgreement(json, report);
  if (!report.metric.empty()) json["metric"] = report.metric;
  Put(json, "nodes", report.nodes);
  const std::map<int64_t, std::string> samples(report.sample_names.begin(),
                                               report.sample_names.end());
  for (const StoredValue& value : report.values) {
    json["values"].push_back(ToJson(value, samples));
  }
  if (!report.layers.layers.empty()) json["layers"] = ToJson(report.layers);
  Put(json, "tried", report.tried);
  Put(json, "sensitivity", report.sensitivity);
  Put(json, "frontier", report.frontier);
  Put(json, "suspects", report.suspects);
  json["reproduction"] = ToJson(report.reproduction);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace octet::report
