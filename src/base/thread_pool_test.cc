#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

namespace octet {
namespace {

std::unique_ptr<ThreadPool> MakePool(int threads) {
  auto pool = ThreadPool::Create(threads);
  EXPECT_TRUE(pool.ok()) << pool.status().message();
  return *std::move(pool);
}

// Runs `parts` parts and returns how often each was called.
std::vector<int> CallCounts(ThreadPool& pool, int64_t parts) {
  std::vector<std::atomic<int>> counts(static_cast<size_t>(parts));
  pool.ParallelFor(parts, [&](int64_t part, int worker) {
    EXPECT_GE(worker, 0);
    EXPECT_LT(worker, pool.threads());
    ++counts[size_t(part)];
  });
  return {counts.begin(), counts.end()};
}

TEST(ThreadPool, CallsEveryPartOnce) {
  for (int threads : {1, 2, 3, 8}) {
    const auto pool = MakePool(threads);
    for (int64_t parts : {0, 1, 2, 3, 7, 64, 1000, 9000}) {
      EXPECT_EQ(CallCounts(*pool, parts), std::vector<int>(size_t(parts), 1))
          << threads << " threads";
    }
  }
}

TEST(ThreadPool, CallsPartsInOrderOnOneThread) {
  const auto pool = MakePool(1);
  std::vector<int64_t> order;
  pool->ParallelFor(5, [&](int64_t part, int) { order.push_back(part); });
  EXPECT_EQ(order, (std::vector<int64_t>{0, 1, 2, 3, 4}));
}

TEST(ThreadPool, GivesEachOfTwoThreadsNeighbouringParts) {
  const auto pool = MakePool(2);
  for (int job = 0; job < 50; ++job) {
    std::vector<int> workers(9);
    std::array<std::atomic<int>, 2> taken = {};
    pool->ParallelFor(9, [&](int64_t part, int worker) {
      workers[size_t(part)] = worker;
      ++taken[size_t(worker)];
      // Neither worker goes on before the other has begun.
      while (taken[size_t(1 - worker)] == 0) std::this_thread::yield();
    });
    EXPECT_TRUE(std::is_sorted(workers.begin(), workers.end()));
    EXPECT_EQ(workers.front(), 0);
    EXPECT_EQ(workers.back(), 1);
  }
}

TEST(ThreadPool, NeverLosesAPartInManyShortJobs) {
  const auto pool = MakePool(4);
  for (int job = 0; job < 3000; ++job) {
    int64_t sums[8] = {};
    pool->ParallelFor(8, [&](int64_t part, int) { sums[part] += part + job; });
    for (int64_t part = 0; part < 8; ++part) ASSERT_EQ(sums[part], part + job);
  }
}

TEST(ThreadPool, WakesWorkersThatSleep) {
  const auto pool = MakePool(2);
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(CallCounts(*pool, 16), std::vector<int>(16, 1));
  }
}

TEST(ThreadPool, ReallyUsesItsWorkers) {
  const auto pool = MakePool(2);
  std::atomic<int> arrived{0};
  // Neither part can end before the other has begun.
  pool->ParallelFor(2, [&](int64_t, int) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
  });
  EXPECT_EQ(arrived, 2);
}

TEST(ThreadPool, GivesEachThreadItsOwnWorkerNumber) {
  const auto pool = MakePool(4);
  std::vector<std::atomic<int>> busy(4);
  pool->ParallelFor(500, [&](int64_t, int worker) {
    EXPECT_EQ(busy[size_t(worker)]++, 0);
    std::this_thread::yield();
    --busy[size_t(worker)];
  });
}

TEST(ThreadPool, ServesConcurrentCallers) {
  const auto pool = MakePool(3);
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(CallCounts(*pool, 9), std::vector<int>(9, 1));
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
}

TEST(ThreadPool, LetsACallerThatFindsTheWorkersBusyGoOnAlone) {
  const auto pool = MakePool(2);
  std::atomic<bool> began{false}, finished{false};
  std::thread first([&] {
    pool->ParallelFor(2, [&](int64_t, int) {
      began = true;
      while (!finished) std::this_thread::yield();
    });
  });
  while (!began) std::this_thread::yield();
  // Both threads of the pool wait for this job.
  const auto here = std::this_thread::get_id();
  pool->ParallelFor(5, [&](int64_t, int worker) {
    EXPECT_EQ(worker, 0);
    EXPECT_EQ(std::this_thread::get_id(), here);
  });
  finished = true;
  first.join();
}

TEST(ThreadPool, IsSharedByAllWhoWantAsManyThreads) {
  const auto one = *ThreadPool::Shared(2);
  EXPECT_EQ(*ThreadPool::Shared(2), one);
  EXPECT_NE(*ThreadPool::Shared(3), one);
  EXPECT_EQ(one->threads(), 2);
  EXPECT_EQ(*ThreadPool::Shared(0),
            *ThreadPool::Shared((*ThreadPool::Shared(0))->threads()));
  EXPECT_EQ(ThreadPool::Shared(-1).status().code(), Code::kUsage);
}

TEST(ThreadPool, IsGoneWhenNobodySharesItAnyMore) {
  std::weak_ptr<ThreadPool> gone = *ThreadPool::Shared(2);
  EXPECT_TRUE(gone.expired());
  const auto again = *ThreadPool::Shared(2);
  EXPECT_EQ(CallCounts(*again, 9), std::vector<int>(9, 1));
}

TEST(ThreadPool, RunsNestedJobsOnTheWorkerThatAsks) {
  for (int threads : {1, 2, 4}) {
    const auto pool = MakePool(threads);
    std::atomic<int> calls{0};
    pool->ParallelFor(6, [&](int64_t, int outer) {
      const auto thread = std::this_thread::get_id();
      pool->ParallelFor(5, [&](int64_t, int inner) {
        EXPECT_EQ(inner, outer);
        EXPECT_EQ(std::this_thread::get_id(), thread);
        ++calls;
      });
    });
    EXPECT_EQ(calls, 30);
  }
}

TEST(ThreadPool, MayBeUsedFromAPartOfAnotherPool) {
  const auto outer = MakePool(2);
  const auto inner = MakePool(2);
  std::atomic<int> calls{0};
  outer->ParallelFor(4, [&](int64_t, int) {
    inner->ParallelFor(4, [&](int64_t, int) { ++calls; });
  });
  EXPECT_EQ(calls, 16);
}

TEST(ThreadPool, WaitsForALatePart) {
  const auto pool = MakePool(2);
  std::atomic<int> finished{0};
  pool->ParallelFor(2, [&](int64_t, int) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    ++finished;
  });
  EXPECT_EQ(finished, 2);
}

TEST(ThreadPool, TakesAsManyThreadsAsTheProcessHasProcessors) {
  cpu_set_t set;
  ASSERT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
  EXPECT_EQ(MakePool(0)->threads(), CPU_COUNT(&set));
}

TEST(ThreadPool, RefusesNumbersOfThreadsThatMakeNoSense) {
  EXPECT_EQ(ThreadPool::Create(-1).status().code(), Code::kUsage);
  EXPECT_EQ(ThreadPool::Create(1 << 20).status().code(), Code::kUsage);
}

TEST(ThreadPool, ComesAndGoesWithoutWork) {
  for (int i = 0; i < 50; ++i) MakePool(4);
}

}  // namespace
}  // namespace octet
