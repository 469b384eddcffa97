// What SiLU and GELU multiply their argument by, in 16 bits: a sigmoid, and the
// normal distribution's Phi.
#ifndef OCTET_KERNELS_EPILOGUE_FACTOR_TABLE_H_
#define OCTET_KERNELS_EPILOGUE_FACTOR_TABLE_H_

#include <cstdint>

namespace octet::kernels {

// Quadratics on 32 segments of [-reach, reach), for x in units of reach / 2^15:
//
//   segment = bits 11 to 15 of x
//   f       = bits 0 to 11 of x, times 16, as an int16
//   factor  = p[0] + MulHigh(f, p[1] + MulHigh(f, p[2])), p[k] =
//             powers[k][segment]
//
// with MulHigh(a, b) = (a * b + 2^14) >> 15, the instruction vpmulhrsw. So f
// runs from 0 to 1 in segments of an even index and from -1 to 0 in the others.
// All fits int16.
struct FactorTable {
  int32_t reach;
  int32_t most_steps;  // UseFactor's limit of EpilogueU8::steps
  alignas(64) int16_t powers[3][32];
  alignas(32) uint8_t bytes[3][2][32];  // the low and the high ones of powers
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_FACTOR_TABLE_H_
