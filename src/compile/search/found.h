// Looking for something in many places side by side.
#ifndef OCTET_COMPILE_SEARCH_FOUND_H_
#define OCTET_COMPILE_SEARCH_FOUND_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/thread_pool.h"

namespace octet::compile {

// What `find` finds in places 0 to count, in their order whatever the threads.
//   find: std::optional<T>(size_t place); may run on any thread.
template <typename T, typename Find>
std::vector<T> FoundIn(size_t count, ThreadPool& pool, const Find& find) {
  std::vector<std::optional<T>> by_place(count);
  pool.ParallelFor(int64_t(count), [&](int64_t i, int) {
    by_place[size_t(i)] = find(size_t(i));
  });
  std::vector<T> found;
  for (std::optional<T>& one : by_place) {
    if (one) found.push_back(*std::move(one));
  }
  return found;
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_FOUND_H_
