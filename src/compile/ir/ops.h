// The operations of a Graph: one struct of typed attributes per kind.
//
// Layout: images are NHWC. Convolution, pooling and resize are defined on
// [N, H, W, C] only; the importer puts transposes around them and a pass
// removes those that cancel. Matrix products, reductions and the rest follow
// numpy. Attributes hold what ONNX may also pass as an input (a shape, starts,
// axes). Such a node has that input behind x, and its attributes are empty and
// mean nothing; the freeze_attributes pass moves a constant input into the
// attribute and drops the input, and lowering refuses a node where that failed.
// Every operation makes exactly one value.
//
// Element types: "float" is f32. Shapes and indices are s64; arithmetic takes
// any numbers; what only moves data takes every type.
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
  bool operator==(const Conv&) const = default;
};

// Inputs: a [..., M, K], b [..., K, N], bias [N], residual like the output, or,
// beside a computed b, [..., N] that broadcasts to it; a missing bias is
// kNoValue.
struct MatMul {
  Fusion fusion;
  bool operator==(const MatMul&) const = default;
};

// Inputs: x, float; abs, neg, clip, relu and identity take integers too, and
// identity takes everything.
struct Unary {
  Function function;
  bool operator==(const Unary&) const = default;
};

enum class BinaryOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kPow,
  kMin,
  kMax,
  kEqual,
  kLess,
  kGreater,
  kAnd,
  kOr
};
// Inputs a and b of one type, broadcast as numpy does, then `after`.
// Comparisons make bool; And and Or take and make bool.
struct Binary {
  BinaryOp op = BinaryOp::kAdd;
  Function after;
  bool operator==(const Binary&) const = default;
};

enum class PoolOp : uint8_t { kMax, kAverage };
// Inputs: x [N,H,W,C].
struct Pool {
  PoolOp op = PoolOp::kMax;
  std::array<int64_t, 2> kernel{1, 1};
  std::array<int64_t, 2> strides{1, 1};
  std::array<int64_t, 4> pads{};  // top, left, bottom, right
  bool count_include_pad = false;
  bool operator==(const Pool&) const = default;
};

// Inputs: x; or x, axes (s64 [count]).
enum class ReduceOp : uint8_t { kMean, kSum, kMax, kMin, kProd, kSumSquare };
struct Reduce {
  ReduceOp op = ReduceOp::kMean;
  std::vector<int64_t> axes;  // sorted, not negative
  bool keep_dims = true;
  bool operator==(const Reduce&) const = default;
};

struct Softmax {
  int64_t axis = -1;  // not negative after shape inference
  bool operator==(const Softmax&) const = default;
};

// Inputs: x, scale, bias over the axes from `axis` on (bias may be kNoValue).
struct LayerNorm {
  int64_t axis = -1;
  float epsilon = 1e-5f;
  bool operator==(const LayerNorm&) const = default;
};

// softmax(a b + mask) c over the last axis, as two MatMuls and a Softmax
// between them: a [..., M, K], b [..., K, N], c [..., N, O]. The batches of the
// scores a b are those of the result; the mask broadcasts to the scores.
// Inputs: a, b, c; or a, b, c, mask.
struct Attention {
  bool operator==(const Attention&) const = default;
};

struct Concat {
  int64_t axis = 0;
  bool operator==(const Concat&) const = default;
};

// One entry per axis of x: element i of the output is starts + i * steps. A
// size of -1 is "as many as there are"; shape inference writes the number as
// soon as the axis is known. Steps are not 0 and may be negative. Inputs: x; or
// x, starts, ends, axes, steps as ONNX has them (axes and steps may be kNoValue
// or left out).
struct Slice {
  std::vector<int64_t> starts, sizes, steps;
  bool operator==(const Slice&) const = default;
};

enum class PadMode : uint8_t { kConstant, kReflect, kEdge };
// Amounts may be negative: that many are cut off.
// Inputs: x; or x, pads (s64 [2 * rank], all before and then all after), value
// (a scalar, may be kNoValue), axes (s64, then pads is 2 * count).
struct Pad {
  PadMode mode = PadMode::kConstant;
  std::vector<int64_t> before, after;  // one entry per axis
  float value = 0;
  bool operator==(const Pad&) const = default;
};

