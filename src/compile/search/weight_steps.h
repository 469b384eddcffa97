// How long a product's weights are in steps of their codes.
#ifndef OCTET_COMPILE_SEARCH_WEIGHT_STEPS_H_
#define OCTET_COMPILE_SEARCH_WEIGHT_STEPS_H_

#include "compile/ir/graph.h"

namespace octet::compile {

// Codes of a channel reach 127 at its largest weight. One that is far larger
// than the others leaves them a few steps.
//
//   node:    a convolution or matrix product with constant weights.
//   returns: of magnitudes that are not 0 the median by output, and of those
//            the median over outputs; 127 where all weights are 0 or no floats.
double WeightSteps(const Graph& graph, const Node& node);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_WEIGHT_STEPS_H_
