// Signed activations become unsigned.
#ifndef OCTET_COMPILE_ONNX_SIGNED_ACTIVATIONS_H_
#define OCTET_COMPILE_ONNX_SIGNED_ACTIVATIONS_H_

#include "compile/ir/graph.h"

namespace octet::compile {

// Turns s8 values that lie between Quantize and Dequantize nodes, with nothing
// but moves of data between them, into u8: 128 is added to their zero points,
// so that they stand for the same real numbers. s8 values that are graph
// inputs, outputs or constants stay as they are, and so does all that is
// connected with them.
void MakeActivationsUnsigned(Graph& graph);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_SIGNED_ACTIVATIONS_H_
