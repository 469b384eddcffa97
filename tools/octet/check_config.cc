#include "check_config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "compile/calibrate/range_rule.h"
#include "vision/document.h"
#include "vision/fields.h"

namespace octet::cli {
namespace {

using nlohmann::json;
using vision::Fields;

constexpr std::string_view kGateNames[] = {"loads", "smaller", "faster",
                                           "accurate", "agrees"};
constexpr std::string_view kMetrics[] = {"top1", "top5", "map50_95", "map50"};
constexpr std::string_view kKeys[] = {"model", "shapes", "level",  "engine",
                                      "build", "data",   "timing", "gate"};
constexpr std::string_view kBuildKeys[] = {"calib",  "ranges", "preprocess",
                                           "method", "keep",   "limit"};
// Those that say how an engine is built, and nothing else.
constexpr std::string_view kBuildOnlyKeys[] = {"ranges", "method", "keep"};
constexpr std::string_view kDataKeys[] = {"data", "labels", "images", "split"};
constexpr std::string_view kTimingKeys[] = {"threads", "seconds"};
// By kind of gate, `check` itself left out.
constexpr std::array<std::array<std::string_view, 3>, std::size(kGateNames)>
    kGateKeys = {{{},
                  {"bytes", "ratio"},
                  {"ratio", "ms", "percentile"},
                  {"least", "drop", "metric"},
                  {"least"}}};
constexpr int64_t kMostGates = 1000, kMostKeep = 10000, kMostShapes = 1000;
constexpr int64_t kStatic = 2;
constexpr double kMostSeconds = 3600, kMostMs = 3.6e6, kMostRatio = 1e6;

class Parser {
 public:
  Parser(const std::string& name, const std::string& folder)
      : name_(name), folder_(folder) {}

  Result<CheckConfig> Run(const json& document) {
    const Fields top(document, name_);
    TakeAll(top.KeyFaults(kKeys));
    if (!document.is_object()) return Faults();
    Take(top.Read("model", &config_.model));
    Take(top.Read("shapes", kMostShapes, &config_.shapes));
    Take(top.Read("engine", &config_.engine));
    int64_t level = kStatic;
    Take(top.Read("level", 1, 3, &level));
    ReadBuild(document.value("build", json::object()));
    ReadData(document.value("data", json::object()));
    ReadTiming(document.value("timing", json::object()));
    ReadGates(document.value("gate", json::array()));
    CheckWhole();
    if (!faults_.empty()) return Faults();
    if (level != kStatic) {
      return Unsupported(
          "{}: level {} ({}) does not exist yet; level 2 (static) does", name_,
          level, level == 1 ? "dynamic" : "tuned");
    }
    for (std::string* path :
         {&config_.model, &config_.engine, &config_.calib, &config_.ranges,
          &config_.data, &config_.labels, &config_.images}) {
      *path = InFolder(*path);
    }
    if (config_.preprocess.ends_with(".toml") ||
        config_.preprocess.ends_with(".json")) {
      config_.preprocess = InFolder(config_.preprocess);
    }
    return config_;
  }

 private:
  void Take(const Status& status) {
    if (!status.ok()) faults_.push_back(status.message());
  }
  void TakeAll(const std::vector<Status>& statuses) {
    for (const Status& status : statuses) Take(status);
  }
  template <typename... Args>
  void Fault(fmt::format_string<Args...> text, Args&&... args) {
    faults_.push_back(fmt::format(text, std::forward<Args>(args)...));
  }

  Status Faults() const {
    if (faults_.size() == 1) return BadInput("{}", faults_[0]);
    std::string all;
    for (const std::string& fault : faults_) all += "\n  " + fault;
    return BadInput("{}: {} faults:{}", name_, faults_.size(), all);
  }

  std::string InFolder(const std::string& path) const {
    if (path.empty() || folder_.empty()) return path;
    return (std::filesystem::path(folder_) / path).lexically_normal().string();
  }

  void ReadBuild(const json& table) {
    const Fields fields(table, name_ + ": [build]");
    TakeAll(fields.KeyFaults(kBuildKeys));
    Take(fields.Read("calib", &config_.calib));
    Take(fields.Read("ranges", &config_.ranges));
    Take(fields.Read("preprocess", &config_.preprocess));
    Take(fields.Read("method", &config_.method));
    Take(fields.Read("keep", kMostKeep, &config_.keep));
    Take(fields.Read("limit", 0, INT64_MAX, &config_.limit));
    for (const std::string_view key : kBuildOnlyKeys) {
      if (!fields.Has(key)) continue;
      build_only_ +=
          fmt::format("{}'{}'", build_only_.empty() ? "" : ", ", key);
    }
    if (config_.method == "auto") return;
    const auto choice = compile::ParseRangeChoice(config_.method);
    if (!choice.ok()) {
      Fault("{}: 'method': {}", fields.where(), choice.status().message());
    }
  }

  void ReadData(const json& table) {
    const Fields fields(table, name_ + ": [data]");
    TakeAll(fields.KeyFaults(kDataKeys));
    Take(fields.Read("data", &config_.data));
    Take(fields.Read("labels", &config_.labels));
    Take(fields.Read("images", &config_.images));
    Take(fields.Read("split", &config_.split));
  }

  void ReadTiming(const json& table) {
    const Fields fields(table, name_ + ": [timing]");
    TakeAll(fields.KeyFaults(kTimingKeys));
    Take(fields.Read("threads", 0, 1024, &config_.threads));
    Take(fields.Read("seconds", 0, kMostSeconds, &config_.seconds));
  }

