#include "advice.h"

#include <algorithm>

#include "base/error.h"
#include "console.h"

namespace octet::cli {
namespace {

constexpr Use kUses[] = {
    {"video", Aim::kLatency, 1000.0 / 30, 0.97, 20,
     "30 frames a second, each as it comes"},
    {"edge", Aim::kMemory, 0, 0.97, 20, "little memory, one thread"},
    {"recommend", Aim::kThroughput, 0, 0.98, 25, "many requests at once"},
    {"medical", Aim::kAccuracy, 0, 0.995, 30,
     "answers as in float before speed"},
    {"language", Aim::kLatency, 0, 0.98, 25, "a text at a time"},
    {"speech", Aim::kLatency, 0, 0.98, 20, "sound as it comes"},
};

// A gain below this is not worth a calibration.
constexpr double kLeastSpeedUp = 1.1;

double SpeedUp(const Timing& timing) {
  return timing.f32.p50_ms / timing.int8.p50_ms;
}

bool AgreesEnough(const Use& use, const Agreed& agreed) {
  return agreed.is_share ? agreed.share >= use.least_share
                         : agreed.sqnr_db >= use.least_sqnr_db;
}

std::string Asked(const Use& use, const Agreed& agreed) {
  return agreed.is_share ? fmt::format("{:.1f} % asked", 100 * use.least_share)
                         : fmt::format("{:.0f} dB asked", use.least_sqnr_db);
}

// The latencies of the precision that is advised.
const Latency& Chosen(const Use& use, const Measurements& m,
                      const Timing& timing) {
  return AdvisesInt8(use, m) ? timing.int8 : timing.f32;
}

std::string_view ChosenName(const Use& use, const Measurements& m) {
  return AdvisesInt8(use, m) ? "int8" : "fp32";
}

Advice Precision(const Use& use, const Measurements& m) {
  std::string evidence = fmt::format(
      "fp32 {:.3f} ms, int8 {:.3f} ms on one thread: {:.2f}x; int8 products "
      "are {:.1f}x as fast here",
      m.one.f32.p50_ms, m.one.int8.p50_ms, SpeedUp(m.one),
      m.machine.int8_over_f32());
  if (m.agreed) {
    evidence += fmt::format("; {} on {} samples, {}", m.agreed->words,
                            m.agreed->samples, Asked(use, *m.agreed));
  }
  if (AdvisesInt8(use, m)) {
    const char* sure = m.agreed ? "int8" : "int8, if it is accurate enough";
    return {"precision", sure, evidence};
  }
  const bool wrong = m.agreed && !AgreesEnough(use, *m.agreed);
  const bool slow = SpeedUp(m.one) < kLeastSpeedUp;
  return {"precision",
          wrong  ? "fp32, until more nodes are kept out of int8"
          : slow ? "fp32: int8 gains too little"
                 : "fp32, until accuracy is measured",
          evidence};
}

// What 16-bit floats buy here.
std::optional<Advice> Halves(const Use& use, const Measurements& m) {
  if (m.halves.empty()) return std::nullopt;
  std::string evidence =
      fmt::format("on one thread fp32 {:.3f} ms, {}", m.one.f32.p50_ms,
                  Bytes(double(m.f32_bytes)));
  for (const HalfMeasured& half : m.halves) {
    evidence += fmt::format("; {} {:.3f} ms, {}", half.name,
                            half.latency.p50_ms, Bytes(double(half.bytes)));
    if (half.agreed) evidence += ", " + half.agreed->words;
  }
  const HalfMeasured* half = AdvisedHalf(use, m);
  if (AdvisesInt8(use, m)) {
    return Advice{"16 bits",
                  half == nullptr
                      ? "no: keep in fp32 what int8 hurts (--protect fp32)"
                      : fmt::format("keep in {} what int8 hurts (--max-drop D "
                                    "--protect {})",
                                    half->name, half->name),
                  evidence};
  }
  return Advice{"16 bits",
                half == nullptr ? "no: they gain too little over fp32"
                                : half->name + " rather than fp32",
                evidence};
}

Advice Accuracy(const Measurements& m) {
  if (!m.agreed) {
    return {"accuracy",
            "measure it: give --calib DATA --preprocess P here, or octet eval "
            "on labelled data",
            "not measured: no samples were given"};
  }
  return {"accuracy",
          "confirm it with octet eval on labelled data that calibration has "
          "not seen",
          fmt::format("{} on {} calibration samples; outputs {:.1f} dB above "
                      "the error",
                      m.agreed->words, m.agreed->samples, m.agreed->sqnr_db)};
}

Advice Calibrator(const Measurements& m) {
  if (m.is_quantized) {
    return {"calibrator", "none: the model brings its own parameters",
            "it is a quantized (QDQ) model"};
  }
  if (m.tried.empty()) {
    return {"calibrator", "--method auto, which measures on samples",
            "not measured: no samples were given"};
  }
  std::string evidence = fmt::format("{:.2f} dB against float, best of {}",
                                     m.tried[0].sqnr_db, m.tried.size());
  if (m.tried.size() > 1) {
    evidence += fmt::format("; next {} with {:.2f} dB", m.tried[1].rule,
                            m.tried[1].sqnr_db);
  }
  return {"calibrator",
          fmt::format("--method auto, which takes {}", m.tried[0].rule),
          evidence};
}

Advice Protection(const Use& use, const Measurements& m) {
  std::string evidence = fmt::format(
      "{:.1f} % of multiply-accumulates in int8; {} softmax, {} layer "
      "normalizations; {:.1f} % depthwise",
      100 * m.int8_share, m.structure.softmaxes, m.structure.layer_norms,
      100 * m.structure.depthwise_share);
  for (const auto& [reason, nodes] : m.kept) {
    evidence += fmt::format("; {} kept: {}", nodes, reason);
  }
  if (m.agreed && !AgreesEnough(use, *m.agreed)) {
    return {"protection",
            m.is_quantized
                ? "octet build --max-drop 0.5% finds what to keep out of int8"
                : "octet compare MODEL ENGINE --data DATA --sort own names the "
                  "nodes to --keep",
            evidence};
  }
  return {"protection",
          m.agreed ? "the rules of structure are enough"
                   : "the rules of structure, until accuracy is measured",
          evidence};
}

Advice Batch(const Use& use, const Measurements& m) {
  if (!m.batched) {
    return {"batch", "1", "not measured beyond: " + m.fixed_batch};
  }
  const auto n = double(m.batched->batch);
  const double one = Chosen(use, m, m.one).p50_ms;
  const double each = Chosen(use, m, *m.batched).p50_ms / n;
  const std::string evidence = fmt::format(
      "{}, one thread: {:.3f} ms a sample alone, {:.3f} ms in a batch of {}",
      ChosenName(use, m), one, each, m.batched->batch);
  const bool pays = use.aim == Aim::kThroughput && each < one;
  return {"batch", pays ? fmt::format("{}", m.batched->batch) : "1", evidence};
}

Advice Threads(const Use& use, const Measurements& m) {
  if (!m.threaded) {
    return {"threads", "1",
            fmt::format("this machine has {}", m.machine.threads)};
  }
  const double one = Chosen(use, m, m.one).p50_ms;
  const double all = Chosen(use, m, *m.threaded).p50_ms;
  const std::string evidence =
      fmt::format("{}: {:.3f} ms with 1, {:.3f} ms with {}", ChosenName(use, m),
                  one, all, m.threaded->threads);
  const bool for_one_answer =
      use.aim == Aim::kLatency || use.aim == Aim::kAccuracy;
  if (for_one_answer && one / all >= kLeastSpeedUp) {
    return {"threads", fmt::format("{}", m.threaded->threads), evidence};
  }
  return {"threads",
          use.aim == Aim::kThroughput
              ? fmt::format("1 a session, {} sessions", m.threaded->threads)
              : "1",
          evidence};
}

Advice Memory(const Measurements& m) {
  return {"memory",
          m.int8_bytes < m.f32_bytes ? "int8 takes less" : "int8 takes no less",
          fmt::format("engine and session: fp32 {}, int8 {}",
                      Bytes(double(m.f32_bytes)), Bytes(double(m.int8_bytes)))};
}

Advice Budget(const Use& use, const Measurements& m) {
  const double one = Chosen(use, m, m.one).p99_ms;
  const double all = m.threaded ? Chosen(use, m, *m.threaded).p99_ms : one;
  const bool met = std::min(one, all) <= use.most_ms;
  std::string evidence =
      fmt::format("{} p99 {:.3f} ms on one thread", ChosenName(use, m), one);
  if (m.threaded) {
    evidence += fmt::format(", {:.3f} ms on {}", all, m.threaded->threads);
  }
  return {"latency",
          fmt::format("{:.1f} ms {} met", use.most_ms, met ? "is" : "is not"),
          evidence};
}

// What the model is made of that static ranges have to do with.
std::optional<Advice> Nature(const Use& use, const Measurements& m) {
  const Structure& s = m.structure;
  if (use.name == "language") {
    return Advice{
        "ranges",
        "static: calibrate with texts of every length and subject that will "
        "come; there are no ranges made anew for each text",
        fmt::format("{} layer normalizations and {} softmax in {} steps",
                    s.layer_norms, s.softmaxes, s.steps)};
  }
  if (use.name == "recommend") {
    return Advice{
        "tables", "they stay in fp32",
        fmt::format("{} look-ups (gather) in {} steps", s.gathers, s.steps)};
  }
  return std::nullopt;
}

}  // namespace

std::span<const Use> Uses() { return kUses; }

const Use* FindUse(std::string_view name) {
  const auto* use = std::ranges::find(kUses, name, &Use::name);
  return use == std::end(kUses) ? nullptr : use;
}

bool MayHelp(const Use& use, const Measurements& m, const HalfMeasured& half) {
  if (use.aim == Aim::kMemory) return half.bytes < m.f32_bytes;
  return m.one.f32.p50_ms >= kLeastSpeedUp * half.latency.p50_ms;
}

const HalfMeasured* AdvisedHalf(const Use& use, const Measurements& m) {
  const HalfMeasured* best = nullptr;
  for (const HalfMeasured& half : m.halves) {
    if (!MayHelp(use, m, half)) continue;
    // What is not measured is trusted where accuracy does not come first.
    if (half.agreed ? !AgreesEnough(use, *half.agreed)
                    : use.aim == Aim::kAccuracy) {
      continue;
    }
    if (best == nullptr || half.latency.p50_ms < best->latency.p50_ms) {
      best = &half;
    }
  }
  return best;
}

bool AdvisesInt8(const Use& use, const Measurements& m) {
  if (m.agreed && !AgreesEnough(use, *m.agreed)) return false;
  if (!m.agreed && use.aim == Aim::kAccuracy) return false;
  if (use.aim == Aim::kMemory) return m.int8_bytes < m.f32_bytes;
  return SpeedUp(m.one) >= kLeastSpeedUp;
}

std::vector<Advice> Advise(const Use& use, const Measurements& m) {
  std::vector<Advice> lines = {Precision(use, m)};
  if (use.most_ms > 0) lines.push_back(Budget(use, m));
  if (auto halves = Halves(use, m)) lines.push_back(*std::move(halves));
  lines.push_back(Accuracy(m));
  lines.push_back(Calibrator(m));
  lines.push_back(Protection(use, m));
  lines.push_back(Batch(use, m));
  lines.push_back(Threads(use, m));
  lines.push_back(Memory(m));
  if (auto nature = Nature(use, m)) lines.push_back(*std::move(nature));
  return lines;
}

}  // namespace octet::cli
