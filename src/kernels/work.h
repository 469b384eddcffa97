// How a kernel's work is cut into parts for threads.
//
// Every kernel has the form
//
//   void Kernel(const Params& params, int64_t part, int64_t parts,
//               std::byte* scratch);
//
// and does part `part` of `parts`: a piece of the output that no other part
// touches. Any `parts` >= 1 is allowed (a part may turn out empty), and the
// result is the same for all of them. `scratch` is the worker's own memory,
// aligned to 64 bytes; its contents before and after mean nothing. Kernels may
// read up to 64 bytes beyond the end of any buffer, and never write there.
#ifndef OCTET_KERNELS_WORK_H_
#define OCTET_KERNELS_WORK_H_

#include <cstddef>
#include <cstdint>

namespace octet::kernels {

// What Plan<Family>(params, threads) answers.
struct Work {
  int64_t parts = 1;          // pieces worth handing out
  int64_t scratch_bytes = 0;  // per worker, enough at every CPU level
};

// First of the `n` items of part `part` when they are dealt out evenly; the
// part ends where the next begins. Internal linkage: ISA files include this.
[[maybe_unused]] static constexpr int64_t PartBegin(int64_t n, int64_t part,
                                                    int64_t parts) {
  return n / parts * part + n % parts * part / parts;
}

[[maybe_unused]] static constexpr int64_t DivideUp(int64_t n, int64_t by) {
  return (n + by - 1) / by;
}
[[maybe_unused]] static constexpr int64_t RoundUp(int64_t n, int64_t multiple) {
  return DivideUp(n, multiple) * multiple;
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_WORK_H_
