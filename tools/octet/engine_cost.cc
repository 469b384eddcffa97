#include "engine_cost.h"

#include "base/error.h"

namespace octet::cli {
namespace {

constexpr double kTimingSeconds = 0.5;

}  // namespace

Status AddTimes(Session& session, bool with_steps, EngineCost& cost) {
  FillRandom(session);
  OCTET_ASSIGN(cost.latency, TimeRuns(session, kTimingSeconds));
  if (!with_steps) return {};
  session.ResetTimes();
  session.SetTiming(true);
  OCTET_RETURN_IF_ERROR(TimeRuns(session, kTimingSeconds).status());
  session.SetTiming(false);
  cost.steps = session.steps();
  cost.times = session.times();
  return {};
}

}  // namespace octet::cli
