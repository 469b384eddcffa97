// What works element by element.
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "compile/ir/dims.h"
#include "compile/onnx/operators.h"

namespace octet::compile {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// ONNX operators that are one Function, with its parameters' attributes and
// their defaults.
struct UnaryRow {
  std::string_view type;
  FunctionKind kind;
  std::string_view alpha;
  float alpha_default;
  std::string_view beta;
  float beta_default;
};
constexpr UnaryRow kUnaries[] = {
    {"Abs", FunctionKind::kAbs, "", 0, "", 0},
    {"Ceil", FunctionKind::kCeil, "", 0, "", 0},
    {"Elu", FunctionKind::kElu, "alpha", 1, "", 0},
    {"Erf", FunctionKind::kErf, "", 0, "", 0},
    {"Exp", FunctionKind::kExp, "", 0, "", 0},
    {"Floor", FunctionKind::kFloor, "", 0, "", 0},
    {"HardSigmoid", FunctionKind::kHardSigmoid, "alpha", 0.2f, "beta", 0.5f},
    {"HardSwish", FunctionKind::kHardSwish, "", 0, "", 0},
    {"LeakyRelu", FunctionKind::kLeakyRelu, "alpha", 0.01f, "", 0},
    {"Log", FunctionKind::kLog, "", 0, "", 0},
    {"Mish", FunctionKind::kMish, "", 0, "", 0},
    {"Neg", FunctionKind::kNeg, "", 0, "", 0},
    {"Reciprocal", FunctionKind::kReciprocal, "", 0, "", 0},
    {"Relu", FunctionKind::kRelu, "", 0, "", 0},
    {"Round", FunctionKind::kRound, "", 0, "", 0},
    {"Sigmoid", FunctionKind::kSigmoid, "", 0, "", 0},
    {"Softplus", FunctionKind::kSoftplus, "", 0, "", 0},
    {"Sqrt", FunctionKind::kSqrt, "", 0, "", 0},
    {"Tanh", FunctionKind::kTanh, "", 0, "", 0},
};

struct BinaryRow {
  std::string_view type;
  BinaryOp op;
};
constexpr BinaryRow kBinaries[] = {
    {"Add", BinaryOp::kAdd},         {"And", BinaryOp::kAnd},
    {"Div", BinaryOp::kDiv},         {"Equal", BinaryOp::kEqual},
    {"Greater", BinaryOp::kGreater}, {"Less", BinaryOp::kLess},
    {"Max", BinaryOp::kMax},         {"Mean", BinaryOp::kAdd},
    {"Min", BinaryOp::kMin},         {"Mul", BinaryOp::kMul},
    {"Or", BinaryOp::kOr},           {"Pow", BinaryOp::kPow},
    {"Sub", BinaryOp::kSub},         {"Sum", BinaryOp::kAdd},
};

BinaryOp BinaryOf(std::string_view type) {
  for (const BinaryRow& row : kBinaries) {
    if (row.type == type) return row.op;
  }
  return BinaryOp::kAdd;
}

// A float that the value is known to be.
std::optional<float> KnownScalar(const GraphBuilder& builder, ValueId id) {
  const Value& value = builder.value(id);
  if (!value.is_constant() || value.dtype != DType::kF32 ||
      value.data->elements() != 1) {
    return std::nullopt;
  }
  return value.data->as<float>()[0];
}

// Clip with limits that are numbers.
Function ClipFunction(float low, float high) {
  if (low == 0 && high >= std::numeric_limits<float>::max()) {
    return {FunctionKind::kRelu, 0, 0};
  }
  return {FunctionKind::kClip, low, high};
}

// Clip with limits that are only known at run time, or of integers.
Status ClipByValues(GraphBuilder& builder, const OnnxNode& node) {
  ValueId x = node.In(0);
  if (node.Has(1)) {
    const Binary low{BinaryOp::kMax, {}};
    if (!node.Has(2)) return builder.EmitOutput(low, {x, node.In(1)});
    OCTET_ASSIGN(x, builder.Emit(low, {x, node.In(1)}, "min"));
  }
  if (!node.Has(2)) return ImportIdentity(builder, node);
  return builder.EmitOutput(Binary{BinaryOp::kMin, {}}, {x, node.In(2)});
}

// Pow's exponent and a few others may be of another type than the base.
Result<ValueId> AsType(GraphBuilder& builder, ValueId id, DType dtype) {
  if (builder.value(id).dtype == dtype) return id;
  return builder.Emit(Cast{dtype}, {id}, "cast");
}

}  // namespace

