// The ticket: one 64-bit word holds the number of the job, the first of its
// parts that nobody has taken yet, and how many follow. Taking a part is one
// compare-and-swap, which fails if the job is no longer the one that was looked
// at; so a worker that was away for a while cannot touch a later job by
// mistake, and the job's fields need no lock: they change only when every taken
// part is finished.
//
// The caller takes parts from the front and the first worker from the back, and
// so by turns: what a thread wrote in one job lies where it reads in the next,
// in a cache of its own.
#include "base/thread_pool.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include "base/error.h"

namespace octet {
namespace {

// Twice 12 bits of parts leave 40 for the job: at a job a microsecond they
// repeat after 12 days, within one compare-and-swap of a worker.
constexpr int kPartBits = 12;
constexpr int64_t kMaxParts = (int64_t{1} << kPartBits) - 1;
constexpr int kJobShift = 2 * kPartBits;
constexpr int kMaxThreads = 1024;
// Between two steps of one run workers spin (fork and join 0.5 us); between
// runs they sleep (7 to 20 us to wake).
constexpr std::chrono::microseconds kSpin{30};

void FutexWait(std::atomic<uint32_t>* word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void FutexWakeAll(std::atomic<uint32_t>* word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

// Waits for `done` for at most `time`; returns whether it came.
template <typename Done>
bool Spin(std::chrono::microseconds time, Done done) {
  constexpr int kPausesPerLook = 16;  // reading the clock costs about 25 ns
  const auto end = std::chrono::steady_clock::now() + time;
  do {
    for (int i = 0; i < kPausesPerLook; ++i) {
      if (done()) return true;
      __builtin_ia32_pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

// The processors that this process may run on, the caller's present one first.
std::vector<int> AllowedCpus() {
  cpu_set_t set;
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  const auto here = std::find(cpus.begin(), cpus.end(), sched_getcpu());
  if (here != cpus.end()) std::rotate(cpus.begin(), here, cpus.end());
  return cpus;
}

}  // namespace

struct ThreadPool::State {
  struct Job {
    PartFn fn = nullptr;
    void* context = nullptr;
    int64_t first = 0;  // number of the first part
    int64_t parts = 0;  // at most kMaxParts
  };
  struct Worker {
    State* state;
    int index;
    pthread_t thread;
  };
  // Which parts of which pools this thread is in the middle of, innermost
  // first.
  struct Scope {
    const State* state;
    int worker;
    const Scope* outer;
  };
  static thread_local const Scope* scope;

  // One line each for what different threads write.
  alignas(64) std::atomic<uint64_t> ticket{0};    // job, first part, parts left
  alignas(64) std::atomic<uint32_t> finished{0};  // parts of the job; a futex
  std::atomic<bool> caller_sleeps{false};
  alignas(64) std::atomic<uint32_t> wakes{0};  // a futex
  std::atomic<int> sleepers{0};
  std::atomic<bool> stop{false};
  alignas(64) Job job;
  std::mutex turn;
  std::vector<Worker> workers;
  std::chrono::microseconds spin = kSpin;

  static const Scope* FindScope(const State* state) {
    const Scope* s = scope;
    while (s != nullptr && s->state != state) s = s->outer;
    return s;
  }

  bool HasParts() const {
    return (ticket.load(std::memory_order_acquire) & kMaxParts) != 0;
  }

  // Takes parts until none is left.
  void Work(int worker) {
    const bool from_front = worker % 2 == 0;
    constexpr uint64_t kNextPart = uint64_t{1} << kPartBits;
    uint64_t seen = ticket.load(std::memory_order_acquire);
    while ((seen & kMaxParts) != 0) {
      const uint64_t after = seen - 1 + (from_front ? kNextPart : 0);
      if (!ticket.compare_exchange_weak(seen, after, std::memory_order_acq_rel,
                                        std::memory_order_acquire)) {
        continue;
      }
      // This part is not finished, so the job cannot be over: `job` stands.
      const Job now = job;
      const int64_t front = int64_t(seen >> kPartBits & kMaxParts);
      const int64_t left = int64_t(seen & kMaxParts);
      const int64_t part = from_front ? front : front + left - 1;
      const Scope here{this, worker, scope};
      scope = &here;
      now.fn(now.context, now.first + part, worker);
      scope = here.outer;
      if (finished.fetch_add(1) + 1 == now.parts && caller_sleeps.load()) {
        FutexWakeAll(&finished);
      }
      seen = ticket.load(std::memory_order_acquire);
    }
  }

  void WorkerLoop(int worker) {
    while (!stop.load(std::memory_order_relaxed)) {
      Work(worker);
      if (Spin(spin, [this] { return HasParts() || stop.load(); })) continue;
      const uint32_t seen = wakes.load();
      sleepers.fetch_add(1);
      // A job published after `seen` was read changes `wakes`, and the wait
      // returns at once.
      if (!HasParts() && !stop.load()) FutexWait(&wakes, seen);
      sleepers.fetch_sub(1);
    }
  }

  void WakeWorkers() {
    wakes.fetch_add(1);
    if (sleepers.load() > 0) FutexWakeAll(&wakes);
  }

  void Join(uint32_t parts) {
    const auto done = [this, parts] { return finished.load() == parts; };
    if (Spin(spin, done)) return;
    caller_sleeps.store(true);
    for (uint32_t seen; (seen = finished.load()) != parts;) {
      FutexWait(&finished, seen);
    }
    caller_sleeps.store(false);
  }

  // `next.parts` is at most kMaxParts; `turn` is held.
  void RunJob(const Job& next) {
    job = next;
    finished.store(0, std::memory_order_relaxed);
    const uint64_t number = (ticket.load() >> kJobShift) + 1;
    ticket.store(number << kJobShift | uint64_t(next.parts));
    WakeWorkers();
    Work(0);
    Join(uint32_t(next.parts));
  }

  static void RunInline(int64_t parts, PartFn fn, void* context, int worker) {
    for (int64_t part = 0; part < parts; ++part) fn(context, part, worker);
  }
};

thread_local const ThreadPool::State::Scope* ThreadPool::State::scope = nullptr;

ThreadPool::ThreadPool(int threads)
    : threads_(threads), state_(std::make_unique<State>()) {}

Result<std::unique_ptr<ThreadPool>> ThreadPool::Create(int threads) {
  if (threads < 0 || threads > kMaxThreads) {
    return Usage("{} threads were asked for; use 1 to {}, or 0 for all",
                 threads, kMaxThreads);
  }
  const std::vector<int> cpus = AllowedCpus();
  if (threads == 0) threads = std::clamp(int(cpus.size()), 1, kMaxThreads);
  std::unique_ptr<ThreadPool> pool(new ThreadPool(threads));
  State& state = *pool->state_;
  const bool fits = size_t(threads) <= cpus.size();
  // With more threads than processors a spinning worker keeps another from
  // working.
  if (!fits) state.spin = std::chrono::microseconds(0);
  // Threads hold pointers to their rows.
  state.workers.reserve(size_t(threads) - 1);
  for (int i = 1; i < threads; ++i) {
    State::Worker& worker =
        state.workers.emplace_back(State::Worker{&state, i, {}});
    const auto main = [](void* argument) -> void* {
      const auto* self = static_cast<State::Worker*>(argument);
      self->state->WorkerLoop(self->index);
      return nullptr;
    };
    const int error = pthread_create(&worker.thread, nullptr, main, &worker);
    if (error != 0) {
      state.workers.pop_back();
      return Failed("thread {} of {} cannot be started: {}; use fewer threads",
                    i + 1, threads, std::strerror(error));
    }
    if (!fits) continue;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpus[size_t(i)], &set);
    // Pinning makes it faster; where a sandbox forbids it, it still works.
    pthread_setaffinity_np(worker.thread, sizeof(set), &set);
  }
  return pool;
}

Result<std::shared_ptr<ThreadPool>> ThreadPool::Shared(int threads) {
  // Never destroyed: a session may be the last thing that a process lets go.
  static std::mutex& mutex = *new std::mutex;
  static auto& pools = *new std::map<int, std::weak_ptr<ThreadPool>>;
  if (threads == 0) threads = int(AllowedCpus().size());
  const std::lock_guard lock(mutex);
  std::shared_ptr<ThreadPool> pool = pools[threads].lock();
  if (pool != nullptr) return pool;
  OCTET_ASSIGN(pool, Create(threads));
  pools[threads] = pool;
  return pool;
}

ThreadPool::~ThreadPool() {
  state_->stop.store(true);
  state_->WakeWorkers();
  for (State::Worker& worker : state_->workers) {
    pthread_join(worker.thread, nullptr);
  }
}

void ThreadPool::Run(int64_t parts, PartFn fn, void* context) {
  if (const State::Scope* inside = State::FindScope(state_.get())) {
    State::RunInline(parts, fn, context, inside->worker);
    return;
  }
  // Waiting for the workers would cost a sleep, and the processors are busy
  // with the other caller's parts meanwhile.
  const std::unique_lock turn(state_->turn, std::try_to_lock);
  if (!turn.owns_lock() || threads_ == 1 || parts <= 1) {
    const State::Scope here{state_.get(), 0, State::scope};
    State::scope = &here;
    State::RunInline(parts, fn, context, 0);
    State::scope = here.outer;
    return;
  }
  for (int64_t first = 0; first < parts; first += kMaxParts) {
    state_->RunJob({fn, context, first, std::min(kMaxParts, parts - first)});
  }
}

}  // namespace octet
