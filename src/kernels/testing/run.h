// Runs one kernel the way a runtime does, part by part.
#ifndef OCTET_KERNELS_TESTING_RUN_H_
#define OCTET_KERNELS_TESTING_RUN_H_

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "base/check.h"
#include "base/cpu.h"
#include "kernels/kernel_table.h"

namespace octet::kernels {

// The rows of a family's table that this machine can run.
template <typename Params>
std::vector<Kernel<Params>> RunnableRows(KernelTable<Params> table) {
  std::vector<Kernel<Params>> rows;
  for (const Kernel<Params>& row : table) {
    if (IsRunnable(row.level)) rows.push_back(row);
  }
  return rows;
}

// Memory behind a page that nobody may touch: a session's may begin so.
class PagesBehindNone {
 public:
  explicit PagesBehindNone(size_t bytes)
      : page_(size_t(sysconf(_SC_PAGESIZE))), size_(page_ + bytes) {
    void* all = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    OCTET_CHECK(all != MAP_FAILED);
    OCTET_CHECK(mprotect(all, page_, PROT_NONE) == 0);
    all_ = static_cast<std::byte*>(all);
  }
  ~PagesBehindNone() { munmap(all_, size_); }
  PagesBehindNone(const PagesBehindNone&) = delete;
  PagesBehindNone& operator=(const PagesBehindNone&) = delete;

  std::byte* get() const { return all_ + page_; }

 private:
  size_t page_, size_;
  std::byte* all_;
};

// Runs all parts, the last one first, each with scratch full of garbage (NaN
// as floats). Aborts if a kernel writes past its scratch, were it by one byte,
// or reads in front of it.
template <typename Params>
void RunInParts(KernelFn<Params> fn, const Params& params, int64_t parts,
                int64_t scratch_bytes) {
  constexpr size_t kGuard = 64;
  const size_t bytes = (size_t(scratch_bytes) + 63) / 64 * 64 + kGuard;
  const PagesBehindNone scratch(bytes);
  const std::byte* guard = scratch.get() + scratch_bytes;
  for (int64_t part = parts - 1; part >= 0; --part) {
    std::memset(scratch.get(), 0xff, bytes);
    fn(params, part, parts, scratch.get());
    for (size_t i = 0; i < kGuard; ++i) {
      OCTET_CHECK(guard[i] == std::byte{0xff});
    }
  }
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TESTING_RUN_H_