Status ImportUnary(GraphBuilder& builder, const OnnxNode& node) {
  if (node.type() == "Gelu") {
    const std::string how = node.String("approximate", "none");
    if (how != "none" && how != "tanh") {
      return node.Bad("approximate is '{}', expected none or tanh", how);
    }
    const FunctionKind kind =
        how == "tanh" ? FunctionKind::kGeluTanh : FunctionKind::kGelu;
    return builder.EmitOutput(Unary{{kind, 0, 0}}, {node.In(0)});
  }
  for (const UnaryRow& row : kUnaries) {
    if (row.type != node.type()) continue;
    Function function{row.kind, 0, 0};
    if (!row.alpha.empty()) {
      function.alpha = node.Float(row.alpha, row.alpha_default);
    }
    if (!row.beta.empty()) {
      function.beta = node.Float(row.beta, row.beta_default);
    }
    return builder.EmitOutput(Unary{function}, {node.In(0)});
  }
  return node.Bad("no such function");
}

Status ImportBinary(GraphBuilder& builder, const OnnxNode& node) {
  ValueId a = node.In(0), b = node.In(1);
  const std::string& type = node.type();
  if (type == "Pow") {
    OCTET_ASSIGN(b, AsType(builder, b, builder.value(a).dtype));
  }
  if (type == "LessOrEqual" || type == "GreaterOrEqual") {
    const BinaryOp op =
        type == "LessOrEqual" ? BinaryOp::kLess : BinaryOp::kGreater;
    OCTET_ASSIGN(const ValueId strict,
                 builder.Emit(Binary{op, {}}, {a, b}, "strict"));
    OCTET_ASSIGN(const ValueId equal,
                 builder.Emit(Binary{BinaryOp::kEqual, {}}, {a, b}, "equal"));
    return builder.EmitOutput(Binary{BinaryOp::kOr, {}}, {strict, equal});
  }
  return builder.EmitOutput(Binary{BinaryOf(type), {}}, {a, b});
}

Status ImportVariadic(GraphBuilder& builder, const OnnxNode& node) {
  const Binary step{BinaryOf(node.type()), {}};
  const bool is_mean = node.type() == "Mean" && node.inputs() > 1;
  const size_t count = node.inputs();
  if (count == 1) return ImportIdentity(builder, node);
  ValueId so_far = node.In(0);
  for (size_t i = 1; i < count; ++i) {
    if (i + 1 == count && !is_mean) {
      return builder.EmitOutput(step, {so_far, node.In(i)});
    }
    OCTET_ASSIGN(so_far, builder.Emit(step, {so_far, node.In(i)},
                                      fmt::format("step{}", i)));
  }
  return builder.EmitOutput(Binary{BinaryOp::kDiv, {}},
                            {so_far, builder.Scalar(float(count))});
}

Status ImportClip(GraphBuilder& builder, const OnnxNode& node) {
  if (node.opset() < 11) {
    constexpr float kMost = std::numeric_limits<float>::max();
    const Function clip =
        ClipFunction(node.Float("min", -kMost), node.Float("max", kMost));
    return builder.EmitOutput(Unary{clip}, {node.In(0)});
  }
  float limits[2] = {-kInfinity, kInfinity};
  bool known = builder.value(node.In(0)).dtype == DType::kF32;
  for (size_t i = 0; i < 2; ++i) {
    if (!node.Has(1 + i)) continue;
    const auto number = KnownScalar(builder, node.In(1 + i));
    known = known && number.has_value();
    if (number) limits[i] = *number;
  }
  if (!known) return ClipByValues(builder, node);
  return builder.EmitOutput(Unary{ClipFunction(limits[0], limits[1])},
                            {node.In(0)});
}

