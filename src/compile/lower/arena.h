// Places buffers of known lifetimes in one block of memory.
#ifndef OCTET_COMPILE_LOWER_ARENA_H_
#define OCTET_COMPILE_LOWER_ARENA_H_

#include <algorithm>
#include <cstdint>
#include <vector>

namespace octet::compile {

// A buffer, and the first and last step that touch it.
struct Lifetime {
  int64_t bytes = 0;
  int first = INT32_MAX;
  int last = INT32_MIN;

  void Touch(int step) {
    first = std::min(first, step);
    last = std::max(last, step);
  }
  bool used() const { return first <= last; }
};

struct Arena {
  std::vector<int64_t> offsets;  // by buffer, multiples of 64
  int64_t bytes = 0;             // all of them, slack included
};

// No two buffers alive at the same step overlap; each has kBufferSlack bytes
// behind it that are its own while it lives. Best fit, largest buffers first
// (Pisarchyk and Lee, "Efficient memory management for deep neural net
// inference", 2020); while that is more than LargestLiveSet, what ended up last
// goes first, some times over, and then the same from the buffers of the
// busiest steps on, and from those that live longest. At last each sinks as low
// as it can. Deterministic. Time grows with n log n and with how many gaps
// there are among what is alive together.
Arena PlanArena(const std::vector<Lifetime>& buffers);

// The same without going on: buffers are placed in this order.
Arena PlaceInOrder(const std::vector<Lifetime>& buffers,
                   const std::vector<int>& order);

// Bytes, slack included, of all buffers alive at the step where they are most:
// no arena is smaller.
int64_t LargestLiveSet(const std::vector<Lifetime>& buffers);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_ARENA_H_
