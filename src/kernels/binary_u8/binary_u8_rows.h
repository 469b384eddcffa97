// The inner loop of binary_u8, and the loops around it.
#ifndef OCTET_KERNELS_BINARY_U8_BINARY_U8_ROWS_H_
#define OCTET_KERNELS_BINARY_U8_BINARY_U8_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/binary_u8/binary_u8.h"

namespace octet::kernels {

// n neighbours. What the formulas need of scales and zero points is entry
// i * step of each array, step being 1 or 0: m_a = sa / sy, m_b = sb / sy; for
// a product m_a = sa * sb / sy and m_b is unused.
struct BinaryU8Row {
  BinaryU8Op op;
  const uint8_t* a;
  const uint8_t* b;
  uint8_t* y;
  int64_t n;
  const int32_t* a_zero;
  const int32_t* b_zero;
  const int32_t* y_zero;
  const float* m_a;
  const float* m_b;
  int64_t step;
  uint8_t low, high;
};

void BinaryU8RowAvx2(const BinaryU8Row& row);
void BinaryU8RowAvx512Vnni(const BinaryU8Row& row);

int64_t BinaryU8Scratch(const BinaryU8Params& params);
void RunBinaryU8(void (*row)(const BinaryU8Row& row),
                 const BinaryU8Params& params, int64_t part, int64_t parts,
                 std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_BINARY_U8_BINARY_U8_ROWS_H_
