// The thread pool: hands out the parts of one job to a few pinned workers.
//
// Parts are taken by an atomic ticket and a job is over when all its parts are
// finished, so a late worker delays nobody. The caller works too: a pool of one
// thread has no workers at all. Workers spin for a bounded time after a job,
// then sleep on a futex.
#ifndef OCTET_BASE_THREAD_POOL_H_
#define OCTET_BASE_THREAD_POOL_H_

#include <cstdint>
#include <memory>
#include <type_traits>

#include "octet/status.h"

namespace octet {

class ThreadPool {
 public:
  // threads: 1 and up, the caller's thread included; 0 = as many as the
  //          process may run on.
  static Result<std::unique_ptr<ThreadPool>> Create(int threads);
  // The pool of that many threads that all of the process share: made when it
  // is first asked for, gone when nobody holds it.
  static Result<std::shared_ptr<ThreadPool>> Shared(int threads);
  ~ThreadPool();

  int threads() const { return threads_; }

  // Calls fn(context, part, worker) once for every part in [0, parts), from
  // several threads; worker is in [0, threads()). Returns when all are done.
  // One job at a time: who comes while another caller has the workers does all
  // parts itself, as its own worker 0. From inside a part of this pool, all
  // parts run at once on the calling thread as its worker. Worker 0 begins with
  // the first part and worker 1 with the last, so that two threads each get
  // parts that are neighbours, mostly the same ones in every job of like parts.
  using PartFn = void (*)(void* context, int64_t part, int worker);
  void Run(int64_t parts, PartFn fn, void* context);

  // The same for a callable f(int64_t part, int worker).
  template <typename F>
  void ParallelFor(int64_t parts, F&& f) {
    Run(
        parts,
        [](void* context, int64_t part, int worker) {
          (*static_cast<std::remove_reference_t<F>*>(context))(part, worker);
        },
        &f);
  }

 private:
  struct State;
  explicit ThreadPool(int threads);
  int threads_;
  std::unique_ptr<State> state_;
};

}  // namespace octet

#endif  // OCTET_BASE_THREAD_POOL_H_
