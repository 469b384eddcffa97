#include <algorithm>
#include <utility>
#include <vector>

#include "compile/ir/dims.h"
#include "compile/onnx/operators.h"
#include "compile/onnx/permute.h"

namespace octet::compile {
namespace {

// C of a Gemm as the bias of a MatMul with `columns` columns: [N], from [N] or
// [1, N] or, if it is constant, a single number. kNoValue if it is none of
// these and has to be added.
Result<ValueId> BiasOf(GraphBuilder& builder, ValueId c, int64_t columns) {
  const Value& value = builder.value(c);
  if (!value.has_shape || !IsNumber(columns)) return kNoValue;
  const Shape shape = value.shape;
  if (shape == Shape{columns}) return c;
  if (value.is_constant() && shape.elements() == 1) {
    Tensor bias(DType::kF32, Shape{columns});
    std::ranges::fill(bias.as<float>(), value.data->as<float>()[0]);
    return builder.AddConstant(value.name + ".vector", std::move(bias));
  }
  if (!(shape == Shape{1, columns})) return kNoValue;
  if (value.is_constant()) {
    return builder.AddConstant(value.name + ".vector",
                               value.data->Reshaped(Shape{columns}));
  }
  return builder.Emit(Reshape{{columns}}, {c}, "bias");
}

}  // namespace

// alpha * A' * B' + beta * C.
Status ImportGemm(GraphBuilder& builder, const OnnxNode& node) {
  const float alpha = node.Float("alpha", 1);
  const float beta = node.Float("beta", 1);
  const bool trans_a = node.Int("transA", 0) != 0;
  const bool trans_b = node.Int("transB", 0) != 0;
  ValueId a = node.In(0), b = node.In(1), c = node.In(2);
  if (builder.shape(a).rank() != 2 || builder.shape(b).rank() != 2) {
    return node.Bad("its inputs are not matrices");
  }
  if (trans_a) {
    OCTET_ASSIGN(a, builder.Emit(Transpose{{1, 0}}, {a}, "a"));
  }
  if (trans_b) {
    OCTET_ASSIGN(b, PermuteWeights(builder, b, {1, 0}));
  }
  OCTET_ASSIGN(b, ScaleWeights(builder, b, alpha));
  const int64_t columns = builder.shape(b)[1];
  ValueId bias = kNoValue;
  if (c != kNoValue && beta != 0) {
    if (builder.value(c).dtype != DType::kF32) {
      return node.Cannot("C of type {}; export in float",
                         Name(builder.value(c).dtype));
    }
    OCTET_ASSIGN(c, ScaleWeights(builder, c, beta));
    OCTET_ASSIGN(bias, BiasOf(builder, c, columns));
  } else {
    c = kNoValue;
  }
  if (c == kNoValue) return builder.EmitOutput(MatMul{}, {a, b});
  if (bias != kNoValue) return builder.EmitOutput(MatMul{}, {a, b, bias});
  OCTET_ASSIGN(const ValueId product,
               builder.Emit(MatMul{}, {a, b}, "", "product"));
  return builder.EmitOutput(Binary{BinaryOp::kAdd, {}}, {product, c}, "add");
}

// A vector on either side becomes a matrix of one row or column, and its axis
// is dropped from the product.
Status ImportMatMul(GraphBuilder& builder, const OnnxNode& node) {
  ValueId a = node.In(0), b = node.In(1);
  const int rank_a = builder.shape(a).rank(), rank_b = builder.shape(b).rank();
  if (!builder.value(a).has_shape || !builder.value(b).has_shape) {
    return node.Cannot("an input of unknown rank; export with fixed shapes");
  }
  if (rank_a == 0 || rank_b == 0)
    return node.Bad("an input is a single number");
  if (rank_a > 1 && rank_b > 1) return builder.EmitOutput(MatMul{}, {a, b});
  if (rank_a == 1) {
    OCTET_ASSIGN(a, builder.Emit(Reshape{{1, -1}}, {a}, "row"));
  }
  if (rank_b == 1) {
    OCTET_ASSIGN(b, builder.Emit(Reshape{{-1, 1}}, {b}, "column"));
  }
  OCTET_ASSIGN(const ValueId product,
               builder.Emit(MatMul{}, {a, b}, "", "matrix"));
  std::vector<int64_t> drop;
  const int rank = builder.shape(product).rank();
  if (rank_a == 1) drop.push_back(rank - 2);
  if (rank_b == 1) drop.push_back(rank - 1);
  return builder.EmitOutput(Reduce{ReduceOp::kSum, drop, false}, {product},
                            "drop");
}

}  // namespace octet::compile
