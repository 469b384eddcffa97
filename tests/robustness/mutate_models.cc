// Damages real models and compiles what is left, to see that nothing crashes,
// hangs or takes too much memory:
//
//   mutate_models [--count N] [--seed S] MODEL.onnx...
//
// The mutants run in child processes, a batch in each, limited to 2 GiB and
// 10 s of processor time a mutant, or ten times that on the clock. A death is
// printed with the seed that repeats it:
//   mutate_models --count 1 --seed S MODEL.onnx
// Exit status: 0 if all survived, 1 if not, 77 without any model.
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "base/file.h"
#include "octet/compiler.h"
#include "robustness/mutation.h"

namespace octet::robustness {
namespace {

constexpr int kBatch = 100;
constexpr unsigned kMostSeconds = 10;
// What sleeps for ever uses no processor; what waits for its turn on a busy
// machine does not hang.
constexpr unsigned kMostSecondsOnTheClock = 10 * kMostSeconds;
constexpr rlim_t kMostMemory = rlim_t{2} << 30;

struct Options {
  int64_t count = 1000;
  uint64_t seed = 1;
  std::vector<std::string> models;
};

// How far a child has come, seen by its parent.
struct Shared {
  int done;
  int accepted;
};

void CompileMutant(std::span<const std::byte> bytes, Shared& shared) {
  const auto model = Model::FromBytes(bytes, "mutant");
  if (!model.ok()) return;
  BuildOptions options;
  options.precision = "fp32";
  if (BuildEngine(*model, nullptr, options).ok()) ++shared.accepted;
}

// Ends this process if the next mutant takes too long.
void StartTimers() {
  const itimerval processor = {{0, 0}, {kMostSeconds, 0}};
  setitimer(ITIMER_PROF, &processor, nullptr);
  alarm(kMostSecondsOnTheClock);
}

// The child: mutants `shared.done` to `count` of a batch.
[[noreturn]] void RunMutants(std::span<const std::byte> file,
                             std::span<const ByteRange> structure,
                             uint64_t seed, int count, Shared& shared) {
  const rlimit memory = {kMostMemory, kMostMemory};
  setrlimit(RLIMIT_AS, &memory);
  while (shared.done < count) {
    std::mt19937_64 random(seed + uint64_t(shared.done));
    const auto mutant = Mutate(file, structure, random);
    StartTimers();
    CompileMutant(mutant, shared);
    ++shared.done;
  }
  _exit(0);
}

struct Tally {
  int64_t mutants = 0;
  int64_t deaths = 0;
};

void RunBatch(const std::string& path, std::span<const std::byte> file,
              std::span<const ByteRange> structure, uint64_t seed, int count,
              Shared& shared, Tally& tally) {
  shared.done = 0;
  while (shared.done < count) {
    const pid_t child = fork();
    if (child == 0) RunMutants(file, structure, seed, count, shared);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    const char* how = signal == 0 ? "exit"
                      : signal == SIGPROF || signal == SIGALRM
                          ? "hang"
                          : strsignal(signal);
    std::printf("%s: mutate_models --count 1 --seed %llu %s\n", how,
                static_cast<unsigned long long>(seed + uint64_t(shared.done)),
                path.c_str());
    std::fflush(stdout);
    ++tally.deaths;
    ++shared.done;
  }
  tally.mutants += count;
}

bool ParseOptions(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word != "--count" && word != "--seed") {
      options.models.emplace_back(word);
      continue;
    }
    if (++i == argc) return false;
    const char* end = argv[i] + std::strlen(argv[i]);
    const auto result = word == "--count"
                            ? std::from_chars(argv[i], end, options.count)
                            : std::from_chars(argv[i], end, options.seed);
    if (result.ec != std::errc() || result.ptr != end) return false;
  }
  return true;
}

// Takes the models in turn, a batch at a time, until `count` mutants have run.
Tally RunAll(const Options& options, Shared& shared) {
  Tally tally;
  uint64_t seed = options.seed;
  // Small counts reach every model too.
  const int64_t models = int64_t(options.models.size());
  const int64_t batch =
      std::min<int64_t>(kBatch, (options.count + models - 1) / models);
  while (tally.mutants < options.count) {
    for (const std::string& path : options.models) {
      const int64_t left = options.count - tally.mutants;
      const int count = int(std::min(batch, left));
      if (count <= 0) break;
      const auto file = MappedFile::Open(path);
      if (!file.ok()) {
        std::printf("%s\n", file.status().message().c_str());
        ++tally.deaths;
        tally.mutants += count;
        continue;
      }
      RunBatch(path, file->bytes(), StructureOf(file->bytes()), seed, count,
               shared, tally);
      seed += uint64_t(count);
    }
  }
  return tally;
}

int Main(int argc, char** argv) {
  Options options;
  if (!ParseOptions(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: mutate_models [--count N] [--seed S] MODEL...\n");
    return 2;
  }
  if (options.models.empty()) {
    std::printf("no model to mutate\n");
    return 77;
  }
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  auto& shared = *static_cast<Shared*>(memory);
  const Tally tally = RunAll(options, shared);
  std::printf("%lld mutants of %zu models, %d still compiled, %lld died\n",
              static_cast<long long>(tally.mutants), options.models.size(),
              shared.accepted, static_cast<long long>(tally.deaths));
  return tally.deaths == 0 ? 0 : 1;
}

}  // namespace
}  // namespace octet::robustness

int main(int argc, char** argv) { return octet::robustness::Main(argc, argv); }
