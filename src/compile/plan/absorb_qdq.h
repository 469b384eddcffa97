// Turns a graph with QuantizeLinear/DequantizeLinear pairs into a float graph
// and the plan that those pairs mean.
#ifndef OCTET_COMPILE_PLAN_ABSORB_QDQ_H_
#define OCTET_COMPILE_PLAN_ABSORB_QDQ_H_

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"

namespace octet::compile {

// True if the graph quantizes any computed value.
bool HasQdq(const Graph& graph);

// Removes every Quantize and Dequantize of activations and weights. Readers of
// a dequantized value read the float value in the u8 form that the pair gives
// (s8 becomes u8 with the zero point moved by 128). A node whose data inputs
// and outputs are all quantized is int8, any other float. Weights become float
// constants whose codes the plan's weight scales give back exactly.
//   errors: kUnsupported naming the node: quantized types other than 8 bits,
//           an axis that is not the channels, blocked scales.
Result<Plan> AbsorbQdq(Graph& graph);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_ABSORB_QDQ_H_
