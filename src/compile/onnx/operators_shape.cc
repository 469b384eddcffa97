// What makes and changes shapes, and constants.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "compile/ir/dims.h"
#include "compile/onnx/operators.h"
#include "compile/onnx/shape_inputs.h"

namespace octet::compile {
namespace {

constexpr int64_t kNewAxis = -1;

// ReshapeByAxes where it takes the shape at run time: its numbers are picked
// from x's shape with a 1 behind it.
Status ReshapeByShape(GraphBuilder& builder, const OnnxNode& node,
                      std::vector<int64_t> axes) {
  std::ranges::replace(axes, kNewAxis, builder.shape(node.In(0)).rank());
  OCTET_ASSIGN(const ValueId shape,
               builder.Emit(ShapeOf{}, {node.In(0)}, "shape"));
  OCTET_ASSIGN(
      const ValueId longer,
      builder.Emit(Concat{0}, {shape, builder.Ints({1})}, "longer_shape"));
  OCTET_ASSIGN(
      const ValueId picked,
      builder.Emit(Gather{0}, {longer, builder.Ints(axes)}, "new_shape"));
  return builder.EmitOutput(Reshape{}, {node.In(0), picked});
}

// Reshapes input 0 so that axis i of the output is axis axes[i] of x, or a new
// one of size 1. Symbolic axes are copied where they stay in place, and one may
// be what is left over.
Status ReshapeByAxes(GraphBuilder& builder, const OnnxNode& node,
                     const std::vector<int64_t>& axes) {
  const Shape x = builder.shape(node.In(0));
  std::vector<int64_t> dims;
  int left_over = 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t dim = axes[i] == kNewAxis ? 1 : x[int(axes[i])];
    if (dim > 0) {
      dims.push_back(dim);
    } else if (axes[i] == int64_t(i)) {
      dims.push_back(0);
    } else {
      dims.push_back(-1);
      ++left_over;
    }
  }
  if (left_over > 1) return ReshapeByShape(builder, node, axes);
  return builder.EmitOutput(Reshape{std::move(dims)}, {node.In(0)});
}

Result<std::vector<bool>> MarkAxes(const OnnxNode& node,
                                   const std::vector<int64_t>& axes,
                                   int64_t rank) {
  std::vector<bool> marked(size_t(std::max<int64_t>(rank, 0)));
  for (int64_t axis : axes) {
    if (axis < -rank || axis >= rank) {
      return node.Bad("axis {} of {} dimensions", axis, rank);
    }
    const size_t at = size_t(axis < 0 ? axis + rank : axis);
    if (marked[at]) return node.Bad("axis {} twice", axis);
    marked[at] = true;
  }
  return marked;
}

// Whether a shape input may hold a 0; symbolic dimensions are at least 1.
bool MayHoldZero(GraphBuilder& builder, ValueId shape) {
  const KnownInts* known = builder.Known(shape);
  return known == nullptr ||
         std::ranges::any_of(*known, [](const KnownInt& item) {
           return item.kind == KnownInt::Kind::kUnknown ||
                  item == KnownInt::Number(0);
         });
}

Status NeedRank(const GraphBuilder& builder, const OnnxNode& node) {
  if (builder.value(node.In(0)).has_shape) return {};
  return node.Cannot("an input of unknown rank; export with fixed shapes");
}

// The product of the axes [from, to) if all are numbers, else -1.
int64_t ProductOf(const Shape& shape, int from, int to) {
  const auto product =
      DimProduct(shape.dims().subspan(size_t(from), size_t(to - from)));
  return product && IsNumber(*product) ? *product : -1;
}

Tensor FloatVector(const std::vector<float>& numbers, bool scalar) {
  Tensor tensor(DType::kF32, scalar ? Shape() : Shape{int64_t(numbers.size())});
  std::ranges::copy(numbers, tensor.as<float>().begin());
  return tensor;
}

Tensor IntVector(const std::vector<int64_t>& numbers, bool scalar) {
  Tensor tensor(DType::kS64, scalar ? Shape() : Shape{int64_t(numbers.size())});
  std::ranges::copy(numbers, tensor.as<int64_t>().begin());
  return tensor;
}

// The tensor of an attribute. It rarely has a name, so errors name the node.
Result<Tensor> ReadValue(GraphBuilder& builder, const OnnxNode& node,
                         const onnx::TensorProto& proto) {
  Result<Tensor> tensor = builder.tensors().Read(proto);
  if (tensor.ok()) return tensor;
  const Status& status = tensor.status();
  if (status.code() == Code::kUnsupported) {
    return node.Cannot("{}", status.message());
  }
  return node.Bad("{}", status.message());
}

}  // namespace

Status ImportReshape(GraphBuilder& builder, const OnnxNode& node) {
  if (node.Int("allowzero", 0) != 0 && MayHoldZero(builder, node.In(1))) {
    return node.Cannot(
        "allowzero with a shape that may hold zeros; export with "
        "allowzero = 0");
  }
  return builder.EmitOutput(Reshape{}, {node.In(0), node.In(1)});
}

