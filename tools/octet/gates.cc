#include "gates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "accuracy.h"
#include "base/error.h"
#include "checked_engine.h"
#include "side_by_side.h"
#include "timing.h"

namespace octet::cli {
namespace {

constexpr int kRounds = 3;
constexpr int64_t kMostSamples = 100;

// A limit as people write it, not as binary numbers have it.
std::string LimitOf(const Gate& gate) {
  if (gate.bytes) return Bytes(double(*gate.bytes));
  if (gate.ratio) return fmt::format("{:g}", *gate.ratio);
  if (gate.ms) return fmt::format("{:g} ms", *gate.ms);
  if (gate.drop) return fmt::format("{:g}", *gate.drop);
  return fmt::format("{:g}", gate.least.value_or(0));
}

std::string NameOf(const Gate& gate) {
  const std::string limit = LimitOf(gate);
  switch (gate.kind) {
    case GateKind::kLoads:
      return "loads and runs";
    case GateKind::kSmaller:
      return gate.bytes ? fmt::format("at most {}", limit)
                        : fmt::format("at most {} of fp32's size", limit);
    case GateKind::kFaster:
      return gate.ratio
                 ? fmt::format("at least {} times as fast as fp32", limit)
                 : fmt::format("at most {} at p{}", limit, gate.percentile);
    case GateKind::kAccurate:
      return gate.least
                 ? fmt::format("{} at least {}",
                               gate.metric.empty() ? "accuracy" : gate.metric,
                               limit)
                 : fmt::format("{} at most {} below fp32",
                               gate.metric.empty() ? "accuracy" : gate.metric,
                               limit);
    case GateKind::kAgrees:
      return fmt::format("at least {} of answers as in fp32", limit);
  }
  return "";
}

// What a gate of a kind that fails ends the command with.
Code FailureCode(GateKind kind) {
  switch (kind) {
    case GateKind::kAccurate:
    case GateKind::kAgrees:
      return Code::kAccuracyGate;
    case GateKind::kFaster:
      return Code::kSpeedGate;
    default:
      return Code::kFailed;
  }
}

double Percentile(const Latency& latency, int64_t percentile) {
  return percentile == 50   ? latency.p50_ms
         : percentile == 90 ? latency.p90_ms
                            : latency.p99_ms;
}

// What was measured, and whether it holds.
struct Finding {
  bool holds = false;
  std::string text;
  nlohmann::json numbers;
};

class GateRunner {
 public:
  GateRunner(const CheckConfig& config, Console& console)
      : config_(config),
        console_(console),
        checked_(CheckedEngine::Prepare(config, console)) {}

  CheckResult Run() {
    CheckResult result;
    for (const Gate& gate : config_.gates) {
      GateResult& row = result.gates.emplace_back();
      row.name = NameOf(gate);
      row.kind = gate.kind;
      const Result<Finding> finding = Measure(gate);
      if (!finding.ok()) {
        row.outcome = GateOutcome::kNotMeasured;
        row.found = finding.status().message();
        row.code = finding.status().code();
        continue;
      }
      row.found = finding->text;
      row.measured = finding->numbers;
      if (finding->holds) continue;
      row.outcome = GateOutcome::kFailed;
      row.code = FailureCode(gate.kind);
    }
    const bool fell = std::ranges::count(result.gates, Code::kAccuracyGate,
                                         &GateResult::code) > 0;
    if (fell && checked_->samples() != nullptr) {
      Result<std::vector<Suspect>> suspects =
          Diagnose(checked_->model(), checked_->engine(), *checked_->samples(),
                   checked_->calibration(), checked_->plan());
      if (suspects.ok()) result.suspects = *std::move(suspects);
    }
    return result;
  }

 private:
  Result<Finding> Measure(const Gate& gate) {
    if (!checked_.ok()) return checked_.status();
    switch (gate.kind) {
      case GateKind::kLoads:
        return Load();
      case GateKind::kSmaller:
        return Size(gate);
      case GateKind::kFaster:
        return Speed(gate);
      case GateKind::kAccurate:
        return Accuracy(gate);
      case GateKind::kAgrees:
        return Agrees(gate);
    }
    return Finding();
  }

  Result<Session> NewSession(const Engine& engine) const {
    SessionOptions options;
    options.threads = int(config_.threads);
    return Session::Create(engine, options);
  }

  Result<Finding> Load() const {
    OCTET_ASSIGN(Session session, NewSession(checked_->engine()));
    OCTET_RETURN_IF_ERROR(session.Run());
    return Finding{
        true,
        fmt::format("{} steps, on {}", session.steps().size(), session.cpu()),
        {{"steps", session.steps().size()}}};
  }

  Result<Finding> Size(const Gate& gate) const {
    const double bytes = double(checked_->engine_bytes());
    const double ratio = bytes / double(checked_->f32_bytes());
    return Finding{
        gate.bytes ? bytes <= double(*gate.bytes) : ratio <= *gate.ratio,
        fmt::format("{}, {:.3f} of fp32's {}", Bytes(bytes), ratio,
                    Bytes(double(checked_->f32_bytes()))),
        {{"bytes", checked_->engine_bytes()},
         {"f32_bytes", checked_->f32_bytes()},
         {"ratio", ratio}}};
  }

