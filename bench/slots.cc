// octet as a contender of bench/compare: loads an engine, then obeys one line
// of standard input at a time. What it answers is one line too, and begins with
// "error " where something failed.
//
//   octet_bench_slots ENGINE THREADS     answers {"load_ms": ..., ...}
//     inputs PREFIX    reads input i from the file PREFIX.i       "ok"
//     outputs PREFIX   runs, writes output i into PREFIX.i        "ok"
//     run SECONDS      milliseconds of consecutive runs           "1.25 1.24"
//     cpu SECONDS      the same in time of the processor          "1.25 1.24"
//
// Inputs are set anew before each run, as a caller's would be, and that is not
// timed: bench/comparison/peer_process.py does the same. Files hold the bytes
// of a tensor and nothing else.
#include <fmt/format.h>
#include <time.h>

#include <charconv>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "octet/runtime.h"

namespace octet {
namespace {

// As in peers.py: runs that do not count, and the fewest that do.
constexpr int kWarmUps = 2;
constexpr size_t kLeastRuns = 3;

double NowMs(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return 1e3 * double(now.tv_sec) + 1e-6 * double(now.tv_nsec);
}

class Contender {
 public:
  explicit Contender(Session session) : session_(std::move(session)) {}

  // Does what a line asks for; returns the answer.
  Result<std::string> Obey(const std::string& line) {
    const size_t space = line.find(' ');
    const std::string verb = line.substr(0, space);
    const std::string argument =
        space == std::string::npos ? "" : line.substr(space + 1);
    if (verb == "inputs") return ReadInputs(argument);
    if (verb == "outputs") return WriteOutputs(argument);
    if (verb == "run") return Times(argument, CLOCK_MONOTONIC);
    if (verb == "cpu") return Times(argument, CLOCK_PROCESS_CPUTIME_ID);
    return Usage("'{}': expected inputs, outputs, run or cpu", line);
  }

 private:
  Result<std::string> ReadInputs(const std::string& prefix) {
    inputs_.clear();
    for (size_t i = 0; i < session_.inputs().size(); ++i) {
      const std::string path = fmt::format("{}.{}", prefix, i);
      OCTET_ASSIGN(MappedFile file, MappedFile::Open(path));
      if (file.bytes().size() != session_.input(int(i)).size()) {
        return BadInput("{}: {} bytes, but input '{}' has {}", path,
                        file.bytes().size(), session_.inputs()[i].name,
                        session_.input(int(i)).size());
      }
      inputs_.push_back(std::move(file));
    }
    return std::string("ok");
  }

  void SetInputs() {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const std::span<const std::byte> bytes = inputs_[i].bytes();
      std::memcpy(session_.input(int(i)).data(), bytes.data(), bytes.size());
    }
  }

  Result<std::string> WriteOutputs(const std::string& prefix) {
    SetInputs();
    OCTET_RETURN_IF_ERROR(session_.Run());
    for (size_t i = 0; i < session_.outputs().size(); ++i) {
      OCTET_RETURN_IF_ERROR(WriteFileAtomically(fmt::format("{}.{}", prefix, i),
                                                session_.output(int(i))));
    }
    return std::string("ok");
  }

  Result<std::string> Times(const std::string& text, clockid_t clock) {
    double seconds = 0;
    const char* const end = text.data() + text.size();
    if (std::from_chars(text.data(), end, seconds).ptr != end || text.empty())
      return Usage("'{}': expected a number of seconds", text);
    for (int i = 0; i < kWarmUps; ++i) {
      SetInputs();
      OCTET_RETURN_IF_ERROR(session_.Run());
    }
    std::vector<double> ms;
    const double deadline = NowMs(CLOCK_MONOTONIC) + 1e3 * seconds;
    while (ms.size() < kLeastRuns || NowMs(CLOCK_MONOTONIC) < deadline) {
      SetInputs();
      const double start = NowMs(clock);
      OCTET_RETURN_IF_ERROR(session_.Run());
      ms.push_back(NowMs(clock) - start);
    }
    return fmt::format("{:.6f}", fmt::join(ms, " "));
  }

  Session session_;
  std::vector<MappedFile> inputs_;
};

Status Serve(const std::string& path, const std::string& threads) {
  SessionOptions options;
  const char* const end = threads.data() + threads.size();
  if (std::from_chars(threads.data(), end, options.threads).ptr != end)
    return Usage("'{}': expected a number of threads", threads);
  const double start = NowMs(CLOCK_MONOTONIC);
  OCTET_ASSIGN(const Engine engine, Engine::Open(path));
  OCTET_ASSIGN(Session session, Session::Create(engine, options));
  const double load_ms = NowMs(CLOCK_MONOTONIC) - start;
  const MemoryUse memory = session.memory();
  std::cout << fmt::format(
                   "{{\"load_ms\": {:.3f}, \"weight_bytes\": {}, "
                   "\"arena_bytes\": {}, \"scratch_bytes\": {}, "
                   "\"live_bytes\": {}}}",
                   load_ms, memory.weight_bytes, memory.arena_bytes,
                   memory.scratch_bytes, memory.live_bytes)
            << std::endl;
  Contender contender(std::move(session));
  for (std::string line; std::getline(std::cin, line);) {
    const Result<std::string> answer = contender.Obey(line);
    std::cout << (answer.ok() ? *answer : "error " + answer.status().message())
              << std::endl;
  }
  return {};
}

}  // namespace
}  // namespace octet

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: octet_bench_slots ENGINE THREADS\n";
    return int(octet::Code::kUsage);
  }
  const octet::Status served = octet::Serve(argv[1], argv[2]);
  if (!served.ok()) std::cerr << served.message() << '\n';
  return int(served.code());
}
