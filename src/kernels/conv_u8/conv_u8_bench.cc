// Times every problem line at every level that this machine can run, after
// checking the answer against the reference, and prints the share of the
// measured peak.
//
//   conv_u8_bench --benchmark_filter='avx2.*ResNet'
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/cpu.h"
#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_problem.h"
#include "kernels/conv_u8_winograd/conv_u8_winograd.h"
#include "kernels/peak/peak.h"
#include "kernels/testing/run.h"

namespace octet::kernels {
namespace {

// A kernel, and how much memory it needs.
struct Contender {
  Kernel<ConvU8Params> kernel;
  Work (*plan)(const ConvU8Params& params, int threads);
};

// Runs the kernel once and the reference once: wrong answers are often fast.
bool IsRight(const ConvU8Problem& problem, const Contender& contender) {
  Buffer<uint8_t> u8[] = {problem.NewU8(), problem.NewU8()};
  Buffer<float> f32[] = {problem.NewF32(), problem.NewF32()};
  const KernelFn<ConvU8Params> fns[] = {contender.kernel.fn, ConvU8Reference};
  for (int i = 0; i < 2; ++i) {
    const ConvU8Params params = problem.WriteTo(u8[i], f32[i]);
    RunInParts(fns[i], params, 1, contender.plan(params, 1).scratch_bytes);
  }
  return u8[0].FirstDifference(u8[1]) < 0 && f32[0].FirstDifference(f32[1]) < 0;
}

void Time(benchmark::State& state, const Problem& line,
          const Contender& contender) {
  const ConvU8Problem problem(line);
  if (!IsRight(problem, contender)) {
    state.SkipWithError("differs from the reference");
    return;
  }
  Buffer<uint8_t> u8 = problem.NewU8();
  Buffer<float> f32 = problem.NewF32();
  const ConvU8Params params = problem.WriteTo(u8, f32);
  const Work work = contender.plan(params, 1);
  std::unique_ptr<std::byte, void (*)(void*)> scratch(
      static_cast<std::byte*>(
          std::aligned_alloc(64, size_t(RoundUp(work.scratch_bytes + 64, 64)))),
      std::free);
  for (auto _ : state) contender.kernel.fn(params, 0, 1, scratch.get());
  const double macs = problem.macs() * double(state.iterations());
  const double peak = PeakMacsU8(contender.kernel.level);
  state.counters["GMAC/s"] =
      benchmark::Counter(macs / 1e9, benchmark::Counter::kIsRate);
  if (peak > 0) {
    // Of the products that the formula has; Winograd does fewer.
    state.counters["%peak"] =
        benchmark::Counter(100 * macs / peak, benchmark::Counter::kIsRate);
  }
}

void Register(const Problem& line, const Contender& contender) {
  if (contender.kernel.level == CpuLevel::kScalar) return;
  const std::string name =
      std::string(contender.kernel.name) + " " + line.line();
  benchmark::RegisterBenchmark(name.c_str(), [line, contender](
                                                 benchmark::State& state) {
    Time(state, line, contender);
  })->Unit(benchmark::kMicrosecond);
}

bool HasWinograd(const Problem& line) {
  const ConvU8Problem problem(line);
  Buffer<uint8_t> u8 = problem.NewU8();
  Buffer<float> f32 = problem.NewF32();
  return WinogradIsExact(problem.WriteTo(u8, f32));
}

void RegisterAll() {
  for (const char* family : {"conv_u8", "conv_u8_winograd"}) {
    for (const Problem& line : ReadProblems(family)) {
      for (const auto& row : RunnableRows(ConvU8Kernels())) {
        Register(line, {row, PlanConvU8});
      }
      if (!HasWinograd(line)) continue;
      for (const auto& row : RunnableRows(ConvU8WinogradKernels())) {
        Register(line, {row, PlanConvU8Winograd});
      }
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
