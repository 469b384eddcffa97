// Times every problem line at every level that this machine can run, after
// checking the answer against the reference, and prints the share of the
// measured peak.
//
//   depthwise_u8_bench --benchmark_filter='avx2.*Mobile'
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/cpu.h"
#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/depthwise_u8/depthwise_u8_problem.h"
#include "kernels/peak/peak.h"
#include "kernels/testing/run.h"

namespace octet::kernels {
namespace {

// Runs the kernel once and the reference once: wrong answers are often fast.
bool IsRight(const DepthwiseU8Problem& problem,
             KernelFn<DepthwiseU8Params> fn) {
  Buffer<uint8_t> u8[] = {problem.NewU8(), problem.NewU8()};
  Buffer<float> f32[] = {problem.NewF32(), problem.NewF32()};
  const KernelFn<DepthwiseU8Params> fns[] = {fn, DepthwiseU8Reference};
  for (int i = 0; i < 2; ++i) {
    const DepthwiseU8Params params = problem.WriteTo(u8[i], f32[i]);
    RunInParts(fns[i], params, 1, PlanDepthwiseU8(params, 1).scratch_bytes);
  }
  return u8[0].FirstDifference(u8[1]) < 0 && f32[0].FirstDifference(f32[1]) < 0;
}

void Time(benchmark::State& state, const Problem& line,
          const Kernel<DepthwiseU8Params>& row) {
  const DepthwiseU8Problem problem(line);
  if (!IsRight(problem, row.fn)) {
    state.SkipWithError("differs from the reference");
    return;
  }
  Buffer<uint8_t> u8 = problem.NewU8();
  Buffer<float> f32 = problem.NewF32();
  const DepthwiseU8Params params = problem.WriteTo(u8, f32);
  const Work work = PlanDepthwiseU8(params, 1);
  std::unique_ptr<std::byte, void (*)(void*)> scratch(
      static_cast<std::byte*>(
          std::aligned_alloc(64, size_t(RoundUp(work.scratch_bytes + 64, 64)))),
      std::free);
  for (auto _ : state) row.fn(params, 0, 1, scratch.get());
  const double macs = problem.macs() * double(state.iterations());
  const double peak = PeakMacsU8(row.level);
  state.counters["GMAC/s"] =
      benchmark::Counter(macs / 1e9, benchmark::Counter::kIsRate);
  if (peak > 0) {
    state.counters["%peak"] =
        benchmark::Counter(100 * macs / peak, benchmark::Counter::kIsRate);
  }
}

void RegisterAll() {
  for (const Problem& line : ReadProblems("depthwise_u8")) {
    for (const Kernel<DepthwiseU8Params>& row :
         RunnableRows(DepthwiseU8Kernels())) {
      if (row.level == CpuLevel::kScalar) continue;
      const std::string name = std::string(row.name) + " " + line.line();
      benchmark::RegisterBenchmark(name.c_str(), [line, row](
                                                     benchmark::State& state) {
        Time(state, line, row);
      })->Unit(benchmark::kMicrosecond);
    }
  }
}

}  // namespace
}  // namespace octet::kernels

int main(int argc, char** argv) {
  octet::kernels::RegisterAll();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
