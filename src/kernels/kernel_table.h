// The form that every kernel family shares: a typed function, a row that names
// it and the instruction-set level it needs, and a table of rows, best first.
//
// Tables are constexpr data in the family's .cc file; tests and benchmarks
// loop over them, so that a new row is tested the day it is added.
#ifndef OCTET_KERNELS_KERNEL_TABLE_H_
#define OCTET_KERNELS_KERNEL_TABLE_H_

#include <cstddef>
#include <cstdint>

namespace octet {
// Declared here and not included, because instruction-set files see this
// header and may not see inline functions (base/cpu.h has the enumerators).
enum class CpuLevel : uint8_t;
}  // namespace octet

namespace octet::kernels {

// Does part `part` of `parts` (0 <= part < parts) of what `params` describes.
// Parts write disjoint pieces of the output, may run at the same time, and the
// bytes written never depend on how many there are. `scratch` is the worker's
// own, 64-byte aligned, as large as the family's plan asks for; its contents
// are lost between calls.
template <typename Params>
using KernelFn = void (*)(const Params& params, int64_t part, int64_t parts,
                          std::byte* scratch);

template <typename Params>
struct Kernel {
  const char* name;  // family_level
  CpuLevel level;    // the least that it runs on
  KernelFn<Params> fn;
};

// Rows, best first; the last one runs on any CPU.
template <typename Params>
struct KernelTable {
  const Kernel<Params>* rows;
  int size;

  const Kernel<Params>* begin() const { return rows; }
  const Kernel<Params>* end() const { return rows + size; }
  // The best row that `level` can run.
  const Kernel<Params>& Best(CpuLevel level) const {
    const Kernel<Params>* row = rows;
    while (row->level > level) ++row;
    return *row;
  }
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_KERNEL_TABLE_H_