Status ImportFlatten(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_RETURN_IF_ERROR(NeedRank(builder, node));
  const Shape x = builder.shape(node.In(0));
  int64_t axis = node.Int("axis", 1);
  if (axis < -x.rank() || axis > x.rank()) return node.Bad("axis {}", axis);
  if (axis < 0) axis += x.rank();
  if (axis == 1) return builder.EmitOutput(Reshape{{0, -1}}, {node.In(0)});
  const int64_t rows = ProductOf(x, 0, int(axis));
  const int64_t columns = ProductOf(x, int(axis), x.rank());
  if (rows < 1 && columns < 1) {
    return node.Cannot(
        "symbolic dimensions on both sides; give the size of "
        "the input's dimensions");
  }
  std::vector<int64_t> dims = {rows, -1};
  if (rows < 1) dims = {-1, columns};
  return builder.EmitOutput(Reshape{std::move(dims)}, {node.In(0)});
}

Status ImportSqueeze(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_RETURN_IF_ERROR(NeedRank(builder, node));
  OCTET_ASSIGN(std::vector<int64_t> axes, ReadAxes(builder, node));
  const Shape x = builder.shape(node.In(0));
  OCTET_ASSIGN(std::vector<bool> drop, MarkAxes(node, axes, x.rank()));
  std::vector<int64_t> kept;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (axes.empty()) drop[size_t(axis)] = x[axis] == 1;
    if (drop[size_t(axis)] && IsNumber(x[axis]) && x[axis] != 1) {
      return node.Bad("axis {} has {} elements", axis, x[axis]);
    }
    if (!drop[size_t(axis)]) kept.push_back(axis);
  }
  return ReshapeByAxes(builder, node, kept);
}

Status ImportUnsqueeze(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_RETURN_IF_ERROR(NeedRank(builder, node));
  OCTET_ASSIGN(const std::vector<int64_t> axes, ReadAxes(builder, node));
  const int x_rank = builder.shape(node.In(0)).rank();
  const size_t rank = size_t(x_rank) + axes.size();
  if (rank > size_t(kMaxRank)) {
    return node.Bad("{} dimensions, at most {}", rank, kMaxRank);
  }
  OCTET_ASSIGN(const std::vector<bool> is_new,
               MarkAxes(node, axes, int64_t(rank)));
  std::vector<int64_t> sources;
  int64_t next = 0;
  for (size_t i = 0; i < rank; ++i) {
    sources.push_back(is_new[i] ? kNewAxis : next++);
  }
  return ReshapeByAxes(builder, node, sources);
}

Status ImportExpand(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_ASSIGN(const ValueId shape, AsS64(builder, node.In(1)));
  return builder.EmitOutput(Expand{}, {node.In(0), shape});
}

Status ImportShape(GraphBuilder& builder, const OnnxNode& node) {
  return builder.EmitOutput(
      ShapeOf{node.Int("start", 0), node.Int("end", kMaxRank)}, {node.In(0)});
}

Status ImportSize(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_ASSIGN(const ValueId shape,
               builder.Emit(ShapeOf{}, {node.In(0)}, "shape"));
  return builder.EmitOutput(Reduce{ReduceOp::kProd, {0}, false}, {shape});
}

Status ImportConstant(GraphBuilder& builder, const OnnxNode& node) {
  std::optional<Tensor> tensor;
  if (const auto* proto = node.TensorAttribute("value")) {
    OCTET_ASSIGN(tensor, ReadValue(builder, node, *proto));
  } else if (node.HasAttribute("value_float")) {
    tensor = FloatVector({node.Float("value_float", 0)}, true);
  } else if (node.HasAttribute("value_floats")) {
    tensor = FloatVector(node.Floats("value_floats"), false);
  } else if (node.HasAttribute("value_int")) {
    tensor = IntVector({node.Int("value_int", 0)}, true);
  } else if (node.HasAttribute("value_ints")) {
    tensor = IntVector(node.Ints("value_ints", {}), false);
  } else {
    return node.Cannot("a constant that is text or sparse; store it dense");
  }
  Value value;
  value.name = node.OutputName(0);
  value.dtype = tensor->dtype();
  value.shape = tensor->shape();
  value.has_shape = true;
  value.data = std::make_shared<const Tensor>(*std::move(tensor));
  builder.SetOutput(builder.AddNamed(std::move(value)));
  return {};
}

Status ImportConstantOfShape(GraphBuilder& builder, const OnnxNode& node) {
  ConstantOfShape fill;
  if (const auto* proto = node.TensorAttribute("value")) {
    OCTET_ASSIGN(const Tensor tensor, ReadValue(builder, node, *proto));
    if (tensor.elements() != 1) return node.Bad("value is not one number");
    fill.dtype = tensor.dtype();
    switch (tensor.dtype()) {
      case DType::kF32:
        fill.value = double(tensor.as<float>()[0]);
        break;
      case DType::kS64:
        fill.value = double(tensor.as<int64_t>()[0]);
        break;
      case DType::kS32:
        fill.value = double(tensor.as<int32_t>()[0]);
        break;
      case DType::kU8:
      case DType::kBool:
        fill.value = double(tensor.as<uint8_t>()[0]);
        break;
      case DType::kS8:
        fill.value = double(tensor.as<int8_t>()[0]);
        break;
      default:
        return node.Cannot("a value of type {}; use f32 or s64",
                           Name(tensor.dtype()));
    }
  }
  return builder.EmitOutput(fill, {node.In(0)});
}

Status ImportRange(GraphBuilder& builder, const OnnxNode& node) {
  return builder.EmitOutput(RangeOp{}, {node.In(0), node.In(1), node.In(2)});
}

}  // namespace octet::compile
