// Times every problem line, one thread.
//
//   resize_bench --benchmark_filter='.*YOLOv8n'
#include "kernels/resize/resize.h"
#include "kernels/resize/resize_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  RegisterBenches<ResizeProblem>(
      "resize", ResizeKernels(), PlanResize,
      [](const ResizeProblem& c) {
        return BenchCost{.bytes = double(c.codes.elements() + c.y.elements())};
      },
      0);
  return RunBenchmarks(argc, argv);
}
