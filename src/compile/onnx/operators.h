// The operators of ONNX that octet imports.
#ifndef OCTET_COMPILE_ONNX_OPERATORS_H_
#define OCTET_COMPILE_ONNX_OPERATORS_H_

#include <cstddef>
#include <string_view>

#include "compile/onnx/graph_builder.h"
#include "compile/onnx/onnx_node.h"
#include "octet/status.h"

namespace octet::compile {

inline constexpr int64_t kOldestOpset = 7;
inline constexpr int64_t kNewestOpset = 21;

// Adds what stands for the node to the graph and sets its outputs.
//   errors: kUnsupported for a form that octet does not have, kBadInput for one
//           that ONNX does not allow.
using Importer = Status (*)(GraphBuilder& builder, const OnnxNode& node);

// One row of the table.
struct OperatorRow {
  std::string_view type;
  size_t least_inputs, most_inputs;
  size_t most_outputs;  // more may be listed if they are not used
  Importer import;
};

// nullptr if octet does not import the operator.
const OperatorRow* FindOperator(std::string_view type);

// What a user can do about an operator that octet does not import.
std::string_view AdviceFor(std::string_view type);

// operators_conv.cc
Status ImportConv(GraphBuilder& builder, const OnnxNode& node);
// operators_pool.cc
Status ImportMaxPool(GraphBuilder& builder, const OnnxNode& node);
Status ImportAveragePool(GraphBuilder& builder, const OnnxNode& node);
Status ImportGlobalPool(GraphBuilder& builder, const OnnxNode& node);
// operators_products.cc
Status ImportGemm(GraphBuilder& builder, const OnnxNode& node);
Status ImportMatMul(GraphBuilder& builder, const OnnxNode& node);
// operators_elements.cc
Status ImportUnary(GraphBuilder& builder, const OnnxNode& node);
Status ImportBinary(GraphBuilder& builder, const OnnxNode& node);
Status ImportVariadic(GraphBuilder& builder, const OnnxNode& node);
Status ImportClip(GraphBuilder& builder, const OnnxNode& node);
Status ImportPRelu(GraphBuilder& builder, const OnnxNode& node);
Status ImportSoftsign(GraphBuilder& builder, const OnnxNode& node);
Status ImportSelu(GraphBuilder& builder, const OnnxNode& node);
Status ImportNot(GraphBuilder& builder, const OnnxNode& node);
Status ImportWhere(GraphBuilder& builder, const OnnxNode& node);
Status ImportCast(GraphBuilder& builder, const OnnxNode& node);
Status ImportIdentity(GraphBuilder& builder, const OnnxNode& node);
Status ImportDropout(GraphBuilder& builder, const OnnxNode& node);
// operators_norm.cc
Status ImportBatchNormalization(GraphBuilder& builder, const OnnxNode& node);
Status ImportInstanceNormalization(GraphBuilder& builder, const OnnxNode& node);
Status ImportLayerNormalization(GraphBuilder& builder, const OnnxNode& node);
Status ImportSoftmax(GraphBuilder& builder, const OnnxNode& node);
// operators_reduce.cc
Status ImportReduce(GraphBuilder& builder, const OnnxNode& node);
// operators_resize.cc
Status ImportResize(GraphBuilder& builder, const OnnxNode& node);
Status ImportUpsample(GraphBuilder& builder, const OnnxNode& node);
// operators_quantize.cc
Status ImportQuantizeLinear(GraphBuilder& builder, const OnnxNode& node);
Status ImportDequantizeLinear(GraphBuilder& builder, const OnnxNode& node);
// operators_slice.cc
Status ImportConcat(GraphBuilder& builder, const OnnxNode& node);
Status ImportSplit(GraphBuilder& builder, const OnnxNode& node);
Status ImportSlice(GraphBuilder& builder, const OnnxNode& node);
Status ImportPad(GraphBuilder& builder, const OnnxNode& node);
Status ImportGather(GraphBuilder& builder, const OnnxNode& node);
Status ImportTranspose(GraphBuilder& builder, const OnnxNode& node);
Status ImportTile(GraphBuilder& builder, const OnnxNode& node);
Status ImportDepthToSpace(GraphBuilder& builder, const OnnxNode& node);
Status ImportSpaceToDepth(GraphBuilder& builder, const OnnxNode& node);
// operators_shape.cc
Status ImportReshape(GraphBuilder& builder, const OnnxNode& node);
Status ImportFlatten(GraphBuilder& builder, const OnnxNode& node);
Status ImportSqueeze(GraphBuilder& builder, const OnnxNode& node);
Status ImportUnsqueeze(GraphBuilder& builder, const OnnxNode& node);
Status ImportExpand(GraphBuilder& builder, const OnnxNode& node);
Status ImportShape(GraphBuilder& builder, const OnnxNode& node);
Status ImportSize(GraphBuilder& builder, const OnnxNode& node);
Status ImportConstant(GraphBuilder& builder, const OnnxNode& node);
Status ImportConstantOfShape(GraphBuilder& builder, const OnnxNode& node);
Status ImportRange(GraphBuilder& builder, const OnnxNode& node);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_OPERATORS_H_
