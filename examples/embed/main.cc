// Loads an engine, runs it on grey inputs and prints what comes out and how
// long it took: embed ENGINE [RUNS]
#include <octet/runtime.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

// Half of everything; an application would copy its data here.
void FillInputs(octet::Session& session) {
  for (int i = 0; i < int(session.inputs().size()); ++i) {
    const octet::ValueInfo& info = session.inputs()[size_t(i)];
    octet::Tensor tensor(info.dtype, info.shape);
    if (info.dtype == octet::DType::kF32) {
      std::ranges::fill(tensor.as<float>(), 0.5f);
    }
    const octet::Status set = session.SetInput(i, tensor);
    if (!set.ok()) std::printf("%s\n", set.message().c_str());
  }
}

void PrintOutput(const octet::ValueInfo& info, const octet::Tensor& tensor) {
  std::printf("%s %s", info.name.c_str(), tensor.shape().ToString().c_str());
  if (tensor.dtype() == octet::DType::kF32 && tensor.elements() > 0) {
    const auto [low, high] = std::ranges::minmax(tensor.as<float>());
    std::printf(", from %g to %g", double(low), double(high));
  }
  std::printf("\n");
}

octet::Status RunEngine(const char* path, int runs) {
  OCTET_ASSIGN(const octet::Engine engine, octet::Engine::Open(path));
  OCTET_ASSIGN(octet::Session session, octet::Session::Create(engine));
  std::vector<double> times_ms;
  for (int run = 0; run < runs; ++run) {
    FillInputs(session);
    const auto begin = std::chrono::steady_clock::now();
    OCTET_RETURN_IF_ERROR(session.Run());
    const std::chrono::duration<double, std::milli> time =
        std::chrono::steady_clock::now() - begin;
    times_ms.push_back(time.count());
  }
  for (int i = 0; i < int(session.outputs().size()); ++i) {
    OCTET_ASSIGN(const octet::Tensor tensor, session.GetOutput(i));
    PrintOutput(session.outputs()[size_t(i)], tensor);
  }
  std::ranges::sort(times_ms);
  std::printf("median of %d runs: %.3f ms\n", runs,
              times_ms[times_ms.size() / 2]);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: embed ENGINE [RUNS]\n");
    return 2;
  }
  const int runs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 10;
  const octet::Status status = RunEngine(argv[1], runs);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    return int(status.code());
  }
  return 0;
}
