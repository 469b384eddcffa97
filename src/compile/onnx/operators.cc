#include "compile/onnx/operators.h"

#include <algorithm>
#include <limits>

namespace octet::compile {
namespace {

constexpr size_t kAny = std::numeric_limits<size_t>::max();

// Type, least and most inputs, most outputs, importer. In alphabetical order.
constexpr OperatorRow kOperators[] = {
    {"Abs", 1, 1, 1, ImportUnary},
    {"Add", 2, 2, 1, ImportBinary},
    {"And", 2, 2, 1, ImportBinary},
    {"AveragePool", 1, 1, 1, ImportAveragePool},
    {"BatchNormalization", 5, 5, 1, ImportBatchNormalization},
    {"Cast", 1, 1, 1, ImportCast},
    {"Ceil", 1, 1, 1, ImportUnary},
    {"Clip", 1, 3, 1, ImportClip},
    {"Concat", 1, kAny, 1, ImportConcat},
    {"Constant", 0, 0, 1, ImportConstant},
    {"ConstantOfShape", 1, 1, 1, ImportConstantOfShape},
    {"Conv", 2, 3, 1, ImportConv},
    {"DepthToSpace", 1, 1, 1, ImportDepthToSpace},
    {"DequantizeLinear", 2, 3, 1, ImportDequantizeLinear},
    {"Div", 2, 2, 1, ImportBinary},
    {"Dropout", 1, 3, 1, ImportDropout},
    {"Elu", 1, 1, 1, ImportUnary},
    {"Equal", 2, 2, 1, ImportBinary},
    {"Erf", 1, 1, 1, ImportUnary},
    {"Exp", 1, 1, 1, ImportUnary},
    {"Expand", 2, 2, 1, ImportExpand},
    {"Flatten", 1, 1, 1, ImportFlatten},
    {"Floor", 1, 1, 1, ImportUnary},
    {"Gather", 2, 2, 1, ImportGather},
    {"Gelu", 1, 1, 1, ImportUnary},
    {"Gemm", 2, 3, 1, ImportGemm},
    {"GlobalAveragePool", 1, 1, 1, ImportGlobalPool},
    {"GlobalMaxPool", 1, 1, 1, ImportGlobalPool},
    {"Greater", 2, 2, 1, ImportBinary},
    {"GreaterOrEqual", 2, 2, 1, ImportBinary},
    {"HardSigmoid", 1, 1, 1, ImportUnary},
    {"HardSwish", 1, 1, 1, ImportUnary},
    {"Identity", 1, 1, 1, ImportIdentity},
    {"InstanceNormalization", 3, 3, 1, ImportInstanceNormalization},
    {"LayerNormalization", 2, 3, 1, ImportLayerNormalization},
    {"LeakyRelu", 1, 1, 1, ImportUnary},
    {"Less", 2, 2, 1, ImportBinary},
    {"LessOrEqual", 2, 2, 1, ImportBinary},
    {"Log", 1, 1, 1, ImportUnary},
    {"LogSoftmax", 1, 1, 1, ImportSoftmax},
    {"MatMul", 2, 2, 1, ImportMatMul},
    {"Max", 1, kAny, 1, ImportVariadic},
    {"MaxPool", 1, 1, 1, ImportMaxPool},
    {"Mean", 1, kAny, 1, ImportVariadic},
    {"Min", 1, kAny, 1, ImportVariadic},
    {"Mish", 1, 1, 1, ImportUnary},
    {"Mul", 2, 2, 1, ImportBinary},
    {"Neg", 1, 1, 1, ImportUnary},
    {"Not", 1, 1, 1, ImportNot},
    {"Or", 2, 2, 1, ImportBinary},
    {"PRelu", 2, 2, 1, ImportPRelu},
    {"Pad", 1, 4, 1, ImportPad},
    {"Pow", 2, 2, 1, ImportBinary},
    {"QuantizeLinear", 2, 3, 1, ImportQuantizeLinear},
    {"Range", 3, 3, 1, ImportRange},
    {"Reciprocal", 1, 1, 1, ImportUnary},
    {"ReduceL1", 1, 2, 1, ImportReduce},
    {"ReduceL2", 1, 2, 1, ImportReduce},
    {"ReduceLogSum", 1, 2, 1, ImportReduce},
    {"ReduceLogSumExp", 1, 2, 1, ImportReduce},
    {"ReduceMax", 1, 2, 1, ImportReduce},
    {"ReduceMean", 1, 2, 1, ImportReduce},
    {"ReduceMin", 1, 2, 1, ImportReduce},
    {"ReduceProd", 1, 2, 1, ImportReduce},
    {"ReduceSum", 1, 2, 1, ImportReduce},
    {"ReduceSumSquare", 1, 2, 1, ImportReduce},
    {"Relu", 1, 1, 1, ImportUnary},
    {"Reshape", 2, 2, 1, ImportReshape},
    {"Resize", 1, 4, 1, ImportResize},
    {"Round", 1, 1, 1, ImportUnary},
    {"Selu", 1, 1, 1, ImportSelu},
    {"Shape", 1, 1, 1, ImportShape},
    {"Sigmoid", 1, 1, 1, ImportUnary},
    {"Size", 1, 1, 1, ImportSize},
    {"Slice", 1, 5, 1, ImportSlice},
    {"Softmax", 1, 1, 1, ImportSoftmax},
    {"Softplus", 1, 1, 1, ImportUnary},
    {"Softsign", 1, 1, 1, ImportSoftsign},
    {"SpaceToDepth", 1, 1, 1, ImportSpaceToDepth},
    {"Split", 1, 2, kAny, ImportSplit},
    {"Sqrt", 1, 1, 1, ImportUnary},
    {"Squeeze", 1, 2, 1, ImportSqueeze},
    {"Sub", 2, 2, 1, ImportBinary},
    {"Sum", 1, kAny, 1, ImportVariadic},
    {"Tanh", 1, 1, 1, ImportUnary},
    {"Tile", 2, 2, 1, ImportTile},
    {"Transpose", 1, 1, 1, ImportTranspose},
    {"Unsqueeze", 1, 2, 1, ImportUnsqueeze},
    {"Upsample", 1, 2, 1, ImportUpsample},
    {"Where", 3, 3, 1, ImportWhere},
};
static_assert(std::ranges::is_sorted(kOperators, {}, &OperatorRow::type));

struct AdviceRow {
  std::string_view type;
  std::string_view advice;
};
constexpr AdviceRow kAdvice[] = {
    {"If",
     "fix the condition before export, or simplify the model so that only one "
     "branch is left"},
    {"Loop", "unroll the loop before export"},
    {"Scan", "unroll the loop before export"},
    {"LSTM", "export the recurrence as single steps of Gemm, Sigmoid and Tanh"},
    {"GRU", "export the recurrence as single steps of Gemm, Sigmoid and Tanh"},
    {"RNN", "export the recurrence as single steps of Gemm and Tanh"},
    {"ConvTranspose", "replace it by Resize and Conv, or cut the model there"},
    {"NonMaxSuppression",
     "cut the model before it; octet's detector does this step"},
    {"TopK", "cut the model before it and do this step outside"},
    {"QLinearConv", "export with QuantizeLinear and DequantizeLinear pairs"},
    {"QLinearMatMul", "export with QuantizeLinear and DequantizeLinear pairs"},
    {"QLinearAdd", "export with QuantizeLinear and DequantizeLinear pairs"},
    {"ConvInteger", "export with QuantizeLinear and DequantizeLinear pairs"},
    {"MatMulInteger", "export with QuantizeLinear and DequantizeLinear pairs"},
    {"DynamicQuantizeLinear", "give octet the float model instead"},
};

}  // namespace

const OperatorRow* FindOperator(std::string_view type) {
  const auto row =
      std::ranges::lower_bound(kOperators, type, {}, &OperatorRow::type);
  return row != std::end(kOperators) && row->type == type ? row : nullptr;
}

std::string_view AdviceFor(std::string_view type) {
  for (const AdviceRow& row : kAdvice) {
    if (row.type == type) return row.advice;
  }
  return "replace it by operators that octet has, or cut the model there";
}

}  // namespace octet::compile
