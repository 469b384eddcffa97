// What Quantize and Dequantize nodes of an imported model hold as constants.
#ifndef OCTET_COMPILE_PLAN_QDQ_CONSTANTS_H_
#define OCTET_COMPILE_PLAN_QDQ_CONSTANTS_H_

#include <cstdint>
#include <vector>

#include "compile/ir/graph.h"
#include "octet/status.h"

namespace octet::compile {

// Scale and zero point of an activation, as u8, of a Quantize or Dequantize
// node with parameters along `axis`.
//   errors: kUnsupported if they are computed, of another type than u8 and s8,
//           or along another axis than the channels; kBadInput if the counts of
//           scales and zero points differ.
Result<QuantParams> ReadActivationParams(const Graph& graph, const Node& node,
                                         int64_t axis);

// How a weight or bias was quantized.
struct QuantizedConstant {
  std::vector<float> scale;
  int64_t axis = -1;          // -1: one scale
  std::vector<double> exact;  // of s32 codes, which f32 would round
};

// Makes the output of a Dequantize node of constants a float constant.
//   errors: kUnsupported if a parameter is computed or does not fit the codes.
Result<QuantizedConstant> FoldQuantizedConstant(Graph& graph, const Node& node);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_QDQ_CONSTANTS_H_
