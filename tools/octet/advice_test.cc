#include "advice.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// int8 twice as fast and a quarter as large, everything as in float.
Measurements Good() {
  Measurements m;
  m.machine.threads = 2;
  m.machine.int8_gops = 100;
  m.machine.f32_gflops = 50;
  m.one.f32.p50_ms = m.one.f32.p99_ms = 20;
  m.one.int8.p50_ms = m.one.int8.p99_ms = 10;
  m.threaded = m.one;
  m.threaded->threads = 2;
  m.threaded->int8.p50_ms = m.threaded->int8.p99_ms = 6;
  m.batched = m.one;
  m.batched->batch = 8;
  m.batched->int8.p50_ms = 40;
  m.f32_bytes = 4 << 20;
  m.int8_bytes = 1 << 20;
  m.int8_share = 0.98;
  m.agreed = Agreed{"99.9 % of top answers as in float", true, 0.999, 35, 32};
  m.tried = {{"mse folded", 31.5, {}}, {"minmax", 28.25, {}}};
  return m;
}

Advice Line(const std::string& use, const Measurements& m,
            const std::string& topic) {
  for (const Advice& line : Advise(*FindUse(use), m)) {
    if (line.topic == topic) return line;
  }
  return {};
}

TEST(Advise, GivesEveryLineOfEveryUseItsMeasurement) {
  for (const Use& use : Uses()) {
    for (const Advice& line : Advise(use, Good())) {
      EXPECT_FALSE(line.advice.empty()) << use.name << " " << line.topic;
      EXPECT_THAT(line.evidence, testing::ContainsRegex("[0-9]"))
          << use.name << " " << line.topic;
    }
  }
}

TEST(Advise, TakesInt8WhereItIsFasterAndAsGood) {
  for (const Use& use : Uses()) {
    EXPECT_TRUE(AdvisesInt8(use, Good())) << use.name;
  }
  EXPECT_THAT(Line("video", Good(), "precision").evidence, HasSubstr("2.00x"));
}

TEST(Advise, AsksMoreOfMedicalUse) {
  Measurements m = Good();
  m.agreed->share = 0.98;
  EXPECT_TRUE(AdvisesInt8(*FindUse("video"), m));
  EXPECT_FALSE(AdvisesInt8(*FindUse("medical"), m));
  EXPECT_THAT(Line("medical", m, "precision").evidence,
              HasSubstr("99.5 % asked"));
  EXPECT_THAT(Line("medical", m, "protection").advice,
              HasSubstr("octet compare"));
}

TEST(Advise, GoesByTheErrorWhereOutputsAreNoAnswers) {
  Measurements m = Good();
  m.agreed->is_share = false;
  m.agreed->share = 0;
  EXPECT_TRUE(AdvisesInt8(*FindUse("language"), m));
  m.agreed->sqnr_db = 24;
  EXPECT_FALSE(AdvisesInt8(*FindUse("language"), m));
}

TEST(Advise, DoesNotSpeakOfAccuracyThatNobodyMeasured) {
  Measurements m = Good();
  m.agreed.reset();
  m.tried.clear();
  EXPECT_THAT(Line("video", m, "accuracy").evidence, HasSubstr("not measured"));
  EXPECT_THAT(Line("video", m, "calibrator").evidence,
              HasSubstr("not measured"));
  EXPECT_THAT(Line("video", m, "precision").advice,
              HasSubstr("if it is accurate enough"));
  // Where accuracy comes first, float until it is known.
  EXPECT_FALSE(AdvisesInt8(*FindUse("medical"), m));
}

TEST(Advise, ProposesToAQuantizedModelOnlyWhatItTakes) {
  Measurements m = Good();
  m.is_quantized = true;
  m.tried.clear();
  m.agreed->share = 0.5;
  EXPECT_THAT(Line("video", m, "calibrator").advice, HasSubstr("none"));
  EXPECT_THAT(Line("video", m, "protection").advice, HasSubstr("--max-drop"));
  for (const Advice& line : Advise(*FindUse("video"), m)) {
    EXPECT_THAT(line.advice, Not(HasSubstr("--method"))) << line.topic;
    EXPECT_THAT(line.advice, Not(HasSubstr("--keep"))) << line.topic;
  }
}

TEST(Advise, StaysWithFloatWhereInt8IsNoFaster) {
  Measurements m = Good();
  m.one.int8.p50_ms = 19;
  EXPECT_THAT(Line("speech", m, "precision").advice,
              HasSubstr("int8 gains too little"));
  // The edge asks for memory.
  EXPECT_TRUE(AdvisesInt8(*FindUse("edge"), m));
  m.int8_bytes = m.f32_bytes;
  EXPECT_FALSE(AdvisesInt8(*FindUse("edge"), m));
}

