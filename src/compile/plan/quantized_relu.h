// The ReLU that a quantizer stands for: exporters leave one out where the codes
// behind it cannot be negative anyway.
#ifndef OCTET_COMPILE_PLAN_QUANTIZED_RELU_H_
#define OCTET_COMPILE_PLAN_QUANTIZED_RELU_H_

#include "compile/ir/graph.h"

namespace octet::compile {

// Gives a product without a function, all of whose readers quantize it to codes
// that begin at 0.0, the ReLU that this amounts to. In 8 bits nothing changes,
// code for code; in float the network is the one that was trained.
//   graph: with Quantize and Dequantize, before AbsorbQdq.
void RestoreRelus(Graph& graph);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_QUANTIZED_RELU_H_
