// Weights as int8 codes.
#ifndef OCTET_COMPILE_LOWER_WEIGHTS_H_
#define OCTET_COMPILE_LOWER_WEIGHTS_H_

#include <cstdint>
#include <span>
#include <vector>

namespace octet::compile {

// real = scale[output] * code.
struct WeightCodes {
  std::vector<int32_t> codes;  // [outputs][taps]
  std::vector<float> scale;    // one per output
};

// Quantizes w, [outputs][taps].
//
//   given: scales to use (one, or one per output), as an imported model says;
//          codes may then need more than 8 bits. Empty: symmetric per output
//          from the largest weight, codes in [-127, 127]; an output whose
//          weights are all zero gets scale 1.
WeightCodes QuantizeWeights(std::span<const float> w, int64_t outputs,
                            const std::vector<float>& given);

// b [rows][columns] -> [columns][rows].
std::vector<float> Transposed(std::span<const float> b, int64_t rows,
                              int64_t columns);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_WEIGHTS_H_
