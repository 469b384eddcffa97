#include "compile/search/fastest_steps.h"

#include <chrono>

#include "base/error.h"

namespace octet::compile {
namespace {

constexpr double kTimingSeconds = 0.4;
constexpr int64_t kFewestRuns = 10, kMostRuns = 400;

}  // namespace

Result<double> FastestSteps(const Engine& engine) {
  using Clock = std::chrono::steady_clock;
  OCTET_ASSIGN(Session session, Session::Create(engine));
  OCTET_RETURN_IF_ERROR(session.Run());
  session.SetTiming(true);
  const auto end = Clock::now() + std::chrono::duration<double>(kTimingSeconds);
  for (int64_t run = 0; run < kMostRuns; ++run) {
    if (run >= kFewestRuns && Clock::now() >= end) break;
    OCTET_RETURN_IF_ERROR(session.Run());
  }
  int64_t ns = 0;
  for (const StepTime& time : session.times()) ns += time.min_ns;
  return double(ns) / 1e6;
}

}  // namespace octet::compile