  Result<Finding> Speed(const Gate& gate) const {
    OCTET_ASSIGN(Session built, NewSession(checked_->engine()));
    FillRandom(built);
    if (gate.ms) {
      OCTET_ASSIGN(const Latency latency, TimeRuns(built, config_.seconds));
      const double ms = Percentile(latency, gate.percentile);
      return Finding{ms <= *gate.ms,
                     fmt::format("p{} {:.3f} ms in {} runs", gate.percentile,
                                 ms, latency.runs),
                     {{"ms", ms}, {"runs", latency.runs}}};
    }
    OCTET_ASSIGN(Session f32, NewSession(checked_->f32()));
    FillRandom(f32);
    // In turns, so that what else the machine does meets both.
    std::array<double, kRounds> ratios{}, fast{}, slow{};
    for (int i = 0; i < kRounds; ++i) {
      const double seconds = config_.seconds / kRounds;
      OCTET_ASSIGN(const Latency a, TimeRuns(f32, seconds));
      OCTET_ASSIGN(const Latency b, TimeRuns(built, seconds));
      slow[size_t(i)] = a.p50_ms;
      fast[size_t(i)] = b.p50_ms;
      ratios[size_t(i)] = a.p50_ms / b.p50_ms;
    }
    for (auto* list : {&ratios, &fast, &slow}) std::ranges::sort(*list);
    const double ratio = ratios[kRounds / 2];
    return Finding{ratio >= *gate.ratio,
                   fmt::format("{:.2f} times as fast, {:.3f} ms and {:.3f} ms",
                               ratio, fast[kRounds / 2], slow[kRounds / 2]),
                   {{"ratio", ratio},
                    {"ms", fast[kRounds / 2]},
                    {"f32_ms", slow[kRounds / 2]}}};
  }

  // Each engine is measured once for each metric.
  Result<Score> ScoreOf(const Engine& engine, const std::string& metric,
                        const char* what) {
    const auto key = std::make_pair(std::string(what), metric);
    if (const auto known = scores_.find(key); known != scores_.end()) {
      return known->second;
    }
    DataArguments arguments;
    arguments.data = config_.data;
    arguments.labels = config_.labels;
    arguments.images = config_.images;
    arguments.split = config_.split;
    arguments.metric = metric;
    OCTET_ASSIGN(const vision::Settings recorded, EngineSettings(engine));
    OCTET_ASSIGN(const LabelledData data, OpenData(arguments, recorded));
    SessionOptions options;
    options.threads = 0;  // no result depends on them
    OCTET_ASSIGN(Session session, Session::Create(engine, options));
    OCTET_ASSIGN(const Score score,
                 cli::Measure(data, session, console_,
                              fmt::format("measuring {}", what)));
    scores_[key] = score;
    return score;
  }

  Result<Finding> Accuracy(const Gate& gate) {
    OCTET_ASSIGN(const Score score,
                 ScoreOf(checked_->engine(), gate.metric, "the engine"));
    Finding finding;
    finding.text = fmt::format("{} {:.4f} on {} samples", score.metric,
                               score.value, score.samples);
    finding.numbers = {{"metric", score.metric},
                       {"value", score.value},
                       {"samples", score.samples}};
    if (gate.least) {
      finding.holds = score.value >= *gate.least;
      return finding;
    }
    OCTET_ASSIGN(const Score exact,
                 ScoreOf(checked_->f32(), gate.metric, "fp32"));
    const double drop = exact.value - score.value;
    finding.holds = drop <= *gate.drop;
    finding.text += fmt::format(", fp32 {:.4f}: {:.4f} {}", exact.value,
                                std::abs(drop), drop > 0 ? "lost" : "won");
    finding.numbers["f32"] = exact.value;
    finding.numbers["drop"] = drop;
    return finding;
  }

  Result<Finding> Agrees(const Gate& gate) {
    OCTET_ASSIGN(SideBySide both,
                 SideBySide::Create(checked_->f32(), checked_->engine(),
                                    checked_->settings()));
    OCTET_RETURN_IF_ERROR(
        both.Run(*checked_->samples(), console_, kMostSamples));
    const evaluate::Agreement& agreement = both.agreement();
    if (agreement.kind() == evaluate::AnswerKind::kTensors) {
      return Unsupported(
          "its outputs are neither classes nor boxes, so that there are no "
          "answers to compare; use an 'accurate' gate");
    }
    return Finding{
        agreement.share() >= *gate.least,
        fmt::format("{:.4f} of answers on {} samples", agreement.share(),
                    agreement.samples()),
        {{"share", agreement.share()}, {"samples", agreement.samples()}}};
  }

  const CheckConfig& config_;
  Console& console_;
  Result<CheckedEngine> checked_;
  std::map<std::pair<std::string, std::string>, Score> scores_;
};

}  // namespace

CheckResult RunGates(const CheckConfig& config, Console& console) {
  return GateRunner(config, console).Run();
}

Code ExitCode(const std::vector<GateResult>& gates) {
  for (const GateResult& gate : gates) {
    if (gate.outcome == GateOutcome::kNotMeasured) return gate.code;
  }
  for (const Code code :
       {Code::kAccuracyGate, Code::kSpeedGate, Code::kFailed}) {
    if (std::ranges::count(gates, code, &GateResult::code) > 0) return code;
  }
  return Code::kOk;
}

}  // namespace octet::cli