// Axis i of the output is axis perm[i] of x.
struct Transpose {
  std::vector<int64_t> perm;
  bool operator==(const Transpose&) const = default;
};

// The new shape; -1 once: what is left; 0: as in x.
// Inputs: x; or x, shape (s64 [rank]).
struct Reshape {
  std::vector<int64_t> dims;
  bool operator==(const Reshape&) const = default;
};

enum class ResizeMode : uint8_t { kNearest, kLinear };
enum class ResizeCoordinates : uint8_t {
  kHalfPixel,
  kAsymmetric,
  kAlignCorners,
  kPytorchHalfPixel
};
enum class NearestRounding : uint8_t {
  kRoundPreferFloor,
  kRoundPreferCeil,
  kFloor,
  kCeil
};
// Inputs: x [N,H,W,C]; or x, scales (f32 [2], may be kNoValue), sizes (s64 [2],
// may be left out): height and width; sizes win.
// `scales` are those of the coordinate formula, output / input in ONNX's sense,
// which may differ from size / input size. A size of 0 is floor(input * scale);
// shape inference writes the number as soon as the input's is known.
struct Resize {
  ResizeMode mode = ResizeMode::kNearest;
  ResizeCoordinates coordinates = ResizeCoordinates::kHalfPixel;
  NearestRounding rounding = NearestRounding::kRoundPreferFloor;
  std::array<double, 2> scales{1, 1};  // height, width
  std::array<int64_t, 2> size{};       // output height, width
  bool operator==(const Resize&) const = default;
};

// Inputs: data, indices (s64 or s32, negative counts from the end). The
// output's shape is data's with `axis` replaced by the indices' shape.
struct Gather {
  int64_t axis = 0;
  bool operator==(const Gather&) const = default;
};
struct Cast {
  DType to = DType::kF32;
  bool operator==(const Cast&) const = default;
};
// Inputs: condition (bool), x, y; all broadcast.
struct Where {
  bool operator==(const Where&) const = default;
};
// Inputs: x; or x, shape (s64 [rank]). Broadcast both ways, as ONNX has it.
struct Expand {
  std::vector<int64_t> dims;
  bool operator==(const Expand&) const = default;
};
// Inputs: x; or x, repeats (s64 [rank]).
struct Tile {
  std::vector<int64_t> repeats;
  bool operator==(const Tile&) const = default;
};
// The shape of its input as s64, axes [start, end); both may be negative or too
// big as in ONNX.
struct ShapeOf {
  int64_t start = 0, end = kMaxRank;
  bool operator==(const ShapeOf&) const = default;
};
// Inputs: shape (s64 [rank]); filled with `value`.
struct ConstantOfShape {
  double value = 0;
  DType dtype = DType::kF32;
  bool operator==(const ConstantOfShape&) const = default;
};
// Inputs: start, limit, delta: scalars of one type.
struct RangeOp {
  bool operator==(const RangeOp&) const = default;
};

// ONNX QuantizeLinear and DequantizeLinear. Inputs: x, scale, zero point; one
// scale (rank 0 or [1]), or one per index of `axis` ([count]). A missing zero
// point (kNoValue or left out) is 0: of u8 in Quantize, of x's type in
// Dequantize. Dequantize takes u8, s8 and s32.
struct Quantize {
  int64_t axis = 0;
  bool operator==(const Quantize&) const = default;
};
struct Dequantize {
  int64_t axis = 0;
  bool operator==(const Dequantize&) const = default;
};

using Op =
    std::variant<Conv, MatMul, Unary, Binary, Pool, Reduce, Softmax, LayerNorm,
                 Concat, Slice, Pad, Transpose, Reshape, Resize, Gather, Cast,
                 Where, Expand, Tile, ShapeOf, ConstantOfShape, RangeOp,
                 Quantize, Dequantize, Attention>;

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_OPS_H_
