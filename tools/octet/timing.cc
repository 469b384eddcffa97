#include "timing.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <random>
#include <vector>

namespace octet::cli {
namespace {

constexpr int kWarmUps = 2;
constexpr size_t kLeastRuns = 10;

double Percentile(const std::vector<double>& sorted, double share) {
  return sorted[size_t(share * double(sorted.size() - 1) + 0.5)];
}

}  // namespace

Result<Latency> TimeRuns(Session& session, double seconds) {
  using Clock = std::chrono::steady_clock;
  for (int i = 0; i < kWarmUps; ++i) OCTET_RETURN_IF_ERROR(session.Run());
  session.ResetTimes();
  std::vector<double> ms;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (ms.size() < kLeastRuns || Clock::now() < end) {
    const auto start = Clock::now();
    OCTET_RETURN_IF_ERROR(session.Run());
    ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start)
                     .count());
  }
  std::ranges::sort(ms);
  Latency latency;
  latency.runs = int64_t(ms.size());
  latency.min_ms = ms.front();
  latency.p50_ms = Percentile(ms, 0.5);
  latency.p90_ms = Percentile(ms, 0.9);
  latency.p99_ms = Percentile(ms, 0.99);
  for (double x : ms) latency.mean_ms += x / double(ms.size());
  return latency;
}

void FillRandom(Session& session) {
  std::mt19937 generator(7);
  std::uniform_real_distribution<float> uniform(0.0f, 1.0f);
  for (size_t i = 0; i < session.inputs().size(); ++i) {
    const std::span<std::byte> bytes = session.input(int(i));
    std::memset(bytes.data(), 0, bytes.size());
    if (session.inputs()[i].dtype != DType::kF32) continue;
    const std::span<float> x(reinterpret_cast<float*>(bytes.data()),
                             bytes.size() / sizeof(float));
    for (float& v : x) v = uniform(generator);
  }
}

}  // namespace octet::cli
