// The attributes of every operation by name, once: printing and parsing both
// walk this list, so that neither can know an attribute that the other forgot.
//
//   VisitFields(visitor, op) calls visitor(name, field) for each attribute in a
//   fixed order. Fields are numbers, bools, arrays and vectors of numbers,
//   Functions, DTypes and the enumerations below.
#ifndef OCTET_COMPILE_IR_OP_FIELDS_H_
#define OCTET_COMPILE_IR_OP_FIELDS_H_

#include <span>
#include <string_view>

#include "compile/ir/ops.h"

namespace octet::compile {

// The spelling of each enumerator, by number. The argument only picks the list.
std::span<const std::string_view> EnumNames(BinaryOp);
std::span<const std::string_view> EnumNames(PoolOp);
std::span<const std::string_view> EnumNames(ReduceOp);
std::span<const std::string_view> EnumNames(PadMode);
std::span<const std::string_view> EnumNames(ResizeMode);
std::span<const std::string_view> EnumNames(ResizeCoordinates);
std::span<const std::string_view> EnumNames(NearestRounding);

template <typename V>
void VisitFields(V& v, Fusion& fusion) {
  v("before", fusion.before);
  v("residual", fusion.residual);
  v("after", fusion.after);
}
template <typename V>
void VisitFields(V& v, Conv& op) {
  v("strides", op.strides);
  v("pads", op.pads);
  v("dilations", op.dilations);
  v("group", op.group);
  VisitFields(v, op.fusion);
}
template <typename V>
void VisitFields(V& v, MatMul& op) {
  VisitFields(v, op.fusion);
}
template <typename V>
void VisitFields(V&, Attention&) {}
template <typename V>
void VisitFields(V& v, Unary& op) {
  v("function", op.function);
}
template <typename V>
void VisitFields(V& v, Binary& op) {
  v("op", op.op);
  v("after", op.after);
}
template <typename V>
void VisitFields(V& v, Pool& op) {
  v("op", op.op);
  v("kernel", op.kernel);
  v("strides", op.strides);
  v("pads", op.pads);
  v("count_include_pad", op.count_include_pad);
}
template <typename V>
void VisitFields(V& v, Reduce& op) {
  v("op", op.op);
  v("axes", op.axes);
  v("keep_dims", op.keep_dims);
}
template <typename V>
void VisitFields(V& v, Softmax& op) {
  v("axis", op.axis);
}
template <typename V>
void VisitFields(V& v, LayerNorm& op) {
  v("axis", op.axis);
  v("epsilon", op.epsilon);
}
template <typename V>
void VisitFields(V& v, Concat& op) {
  v("axis", op.axis);
}
template <typename V>
void VisitFields(V& v, Slice& op) {
  v("starts", op.starts);
  v("sizes", op.sizes);
  v("steps", op.steps);
}
template <typename V>
void VisitFields(V& v, Pad& op) {
  v("mode", op.mode);
  v("before", op.before);
  v("after", op.after);
  v("value", op.value);
}
template <typename V>
void VisitFields(V& v, Transpose& op) {
  v("perm", op.perm);
}
template <typename V>
void VisitFields(V& v, Reshape& op) {
  v("dims", op.dims);
}
template <typename V>
void VisitFields(V& v, Resize& op) {
  v("mode", op.mode);
  v("coordinates", op.coordinates);
  v("rounding", op.rounding);
  v("scales", op.scales);
  v("size", op.size);
}
template <typename V>
void VisitFields(V& v, Gather& op) {
  v("axis", op.axis);
}
template <typename V>
void VisitFields(V& v, Cast& op) {
  v("to", op.to);
}
template <typename V>
void VisitFields(V&, Where&) {}
template <typename V>
void VisitFields(V& v, Expand& op) {
  v("dims", op.dims);
}
template <typename V>
void VisitFields(V& v, Tile& op) {
  v("repeats", op.repeats);
}
template <typename V>
void VisitFields(V& v, ShapeOf& op) {
  v("start", op.start);
  v("end", op.end);
}
template <typename V>
void VisitFields(V& v, ConstantOfShape& op) {
  v("value", op.value);
  v("dtype", op.dtype);
}
template <typename V>
void VisitFields(V&, RangeOp&) {}
template <typename V>
void VisitFields(V& v, Quantize& op) {
  v("axis", op.axis);
}
template <typename V>
void VisitFields(V& v, Dequantize& op) {
  v("axis", op.axis);
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_OP_FIELDS_H_