// max(x, 0) + slope * min(x, 0); the slope has its channels where x has them.
Status ImportPRelu(GraphBuilder& builder, const OnnxNode& node) {
  if (const auto slope = KnownScalar(builder, node.In(1))) {
    const Function leaky{FunctionKind::kLeakyRelu, *slope, 0};
    return builder.EmitOutput(Unary{leaky}, {node.In(0)});
  }
  OCTET_ASSIGN(const ValueId positive,
               builder.Emit(Unary{{FunctionKind::kRelu, 0, 0}}, {node.In(0)},
                            "positive"));
  OCTET_ASSIGN(const ValueId negative,
               builder.Emit(Unary{{FunctionKind::kClip, -kInfinity, 0}},
                            {node.In(0)}, "negative"));
  OCTET_ASSIGN(const ValueId scaled,
               builder.Emit(Binary{BinaryOp::kMul, {}}, {negative, node.In(1)},
                            "scaled"));
  return builder.EmitOutput(Binary{BinaryOp::kAdd, {}}, {positive, scaled});
}

// x / (1 + |x|).
Status ImportSoftsign(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_ASSIGN(
      const ValueId size,
      builder.Emit(Unary{{FunctionKind::kAbs, 0, 0}}, {node.In(0)}, "abs"));
  OCTET_ASSIGN(const ValueId below,
               builder.Emit(Binary{BinaryOp::kAdd, {}},
                            {size, builder.Scalar(1)}, "below"));
  return builder.EmitOutput(Binary{BinaryOp::kDiv, {}}, {node.In(0), below});
}

// gamma * elu(x).
Status ImportSelu(GraphBuilder& builder, const OnnxNode& node) {
  const float alpha = node.Float("alpha", 1.67326319217681884765625f);
  const float gamma = node.Float("gamma", 1.05070102214813232421875f);
  OCTET_ASSIGN(
      const ValueId elu,
      builder.Emit(Unary{{FunctionKind::kElu, alpha, 0}}, {node.In(0)}, "elu"));
  return builder.EmitOutput(Binary{BinaryOp::kMul, {}},
                            {elu, builder.Scalar(gamma)});
}

Status ImportNot(GraphBuilder& builder, const OnnxNode& node) {
  const ValueId no = builder.AddConstant(node.OutputName(0) + ".false",
                                         Tensor(DType::kBool, Shape()));
  return builder.EmitOutput(Binary{BinaryOp::kEqual, {}}, {node.In(0), no});
}

Status ImportWhere(GraphBuilder& builder, const OnnxNode& node) {
  return builder.EmitOutput(Where{}, {node.In(0), node.In(1), node.In(2)});
}

Status ImportCast(GraphBuilder& builder, const OnnxNode& node) {
  const auto to = DTypeOf(node.Int("to", 0));
  // How out-of-range numbers go to 8 bit floats, which octet does not have.
  static_cast<void>(node.Int("saturate", 1));
  if (!to) {
    return node.Cannot(
        "a cast to ONNX element type {}; remove it before "
        "export",
        node.Int("to", 0));
  }
  if (builder.value(node.In(0)).dtype == *to) {
    return ImportIdentity(builder, node);
  }
  return builder.EmitOutput(Cast{*to}, {node.In(0)});
}

Status ImportIdentity(GraphBuilder& builder, const OnnxNode& node) {
  builder.SetOutput(node.In(0));
  return {};
}

Status ImportDropout(GraphBuilder& builder, const OnnxNode& node) {
  static_cast<void>(node.Float("ratio", 0.5f));
  static_cast<void>(node.Int("seed", 0));
  if (node.Has(2)) {
    const auto training = builder.Numbers(node.In(2));
    if (!training || training->size() != 1 || training->front() != 0) {
      return node.Cannot("training mode; export the model for inference");
    }
  }
  return ImportIdentity(builder, node);
}

}  // namespace octet::compile
