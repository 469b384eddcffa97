// Shapes, axes and counts that ONNX passes as tensors.
#ifndef OCTET_COMPILE_ONNX_SHAPE_INPUTS_H_
#define OCTET_COMPILE_ONNX_SHAPE_INPUTS_H_

#include <vector>

#include "compile/onnx/graph_builder.h"
#include "octet/status.h"

namespace octet::compile {

// The value as s64: s32 is converted, kNoValue stays.
Result<ValueId> AsS64(GraphBuilder& builder, ValueId id);

// The axes of Squeeze and Unsqueeze: an attribute before opset 13, an input
// since. Empty if there are none.
//   errors: kUnsupported if they are not constant.
Result<std::vector<int64_t>> ReadAxes(GraphBuilder& builder,
                                      const OnnxNode& node);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_SHAPE_INPUTS_H_