  void ReadGates(const json& list) {
    if (!list.is_array() || list.size() > size_t(kMostGates)) {
      Fault("{}: 'gate' is no list of at most {} tables, each under [[gate]]",
            name_, kMostGates);
      return;
    }
    for (size_t i = 0; i < list.size(); ++i) {
      ReadGate(list[i], fmt::format("{}: gate {}", name_, i + 1));
    }
    if (list.empty()) {
      Fault("{}: has no [[gate]], so that nothing would be checked", name_);
    }
  }

  void ReadGate(const json& table, const std::string& where) {
    const Fields fields(table, where);
    int kind = -1;
    Take(fields.ReadChoice("check", kGateNames, &kind));
    if (!fields.Has("check")) {
      Fault(
          "{}: has no 'check': one of loads, smaller, faster, accurate, "
          "agrees",
          where);
    }
    if (kind < 0) return;
    Gate& gate = config_.gates.emplace_back();
    gate.kind = GateKind(kind);
    std::vector<std::string_view> keys = {"check"};
    for (const std::string_view key : kGateKeys[size_t(kind)]) {
      if (!key.empty()) keys.push_back(key);
    }
    TakeAll(fields.KeyFaults(keys));
    ReadLimits(fields, gate);
  }

  void ReadLimits(const Fields& fields, Gate& gate) {
    const auto has = [&](std::string_view key) {
      const auto& keys = kGateKeys[size_t(gate.kind)];
      return std::ranges::count(keys, key) > 0 && fields.Has(key);
    };
    const auto read = [&](std::string_view key, double high,
                          std::optional<double>& value) {
      if (!has(key)) return;
      double number = 0;
      Take(fields.Read(key, 0.0, high, &number));
      value = number;
    };
    if (has("bytes")) {
      gate.bytes = 0;
      Take(fields.Read("bytes", 1, INT64_MAX, &*gate.bytes));
    }
    read("ratio", kMostRatio, gate.ratio);
    read("ms", kMostMs, gate.ms);
    read("least", 1.0, gate.least);
    read("drop", 1.0, gate.drop);
    ReadPercentile(fields, gate);
    int metric = -1;
    Take(fields.ReadChoice("metric", kMetrics, &metric));
    if (metric >= 0) gate.metric = kMetrics[metric];
    const auto one_of = [&](bool a, bool b, std::string_view what) {
      if (a == b) Fault("{}: wants either {}", fields.where(), what);
    };
    switch (gate.kind) {
      case GateKind::kSmaller:
        return one_of(gate.bytes.has_value(), gate.ratio.has_value(),
                      "'bytes' or 'ratio'");
      case GateKind::kFaster:
        return one_of(gate.ratio.has_value(), gate.ms.has_value(),
                      "'ratio' or 'ms'");
      case GateKind::kAccurate:
        return one_of(gate.least.has_value(), gate.drop.has_value(),
                      "'least' or 'drop'");
      case GateKind::kAgrees:
        if (!gate.least) Fault("{}: wants 'least'", fields.where());
        return;
      case GateKind::kLoads:
        return;
    }
  }

  void ReadPercentile(const Fields& fields, Gate& gate) {
    if (gate.kind != GateKind::kFaster || !fields.Has("percentile")) return;
    Take(fields.Read("percentile", 50, 99, &gate.percentile));
    const bool known =
        gate.percentile == 50 || gate.percentile == 90 || gate.percentile == 99;
    if (!known) {
      Fault("{}: 'percentile' is {}, expected 50, 90 or 99", fields.where(),
            gate.percentile);
    }
    if (gate.ratio) {
      Fault("{}: 'percentile' goes with 'ms'; a ratio is of medians",
            fields.where());
    }
  }

  void CheckWhole() {
    if (config_.model.empty()) {
      Fault("{}: has no 'model': the ONNX file", name_);
    }
    if (config_.engine.empty() && config_.calib.empty() &&
        config_.ranges.empty()) {
      Fault(
          "{}: has neither an 'engine' nor, in [build], 'calib' or 'ranges' "
          "to build one with",
          name_);
    }
    if (!config_.engine.empty() && !build_only_.empty()) {
      Fault(
          "{}: [build] has {}, which 'engine' would not be built with: it is "
          "checked as it is; leave out one or the other",
          name_, build_only_);
    }
    for (size_t i = 0; i < config_.gates.size(); ++i) {
      const GateKind kind = config_.gates[i].kind;
      if (kind == GateKind::kAccurate && config_.data.empty()) {
        Fault(
            "{}: gate {} measures accuracy, and [data] names no labelled "
            "'data'",
            name_, i + 1);
      }
      if (kind == GateKind::kAgrees && config_.calib.empty()) {
        Fault(
            "{}: gate {} compares answers, and [build] names no 'calib' "
            "samples",
            name_, i + 1);
      }
    }
  }

  const std::string& name_;
  const std::string& folder_;
  CheckConfig config_;
  std::string build_only_;  // those that are given
  std::vector<std::string> faults_;
};

}  // namespace

std::string_view Name(GateKind kind) { return kGateNames[size_t(kind)]; }

Result<CheckConfig> ParseCheckConfig(std::string_view text,
                                     const std::string& name,
                                     const std::string& folder) {
  OCTET_ASSIGN(const json document, vision::ParseToml(text, name));
  return Parser(name, folder).Run(document);
}

}  // namespace octet::cli
