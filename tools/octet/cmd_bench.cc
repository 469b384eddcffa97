// octet bench: latency percentiles, throughput, memory; time by layer.
#include <algorithm>
#include <chrono>
#include <random>

#include "base/error.h"
#include "command.h"
#include "engine_options.h"
#include "timing.h"

namespace octet::cli {
namespace {

constexpr double kMostBenchSeconds = 24 * 3600;

struct BenchArguments {
  std::vector<std::string> engines;
  int threads = 1;
  double seconds = 2;
  bool layers = false;
};

void PrintLayers(Session& session, Console& console, nlohmann::json& row) {
  const auto& steps = session.steps();
  const auto& times = session.times();
  std::vector<size_t> order(steps.size());
  double total = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
    total +=
        double(times[i].total_ns) / double(std::max<int64_t>(times[i].runs, 1));
  }
  const auto mean = [&](size_t i) {
    return double(times[i].total_ns) /
           double(std::max<int64_t>(times[i].runs, 1));
  };
  std::ranges::stable_sort(
      order, [&](size_t a, size_t b) { return mean(a) > mean(b); });
  console.Print("{:>9} {:>6} {:>8}  {:<6} {:<28} {}", "us", "share", "GOP/s",
                "prec", "kernel", "step");
  nlohmann::json layers = nlohmann::json::array();
  for (size_t i : order) {
    const double ns = mean(i);
    const double gops = ns > 0 ? 2.0 * double(steps[i].macs) / ns : 0;
    console.Print("{:>9.1f} {:>5.1f}% {:>8.1f}  {:<6} {:<28} {}", ns / 1e3,
                  100 * ns / total, gops, steps[i].precision, steps[i].kernel,
                  steps[i].name);
    layers.push_back({{"step", steps[i].name},
                      {"us", ns / 1e3},
                      {"min_us", double(times[i].min_ns) / 1e3},
                      {"share", ns / total},
                      {"gops", gops},
                      {"precision", steps[i].precision},
                      {"kernel", steps[i].kernel},
                      {"macs", steps[i].macs}});
  }
  console.Print("{:>9.1f} us in all steps", total / 1e3);
  row["layers"] = layers;
  row["layers_us"] = total / 1e3;
}

Status Bench(const BenchArguments& options, Console& console) {
  // False for NaN too.
  if (!(options.seconds >= 0 && options.seconds <= kMostBenchSeconds)) {
    return Usage("--seconds {}: expected a number from 0 to {}",
                 options.seconds, kMostBenchSeconds);
  }
  nlohmann::json rows = nlohmann::json::array();
  std::string summary;
  for (const std::string& path : options.engines) {
    OCTET_ASSIGN(const Engine engine, Engine::Open(path));
    SessionOptions session_options;
    session_options.threads = options.threads;
    OCTET_ASSIGN(Session session, Session::Create(engine, session_options));
    FillRandom(session);
    OCTET_ASSIGN(const Latency latency, TimeRuns(session, options.seconds));
    const MemoryUse memory = session.memory();
    nlohmann::json row = {{"engine", path},
                          {"cpu", session.cpu()},
                          {"threads", session.threads()},
                          {"runs", latency.runs},
                          {"min_ms", latency.min_ms},
                          {"p50_ms", latency.p50_ms},
                          {"p90_ms", latency.p90_ms},
                          {"p99_ms", latency.p99_ms},
                          {"mean_ms", latency.mean_ms},
                          {"per_second", 1e3 / latency.mean_ms},
                          {"weight_bytes", memory.weight_bytes},
                          {"arena_bytes", memory.arena_bytes},
                          {"live_bytes", memory.live_bytes},
                          {"scratch_bytes", memory.scratch_bytes}};
    console.Print(
        "{}: p50 {:.3f} ms, p90 {:.3f}, p99 {:.3f}; {:.1f}/s; {} threads, {}; "
        "weights {}, session {}",
        path, latency.p50_ms, latency.p90_ms, latency.p99_ms,
        1e3 / latency.mean_ms, session.threads(), session.cpu(),
        Bytes(double(memory.weight_bytes)), SessionUse(memory));
    if (options.layers) {
      session.SetTiming(true);
      OCTET_ASSIGN(const Latency timed, TimeRuns(session, options.seconds));
      row["timed_mean_ms"] = timed.mean_ms;
      PrintLayers(session, console, row);
    }
    summary += fmt::format("{}p50 {:.3f} ms", summary.empty() ? "" : ", ",
                           latency.p50_ms);
    rows.push_back(std::move(row));
  }
  console.result()["engines"] = rows;
  console.Verdict(summary, "",
                  options.layers ? "" : "octet bench --layers shows where");
  return {};
}

}  // namespace

std::function<Status(Console&)> AddBench(CLI::App& app) {
  auto options = std::make_shared<BenchArguments>();
  app.add_option("ENGINE", options->engines, "engine files")->required();
  app.add_option("--threads", options->threads, "threads; 0 = all")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--seconds", options->seconds, "how long to run each");
  app.add_flag("--layers", options->layers, "time of every step");
  return [options](Console& console) { return Bench(*options, console); };
}

}  // namespace octet::cli