// The same with a 16-bit engine.
Measurements WithHalf(const std::string& name, double ms, int64_t bytes,
                      double share) {
  Measurements m = Good();
  HalfMeasured& half = m.halves.emplace_back();
  half.name = name;
  half.latency.p50_ms = ms;
  half.bytes = bytes;
  half.agreed = Agreed{fmt::format("{:.1f} % of top answers", 100 * share),
                       true, share, 60, 32};
  return m;
}

TEST(Advise, Proposes16BitsWhereTheyAreFasterAndAsGood) {
  const Use& video = *FindUse("video");
  Measurements m = WithHalf("bf16", 12, 2 << 20, 0.999);
  EXPECT_EQ(AdvisedHalf(video, m)->name, "bf16");
  // Beside int8 for what it hurts, else instead of fp32.
  EXPECT_THAT(Line("video", m, "16 bits").advice, HasSubstr("--protect bf16"));
  m.agreed->share = 0.5;
  EXPECT_EQ(Line("video", m, "16 bits").advice, "bf16 rather than fp32");
  EXPECT_THAT(Line("video", m, "16 bits").evidence,
              HasSubstr("fp32 20.000 ms, 4.0 MiB; bf16 12.000 ms, 2.0 MiB, "
                        "99.9 % of top answers"));
  m.halves[0].agreed->share = 0.9;
  EXPECT_EQ(AdvisedHalf(video, m), nullptr);
}

TEST(Advise, Proposes16BitsForMemoryEvenIfTheyAreSlower) {
  Measurements m = WithHalf("fp16", 21, 2 << 20, 0.999);
  EXPECT_EQ(AdvisedHalf(*FindUse("edge"), m)->name, "fp16");
  EXPECT_EQ(AdvisedHalf(*FindUse("video"), m), nullptr);
  EXPECT_THAT(Line("video", m, "16 bits").advice, HasSubstr("--protect fp32"));
  m.agreed->share = 0.5;
  EXPECT_THAT(Line("video", m, "16 bits").advice,
              HasSubstr("gain too little over fp32"));
  m.halves[0].bytes = m.f32_bytes;
  EXPECT_EQ(AdvisedHalf(*FindUse("edge"), m), nullptr);
}

TEST(Advise, TrustsNo16BitsThatNobodyMeasuredWhereAccuracyComesFirst) {
  Measurements m = WithHalf("bf16", 12, 2 << 20, 0.999);
  m.halves[0].agreed.reset();
  EXPECT_NE(AdvisedHalf(*FindUse("video"), m), nullptr);
  EXPECT_EQ(AdvisedHalf(*FindUse("medical"), m), nullptr);
}

TEST(Advise, BatchesForThroughputOnlyAndOnlyWhereItPays) {
  Measurements m = Good();
  EXPECT_EQ(Line("recommend", m, "batch").advice, "8");
  EXPECT_THAT(Line("recommend", m, "batch").evidence, HasSubstr("5.000 ms"));
  EXPECT_EQ(Line("video", m, "batch").advice, "1");
  m.batched->int8.p50_ms = 88;
  EXPECT_EQ(Line("recommend", m, "batch").advice, "1");
  m.batched.reset();
  m.fixed_batch = "the model's batch is fixed at 1";
  EXPECT_THAT(Line("recommend", m, "batch").evidence, HasSubstr("fixed at 1"));
}

TEST(Advise, SaysWhetherAFrameIsReadyInTime) {
  Measurements m = Good();
  EXPECT_THAT(Line("video", m, "latency").advice, HasSubstr("33.3 ms is met"));
  m.one.int8.p99_ms = 60;
  EXPECT_THAT(Line("video", m, "latency").advice, HasSubstr("is met"));
  m.threaded->int8.p99_ms = 35;
  EXPECT_THAT(Line("video", m, "latency").advice, HasSubstr("is not met"));
  EXPECT_EQ(Line("edge", m, "latency").topic, "");
}

TEST(Advise, UsesThreadsForOneAnswerAndSessionsForMany) {
  EXPECT_EQ(Line("video", Good(), "threads").advice, "2");
  EXPECT_EQ(Line("recommend", Good(), "threads").advice,
            "1 a session, 2 sessions");
  EXPECT_EQ(Line("edge", Good(), "threads").advice, "1");
}

TEST(Advise, ShowsLatenciesOfThePrecisionThatItGives) {
  Measurements m = Good();
  m.agreed->share = 0.5;
  m.threaded->f32.p50_ms = 11;
  EXPECT_THAT(Line("video", m, "threads").evidence,
              HasSubstr("fp32: 20.000 ms with 1, 11.000 ms with 2"));
  EXPECT_THAT(Line("video", m, "latency").evidence, HasSubstr("fp32 p99"));
  EXPECT_THAT(Line("video", m, "batch").evidence, HasSubstr("fp32"));
}

TEST(FindUse, KnowsItsNamesOnly) {
  EXPECT_EQ(FindUse("medical")->name, "medical");
  EXPECT_EQ(FindUse("Medical"), nullptr);
}

}  // namespace
}  // namespace octet::cli
