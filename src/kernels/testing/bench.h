// What the families' micro-benchmarks share. The answer is checked before it
// is timed: wrong answers are often fast.
#ifndef OCTET_KERNELS_TESTING_BENCH_H_
#define OCTET_KERNELS_TESTING_BENCH_H_

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "kernels/peak/peak.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/run.h"
#include "kernels/work.h"

namespace octet::kernels {

// Largest |a - b| of two arrays; not a number if one element is none.
template <typename T>
double LargestDifference(const T* a, const T* b, int64_t n) {
  double largest = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double difference = std::abs(double(a[i]) - double(b[i]));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

// Bytes a second, read and written, of copying so many of them over and over
// now: the roof of a kernel that only moves data, from the cache that holds it.
inline double PeakCopy(double bytes) {
  using Clock = std::chrono::steady_clock;
  const size_t half = size_t(bytes / 2) + 1;
  std::vector<char> x(half, 1), y(half);
  const int copies = int(1e6 / double(half)) + 1;
  double best = 0;
  for (int round = 0; round < 20; ++round) {
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < copies; ++i) {
      std::memcpy(y.data(), x.data(), half);
      benchmark::ClobberMemory();
    }
    const std::chrono::duration<double> seconds = Clock::now() - start;
    best = std::max(best, 2.0 * double(half) * copies / seconds.count());
  }
  return best;
}

// What one call does. With products %peak is of float products; without, of
// the speed at which as many bytes are copied.
struct BenchCost {
  double macs = 0;
  double bytes = 0;
};

// Registers `line` for every vector row of `table`, one thread. `make_case`
// builds a shared operand set with members `params` and Output(), where the
// result lies: T* and its number of elements.
template <typename Case, typename Params>
void RegisterBench(KernelTable<Params> table, const Problem& line,
                   Work (*plan)(const Params&, int), BenchCost cost,
                   double tolerance) {
  for (const Kernel<Params>& row : RunnableRows(table)) {
    if (table.size > 1 && row.fn == table.rows[table.size - 1].fn) continue;
    const KernelFn<Params> reference = table.rows[table.size - 1].fn;
    const auto time = [=](benchmark::State& state) {
      Case expected(line), actual(line);
      const Work work = plan(actual.params, 1);
      RunInParts(reference, expected.params, 1, work.scratch_bytes);
      RunInParts(row.fn, actual.params, 1, work.scratch_bytes);
      const double difference = LargestDifference(
          expected.y.get(), actual.y.get(), expected.y.elements());
      if (!(difference <= tolerance)) {
        state.SkipWithError("differs from the reference");
        return;
      }
      const size_t bytes = size_t(RoundUp(work.scratch_bytes + 64, 64));
      std::unique_ptr<std::byte, void (*)(void*)> scratch(
          static_cast<std::byte*>(std::aligned_alloc(64, bytes)), std::free);
      for (auto _ : state) row.fn(actual.params, 0, 1, scratch.get());
      const double runs = double(state.iterations());
      using benchmark::Counter;
      if (cost.macs > 0) {
        state.counters["%peak"] = Counter(
            100 * cost.macs * runs / PeakMacsF32(row.level), Counter::kIsRate);
      }
      if (cost.bytes > 0) {
        state.counters["GB/s"] =
            Counter(cost.bytes * runs / 1e9, Counter::kIsRate);
        state.counters["%peak"] = Counter(
            100 * cost.bytes * runs / PeakCopy(cost.bytes), Counter::kIsRate);
      }
    };
    benchmark::RegisterBenchmark(
        (std::string(row.name) + " " + line.line()).c_str(), time)
        ->Unit(benchmark::kMicrosecond);
  }
}

// Registers every line of a family's problems that has a difference to check:
// `cost_of` says what a case costs.
template <typename Case, typename Params, typename CostOf>
void RegisterBenches(const char* family, KernelTable<Params> table,
                     Work (*plan)(const Params&, int), CostOf cost_of,
                     double tolerance) {
  for (const Problem& line : ReadProblems(family)) {
    RegisterBench<Case>(table, line, plan, cost_of(Case(line)), tolerance);
  }
}

inline int RunBenchmarks(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TESTING_BENCH_H_
