// The operations of a Graph: one struct of typed attributes per kind.
//
// Layout: images are NHWC. Convolution, pooling and resize are defined on
// [N, H, W, C] only; the importer puts transposes around them and a pass
// removes those that cancel. Matrix products, reductions and the rest follow
// numpy. Attributes hold what ONNX may also pass as an input (a shape, starts,
// axes): such an input is folded and moved into the attribute by the
// freeze_attributes pass, and lowering refuses a node where that failed.
#ifndef OCTET_COMPILE_IR_OPS_H_
#define OCTET_COMPILE_IR_OPS_H_

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "octet/function.h"
#include "octet/tensor.h"

namespace octet::compile {

// What a convolution or matrix product does with its sums, in this order:
// before(sum + bias), + residual (the node's last input) if there is one,
// after(...).
struct Fusion {
  Function before;
  bool residual = false;
  Function after;
  bool operator==(const Fusion&) const = default;
};

// Inputs: x [N,H,W,C], w [O,kh,kw,C/group], bias [O], residual [N,OH,OW,O]; a
// missing bias is kNoValue.
struct Conv {
  std::array<int64_t, 2> strides{1, 1};
  std::array<int64_t, 4> pads{};  // top, left, bottom, right; zeros
  std::array<int64_t, 2> dilations{1, 1};
  int64_t group = 1;
  Fusion fusion;
};

// Inputs: a [..., M, K], b [..., K, N], bias [N], residual like the output; a
// missing bias is kNoValue.
struct MatMul {
  Fusion fusion;
};

struct Unary {
  Function function;
};

enum class BinaryOp : uint8_t {
  kAdd, kSub, kMul, kDiv, kPow, kMin, kMax, kEqual, kLess, kGreater, kAnd, kOr
};
// Inputs a and b, broadcast as numpy does, then `after`.
struct Binary {
  BinaryOp op = BinaryOp::kAdd;
  Function after;
};

enum class PoolOp : uint8_t { kMax, kAverage };
// Inputs: x [N,H,W,C].
struct Pool {
  PoolOp op = PoolOp::kMax;
  std::array<int64_t, 2> kernel{1, 1};
  std::array<int64_t, 2> strides{1, 1};
  std::array<int64_t, 4> pads{};  // top, left, bottom, right
  bool count_include_pad = false;
};

enum class ReduceOp : uint8_t { kMean, kSum, kMax, kMin, kProd, kSumSquare };
struct Reduce {
  ReduceOp op = ReduceOp::kMean;
  std::vector<int64_t> axes;  // sorted, not negative
  bool keep_dims = true;
};

struct Softmax {
  int64_t axis = -1;  // not negative after shape inference
};

// Inputs: x, scale, bias over the axes from `axis` on (bias may be kNoValue).
struct LayerNorm {
  int64_t axis = -1;
  float epsilon = 1e-5f;
};

struct Concat {
  int64_t axis = 0;
};

// One entry per axis of x: element i of the output is starts + i * steps.
struct Slice {
  std::vector<int64_t> starts, sizes, steps;
};

enum class PadMode : uint8_t { kConstant, kReflect, kEdge };
struct Pad {
  PadMode mode = PadMode::kConstant;
  std::vector<int64_t> before, after;  // one entry per axis
  float value = 0;
};

struct Transpose {
  std::vector<int64_t> perm;
};

// The new shape; -1 once: what is left; 0: as in x.
struct Reshape {
  std::vector<int64_t> dims;
};

enum class ResizeMode : uint8_t { kNearest, kLinear };
enum class ResizeCoordinates : uint8_t {
  kHalfPixel, kAsymmetric, kAlignCorners, kPytorchHalfPixel
};
enum class NearestRounding : uint8_t {
  kRoundPreferFloor, kRoundPreferCeil, kFloor, kCeil
};
// Inputs: x [N,H,W,C]; the output's size is in its shape.
struct Resize {
  ResizeMode mode = ResizeMode::kNearest;
  ResizeCoordinates coordinates = ResizeCoordinates::kHalfPixel;
  NearestRounding rounding = NearestRounding::kRoundPreferFloor;
  std::array<double, 2> scales{1, 1};  // height, width
  std::array<int64_t, 2> size{};       // output height, width
};

// Inputs: data, indices.
struct Gather {
  int64_t axis = 0;
};
struct Cast {
  DType to = DType::kF32;
};
// Inputs: condition, x, y.
struct Where {};
struct Expand {
  std::vector<int64_t> dims;
};
struct Tile {
  std::vector<int64_t> repeats;
};
// The shape of its input as s64, axes [start, end).
struct ShapeOf {
  int64_t start = 0, end = kMaxRank;
};
// Inputs: shape; filled with `value`.
struct ConstantOfShape {
  double value = 0;
  DType dtype = DType::kF32;
};
// Inputs: start, limit, delta.
struct RangeOp {};

// ONNX QuantizeLinear and DequantizeLinear. Inputs: x, scale, zero point; one
// scale, or one per index of `axis`.
struct Quantize {
  int64_t axis = 0;
};
struct Dequantize {
  int64_t axis = 0;
};

using Op = std::variant<Conv, MatMul, Unary, Binary, Pool, Reduce, Softmax,
                        LayerNorm, Concat, Slice, Pad, Transpose, Reshape,
                        Resize, Gather, Cast, Where, Expand, Tile, ShapeOf,
                        ConstantOfShape, RangeOp, Quantize, Dequantize>;

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_OPS_H_
