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

// Quantizes w, [outputs][taps], with scales as they are given: one, or one per
// output. An imported model's codes may need more than 8 bits; they are held to
// [-255, 255].
WeightCodes QuantizeWeights(std::span<const float> w, int64_t outputs,
                            const std::vector<float>& given);

// Quantizes w, [outputs][taps], symmetrically per output from the largest
// weight, to codes in [-127, 127]; an output whose weights are all zero gets
// scale 1.
//
//   least: by output, the smallest scale that its product with the input's can
//          be told from zero with. Weights far below it become zero.
//   clip:  as NodePlan::weight_clip.
WeightCodes QuantizeWeightsPerOutput(std::span<const float> w,
                                     std::span<const float> least,
                                     std::span<const float> clip = {});

// b [rows][columns] -> [columns][rows].
std::vector<float> Transposed(std::span<const float> b, int64_t rows,
                              int64_t columns);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_WEIGHTS_H_
