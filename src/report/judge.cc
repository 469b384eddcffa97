#include "report/judge.h"

#include <fmt/core.h>

namespace octet::report {
namespace {

using evaluate::AnswerKind;

// The most that an engine may lose before a build gives int8 up, and what
// counts as nothing: docs/accuracy.md.
constexpr double kMostLoss = 0.03;
constexpr double kNoLoss = 0.005;
constexpr double kLikelyShare = 0.99;
// A median so far above the fastest run was disturbed by other programs.
constexpr double kMostSpread = 1.3;
constexpr double kLikelyDb = 30, kDoubtfulDb = 20;

std::string AnswerOf(Level level) {
  switch (level) {
    case Level::kFit:
      return "Fit to ship";
    case Level::kLikely:
      return "Looks fit to ship";
    case Level::kDoubtful:
      return "Look before you ship";
    case Level::kUnfit:
      return "Do not ship";
    case Level::kUnmeasured:
      break;
  }
  return "Not measured";
}

std::string_view AnswersOf(AnswerKind kind) {
  return kind == AnswerKind::kTopClass ? "top answers" : "confident detections";
}

std::string Percent(double share) {
  // Nothing short of all may read as all.
  const bool rounds_to_all = share < 1 && share > 0.9995;
  return rounds_to_all ? "more than 99.9 %"
                       : fmt::format("{:.1f} %", 100 * share);
}

// The level by accuracy on labelled data, and what to say of it.
void JudgeAccuracy(const Report& report, const Score& before,
                   const Score& after, Judgement& judgement) {
  const double drop = before.value - after.value;
  const bool inside = after.low <= before.value && before.value <= after.high;
  if (drop <= kNoLoss) {
    judgement.level = Level::kFit;
  } else if (inside && drop <= kMostLoss) {
    judgement.level = Level::kLikely;
  } else {
    judgement.level = drop > kMostLoss ? Level::kUnfit : Level::kDoubtful;
  }
  judgement.headline = fmt::format("it has {:.4f} {}, float {:.4f}",
                                   after.value, report.metric, before.value);
  judgement.reasons.push_back(fmt::format(
      "{} on {} labelled samples: float {:.4f}, this engine {:.4f} (95 % "
      "interval {:.4f} to {:.4f}).",
      report.metric, after.count, before.value, after.value, after.low,
      after.high));
  judgement.rule =
      "By the metric on labelled data: fit where it falls by at most 0.5 "
      "points; likely where the float engine's score lies inside this "
      "engine's interval; not to be shipped beyond 3 points.";
}

void JudgeAgreement(const Report& report, const Score& share,
                    Judgement& judgement) {
  const std::string_view answers = AnswersOf(report.answers);
  if (share.count == 0) {
    judgement.headline = fmt::format(
        "float has no {} on the samples that were compared", answers);
    judgement.reasons.push_back(
        "Nothing to compare: give samples that show what the model looks "
        "for.");
  } else if (share.low >= 1 - kMostLoss) {
    judgement.level = Level::kFit;
  } else if (share.high < 1 - kMostLoss) {
    judgement.level = Level::kUnfit;
  } else {
    judgement.level =
        share.value >= kLikelyShare ? Level::kLikely : Level::kDoubtful;
  }
  if (share.count > 0) {
    judgement.headline = fmt::format("{} of its {} are those of float",
                                     Percent(share.value), answers);
    judgement.reasons.push_back(fmt::format(
        "{} of {} {} on {} calibration samples; with 95 % confidence between "
        "{:.1f} and {:.1f} % elsewhere.",
        Percent(share.value), share.count, answers, report.compared_samples,
        100 * share.low, 100 * share.high));
  }
  judgement.rule =
      "Without labels, by the share of answers that are the float engine's: "
      "fit where it is at least 97 % with 95 % confidence; likely from 99 % "
      "seen; not to be shipped where it is below 97 % with that confidence.";
}

void JudgeTensors(const Report& report, double sqnr_db, Judgement& judgement) {
  judgement.level = sqnr_db >= kLikelyDb     ? Level::kLikely
                    : sqnr_db >= kDoubtfulDb ? Level::kDoubtful
                                             : Level::kUnfit;
  judgement.headline =
      fmt::format("its outputs stand {:.1f} dB above their error", sqnr_db);
  judgement.reasons.push_back(fmt::format(
      "Outputs against float on {} calibration samples: {:.1f} dB of signal "
      "over noise.",
      report.compared_samples, sqnr_db));
  judgement.rule =
      "Outputs of no known kind, by the ratio of signal to noise: likely from "
      "30 dB (an error of 3 %), doubtful from 20 dB (10 %).";
}

// "2.1x as fast as fp32, 3.8x smaller"; also notes what was not gained.
std::string Gain(const EngineRow& before, const EngineRow& after,
                 Judgement& judgement) {
  std::string gain;
  if (before.speed && after.speed && after.speed->p50_ms > 0) {
    const double ratio = before.speed->p50_ms / after.speed->p50_ms;
    gain = fmt::format("{:.2f}× as fast as {}", ratio, before.precision);
    judgement.reasons.push_back(fmt::format(
        "{} on this machine: {:.2f} ms against {:.2f} ms (median, {} "
        "thread{}).",
        ratio > 1 ? "Faster" : "Not faster", after.speed->p50_ms,
        before.speed->p50_ms, after.speed->threads,
        after.speed->threads == 1 ? "" : "s"));
  }
  for (const EngineRow* row : {&before, &after}) {
    if (!row->speed || row->speed->p50_ms <= kMostSpread * row->speed->min_ms) {
      continue;
    }
    judgement.reasons.push_back(fmt::format(
        "Do not trust the times: the machine was busy ({} took {:.2f} ms at "
        "its fastest). Measure again with octet bench.",
        row->precision, row->speed->min_ms));
    break;
  }
  if (after.file_bytes > 0 && before.file_bytes > 0) {
    const double ratio = double(before.file_bytes) / double(after.file_bytes);
    gain +=
        fmt::format("{}{:.1f}× smaller", gain.empty() ? "" : " and ", ratio);
  }
  return gain;
}

}  // namespace

std::string_view Name(Level level) {
  switch (level) {
    case Level::kFit:
      return "fit";
    case Level::kLikely:
      return "likely";
    case Level::kDoubtful:
      return "doubtful";
    case Level::kUnfit:
      return "unfit";
    case Level::kUnmeasured:
      break;
  }
  return "unmeasured";
}

Judgement Judge(const Report& report) {
  Judgement judgement;
  if (report.engines.size() >= 2) {
    const EngineRow& before = report.engines.front();
    const EngineRow& after = report.engines.back();
    if (before.accuracy && after.accuracy) {
      JudgeAccuracy(report, *before.accuracy, *after.accuracy, judgement);
    } else if (after.agreement) {
      JudgeAgreement(report, *after.agreement, judgement);
    } else if (after.sqnr_db) {
      JudgeTensors(report, *after.sqnr_db, judgement);
    }
    const std::string gain = Gain(before, after, judgement);
    if (!gain.empty()) {
      judgement.headline += judgement.headline.empty() ? "" : "; it is ";
      judgement.headline += gain;
    }
  }
  judgement.answer = AnswerOf(judgement.level);
  if (judgement.level == Level::kUnmeasured && judgement.reasons.empty()) {
    judgement.reasons.push_back(
        "No samples were compared with float: build with --calib DATA and "
        "without --no-verdict.");
  }
  if (!report.search.empty()) {
    judgement.reasons.push_back("The search for a plan: " + report.search +
                                ".");
  }
  return judgement;
}

}  // namespace octet::report
