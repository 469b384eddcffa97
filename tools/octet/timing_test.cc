#include "timing.h"

#include <gtest/gtest.h>

#include "compile/ir/text.h"
#include "compile/lower/lower.h"
#include "runtime/engine.h"

namespace octet::cli {
namespace {

Session MustStart() {
  const auto graph = compile::Parse(R"(graph "g"
input x f32[1,4,4,2]
input n s32[3]
const w f32[2,1,1,2]{seed=1}
y f32[1,4,4,2] = Conv(x, w, _) name=conv
output y
)");
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  auto lowered = compile::Lower(*graph, compile::FloatPlan(*graph), {});
  EXPECT_TRUE(lowered.ok()) << lowered.status().message();
  const auto engine = runtime::MakeEngine(std::move(lowered->program),
                                          lowered->constants.bytes());
  EXPECT_TRUE(engine.ok()) << engine.status().message();
  auto session = Session::Create(*engine);
  EXPECT_TRUE(session.ok()) << session.status().message();
  return *std::move(session);
}

std::vector<float> Floats(std::span<std::byte> bytes) {
  const auto* x = reinterpret_cast<const float*>(bytes.data());
  return {x, x + bytes.size() / sizeof(float)};
}

TEST(TimeRuns, RunsTenTimesEvenWithoutTime) {
  Session session = MustStart();
  const auto latency = TimeRuns(session, 0);
  ASSERT_TRUE(latency.ok()) << latency.status().message();
  EXPECT_EQ(latency->runs, 10);
}

TEST(TimeRuns, GivesPercentilesInOrder) {
  Session session = MustStart();
  const auto latency = TimeRuns(session, 0);
  ASSERT_TRUE(latency.ok());
  EXPECT_GT(latency->min_ms, 0);
  EXPECT_LE(latency->min_ms, latency->p50_ms);
  EXPECT_LE(latency->p50_ms, latency->p90_ms);
  EXPECT_LE(latency->p90_ms, latency->p99_ms);
  EXPECT_LE(latency->min_ms, latency->mean_ms);
}

TEST(FillRandom, GivesTheSameNumbersBelowOneEveryTime) {
  Session a = MustStart(), b = MustStart();
  FillRandom(a);
  FillRandom(b);
  const std::vector<float> x = Floats(a.input(0));
  EXPECT_EQ(x, Floats(b.input(0)));
  for (const float v : x) {
    EXPECT_GE(v, 0.0f);
    EXPECT_LT(v, 1.0f);
  }
  EXPECT_NE(x.front(), x.back());
}

TEST(FillRandom, LeavesIntegersZero) {
  Session session = MustStart();
  for (std::byte& b : session.input(1)) b = std::byte{7};
  FillRandom(session);
  for (const std::byte b : session.input(1)) EXPECT_EQ(b, std::byte{0});
}

}  // namespace
}  // namespace octet::cli
