// y[r, i] = table[x[r, i]]: any function of one u8 operand.
#ifndef OCTET_KERNELS_TABLE_U8_TABLE_U8_H_
#define OCTET_KERNELS_TABLE_U8_TABLE_U8_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/work.h"

namespace octet::kernels {

// Rows of `columns` elements, whose starts are x_stride and y_stride elements
// apart. One row if memory has no gaps.
struct TableU8Params {
  int64_t rows, columns;
  const uint8_t* x;
  int64_t x_stride;
  uint8_t* y;  // may be x
  int64_t y_stride;
  const uint8_t* table;  // 256 entries
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<TableU8Params> TableU8Kernels();
KernelFn<TableU8Params> FindTableU8(CpuLevel level);
Work PlanTableU8(const TableU8Params& params, int threads);

void TableU8Reference(const TableU8Params& params, int64_t part, int64_t parts,
                      std::byte* scratch);

// Instruction-set levels.
void TableU8Avx2(const TableU8Params& params, int64_t part, int64_t parts,
                 std::byte* scratch);
void TableU8Avx512Vnni(const TableU8Params& params, int64_t part, int64_t parts,
                       std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TABLE_U8_TABLE_U8_H_
