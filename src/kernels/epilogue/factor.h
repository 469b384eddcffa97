// SiLU and GELU in front of codes, in 16 bits: which epilogues of kFloat become
// kFactor, and their constants.
#ifndef OCTET_KERNELS_EPILOGUE_FACTOR_H_
#define OCTET_KERNELS_EPILOGUE_FACTOR_H_

#include <cstdint>
#include <vector>

#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {

// What an EpilogueU8 of kFactor points to, padded to 64 channels.
struct FactorConstants {
  std::vector<float> multiplier;
  std::vector<float> offset;
  std::vector<int32_t> steps;
  // kFactorAdd.
  std::vector<int32_t> residual_steps;
  std::vector<int32_t> zeros;
};

// Turns a kFloat of SiLU or GELU, with codes as output, into kFactor, or with a
// u8 residual and nothing else behind the function into kFactorAdd, if all of
// its channels are fine with that; returns whether they are.
// It asks the parameters alone, so that all levels compute the same. The
// constants must live as long as the epilogue is used.
//
// A code is then less than half a code farther from the function's value than
// its rounding makes it. Of a channel with steps n = rne(reach / scale), its
// unit being scale * n / 2^15, the parts of that are, in codes:
//
//   1.05 n / 2^15  the sum is rounded to a unit (the function's slope is at
//                  most 1.13), and the product with the factor
//   error / scale  of the table (factor.cc)
//   0.025          the argument is off by reach / (scale n), 1/2n at most
//   0.016          a factor is at least 2^-14 below 1
//
// which never meet: for all arguments the most is below 1/2 up to 12500 steps,
// and the tables' most_steps stay below that: scales from 0.001 (SiLU) and
// 0.0005 (GELU) on. What is most is not what is usual: of scale 0.01, a
// twelfth. The steps of a kFactorAdd are sixteenths of codes, so that its
// scales are 0.006 and more; the residual is off by 0.06 of a code at most.
bool UseFactor(EpilogueU8& epilogue, int64_t channels,
               FactorConstants& constants);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_FACTOR_H_
