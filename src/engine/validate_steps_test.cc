// Every way in which a step other than a convolution can be wrong, one line
// each.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/testing/broken_step.h"
#include "engine/validate.h"

namespace octet::engine {
namespace {

using Program = TestProgram;
constexpr int64_t kMost64 = std::numeric_limits<int64_t>::max();

const BrokenStep kElementwise[] = {
    {"broadcast",
     [](Program& p) {
       ParamsOf<BinaryF32T>(p).b = p.Constant<float>("b", 7, 0);
     },
     "do not broadcast"},
    {"operation of floats", [](Program& p) { ParamsOf<BinaryF32T>(p).op = 12; },
     "operation 12"},
    {"codes of several scales among floats",
     [](Program& p) {
       ParamsOf<BinaryF32T>(p).y = p.AddU8(
           "y", {1, 6, 6, 8}, std::vector<float>(8, 1), std::vector<int>(8, 0));
     },
     "has 8 scales, expected one"},
    {"codes without scale among floats",
     [](Program& p) {
       ParamsOf<BinaryF32T>(p).y = p.Add("y", DType::U8, {1, 6, 6, 8});
     },
     "no scale"},
    {"operation of u8", [](Program& p) { ParamsOf<BinaryU8T>(p).op = 3; },
     "operation 3"},
    {"u8 broadcast",
     [](Program& p) {
       ParamsOf<BinaryU8T>(p).b = p.AddU8("b", {1, 6, 1, 8}, {1}, {0});
     },
     "does not broadcast"},
    {"u8 operand without scale",
     [](Program& p) { p.value(kImage).quant.reset(); }, "no scale"},
    {"shapes of a function",
     [](Program& p) { ParamsOf<UnaryF32T>(p).y = Named(p, "conv_f32"); },
     "shapes must agree"},
    {"function",
     [](Program& p) {
       ParamsOf<UnaryF32T>(p).function = std::make_unique<Function>(24, 0, 0);
     },
     "function 24"},
    {"table",
     [](Program& p) {
       ParamsOf<TableU8T>(p).table = p.Constant<uint8_t>("t", 100, 0);
     },
     "expected at least 256"},
    {"quantize without scale",
     [](Program& p) { p.value(Named(p, "quantize")).quant.reset(); },
     "no scale"},
    {"requantize to float",
     [](Program& p) { ParamsOf<RequantizeT>(p).y = Named(p, "dequantize"); },
     "expected u8"},
    {"shapes of a cast",
     [](Program& p) { ParamsOf<CastT>(p).y = Named(p, "conv_f32"); },
     "shapes must agree"},
};

const BrokenStep kReductions[] = {
    {"inner dimensions",
     [](Program& p) { ParamsOf<MatMulF32T>(p).b = Named(p, "rows"); },
     "does not make"},
    {"vector as a matrix",
     [](Program& p) {
       ParamsOf<MatMulF32T>(p).b = p.Constant<float>("v", 8, 0);
     },
     "must have 2"},
    {"batches",
     [](Program& p) {
       ParamsOf<MatMulF32T>(p).a = p.Add("a", DType::F32, {3, 36, 8});
     },
     "do not broadcast"},
    {"axis twice",
     [](Program& p) {
       ParamsOf<MatMulF32T>(p).b_perm = {1, 1};
     },
     "its order of axes is none of 'columns'"},
    {"too few axes", [](Program& p) { ParamsOf<MatMulF32T>(p).y_perm = {0}; },
     "its order of axes is none of 'matmul_f32'"},
    {"transposed left operand",
     [](Program& p) {
       ParamsOf<MatMulF32T>(p).a_perm = {1, 0};
     },
     "the last axis of 'rows'"},
    {"transposed right operand",
     [](Program& p) {
       ParamsOf<MatMulF32T>(p).b_perm = {1, 0};
     },
     "does not make"},
    {"residual",
     [](Program& p) { ParamsOf<MatMulF32T>(p).residual = Named(p, "rows"); },
     "the residual 'rows' f32 [36, 8] does not broadcast"},
    {"function after a residual",
     [](Program& p) {
       ParamsOf<MatMulF32T>(p).after = std::make_unique<Function>(99, 0, 0);
     },
     "function 99"},
    {"values of another number of keys",
     [](Program& p) { ParamsOf<AttentionF32T>(p).c = Named(p, "columns"); },
     "does not make"},
    {"keys as rows",
     [](Program& p) { ParamsOf<AttentionF32T>(p).b = Named(p, "rows"); },
     "does not make"},
    {"order of the values' axes",
     [](Program& p) {
       ParamsOf<AttentionF32T>(p).c_perm = {0, 2};
     },
     "its order of axes is none of 'rows'"},
    {"transposed attention",
     [](Program& p) {
       ParamsOf<AttentionF32T>(p).y_perm = {1, 0};
     },
     "the last axis of 'attention_f32'"},
    {"mask of another number of keys",
     [](Program& p) { ParamsOf<AttentionF32T>(p).residual = Named(p, "rows"); },
     "the residual 'rows' f32 [36, 8] does not broadcast"},
    {"attention of floats on codes",
     [](Program& p) { ParamsOf<AttentionU8T>(p).a = Named(p, "rows"); },
     "'rows' is f32"},
    {"attention of halves on floats",
     [](Program& p) { ParamsOf<AttentionHalfT>(p).a = Named(p, "rows"); },
     "'rows' is f32"},
    {"attention on halves of two formats",
     [](Program& p) {
       ParamsOf<AttentionHalfT>(p).c = p.Add("c", DType::F16, {36, 8});
     },
     "'c' is f16"},
    {"attention of halves into floats",
     [](Program& p) {
       ParamsOf<AttentionHalfT>(p).y = Named(p, "attention_f32");
     },
     "'attention_f32' is f32"},
    {"mask of halves",
     [](Program& p) {
       ParamsOf<AttentionHalfT>(p).residual = p.Add("m", DType::BF16, {36});
     },
     "'m' is bf16"},
    {"attention on codes of several scales",
     [](Program& p) {
       p.value(ParamsOf<AttentionU8T>(p).c).quant->scale.resize(8, 1.0f);
       p.value(ParamsOf<AttentionU8T>(p).c).quant->zero_point.resize(8, 0);
     },
     "has 8 scales, expected one"},
    {"attention on codes of more keys than an int32 sums up",
     [](Program& p) {
       AttentionU8T& attention = ParamsOf<AttentionU8T>(p);
       attention.b = p.AddU8("keys", {8, 33026}, {1.0f}, {0});
       attention.c = p.AddU8("values", {33026, 8}, {1.0f}, {0});
       attention.residual = -1;
     },
     "sums of 33026 products of codes, at most 33025"},
    {"product of floats as codes",
     [](Program& p) { ParamsOf<MatMulU8T>(p).b = Named(p, "columns"); },
     "'columns' is f32"},
    {"inner dimensions of codes",
     [](Program& p) { ParamsOf<MatMulU8T>(p).b = Named(p, "code_rows"); },
     "does not make"},
    {"batches of codes",
     [](Program& p) {
       ParamsOf<MatMulU8T>(p).a = p.AddU8("a", {3, 36, 8}, {1.0f}, {0});
     },
     "do not broadcast"},
    {"transposed left operand of codes",
     [](Program& p) {
       ParamsOf<MatMulU8T>(p).a_perm = {1, 0};
     },
     "the last axis of 'code_rows'"},
    {"codes whose axes have no order",
     [](Program& p) {
       ParamsOf<MatMulU8T>(p).b_perm = {0, 2};
     },
     "its order of axes is none of 'code_columns'"},
    {"left operand of several scales",
     [](Program& p) {
       MatMulU8T& product = ParamsOf<MatMulU8T>(p);
       product.a = p.AddU8("a", {36, 8}, std::vector<float>(8, 1.0f),
                           std::vector<int>(8, 0));
     },
     "a 'a' has 8 scales, expected one"},
    {"right operand of several scales",
     [](Program& p) {
       MatMulU8T& product = ParamsOf<MatMulU8T>(p);
       product.b = p.AddU8("b", {8, 36}, std::vector<float>(36, 1.0f),
                           std::vector<int>(36, 0));
     },
     "b 'b' has 36 scales, expected one"},
    {"product of several scales",
     [](Program& p) {
       p.value(ParamsOf<MatMulU8T>(p).y).quant->scale.resize(36, 1.0f);
       p.value(ParamsOf<MatMulU8T>(p).y).quant->zero_point.resize(36, 0);
     },
     "has 36 scales, expected one"},
    {"product of more codes than an int32 sums up",
     [](Program& p) {
       MatMulU8T& product = ParamsOf<MatMulU8T>(p);
       product.a = p.AddU8("long_rows", {36, 33026}, {1.0f}, {0});
       product.b = p.AddU8("long_columns", {33026, 36}, {1.0f}, {0});
     },
     "sums of 33026 products of codes, at most 33025"},
    {"pool of rows",
     [](Program& p) {
       ParamsOf<PoolT>(p).x = p.AddAlias("r", kImage, {36, 8});
     },
     "must be images"},
    {"pool kind", [](Program& p) { ParamsOf<PoolT>(p).kind = PoolKind(2); },
     "pooling 2"},
    {"pool window",
     [](Program& p) {
       *ParamsOf<PoolT>(p).window = Window(3, 3, 6, 3, 1, 1, 0, 0);
     },
     "leaves the image"},
    {"pool dilation",
     [](Program& p) {
       *ParamsOf<PoolT>(p).window = Window(3, 3, 1, 1, 2, 2, 2, 2);
     },
     "a dilation of 2 by 2"},
    {"averaged elements",
     [](Program& p) {
       const int x = p.AddU8("huge", {1, 4096, 2049, 8}, {1}, {0});
       ParamsOf<PoolT>(p).x = x;
       *ParamsOf<PoolT>(p).window = Window(4096, 2049, 1, 1, 1, 1, 0, 0);
       ParamsOf<PoolT>(p).y = p.AddU8("mean", {1, 1, 1, 8}, {1}, {0});
     },
     "at most 8388608"},
    {"softmax axis", [](Program& p) { ParamsOf<SoftmaxT>(p).axis = 2; },
     "no axis 2"},
    {"codes of a softmax along the first axis",
     [](Program& p) {
       ParamsOf<SoftmaxT>(p).axis = 0;
       ParamsOf<SoftmaxT>(p).y = Named(p, "softmax_codes");
     },
     "which only a softmax of the last axis"},
    {"codes of a softmax of several scales",
     [](Program& p) {
       ParamsOf<SoftmaxT>(p).y = p.AddU8("y", {36, 8}, std::vector<float>(8, 1),
                                         std::vector<int>(8, 0));
     },
     "has 8 scales, expected one"},
    {"codes of a normalization without scale",
     [](Program& p) {
       ParamsOf<LayerNormT>(p).y = p.Add("y", DType::U8, {36, 8});
     },
     "no scale"},
    {"too few weights of a softmax",
     [](Program& p) {
       ParamsOf<SoftmaxT>(p).weights = p.Constant<float>("w", 7, 0);
     },
     "expected at least 8"},
    {"weights of a softmax along the first axis",
     [](Program& p) {
       ParamsOf<SoftmaxT>(p).axis = 0;
       ParamsOf<SoftmaxT>(p).weights = p.Constant<float>("w", 8, 0);
     },
     "expected the last"},
    {"weights of a softmax that is written whole",
     [](Program& p) {
       ParamsOf<SoftmaxT>(p).weights = p.Constant<float>("w", 8, 0);
     },
     "is not the sum of rows"},
    {"normalization's scale",
     [](Program& p) {
       ParamsOf<LayerNormT>(p).scale = p.Constant<float>("s", 7, 0);
     },
     "expected at least 8"},
    {"epsilon",
     [](Program& p) { ParamsOf<LayerNormT>(p).epsilon = std::nanf(""); },
     "epsilon"},
    {"reduced axes not in order",
     [](Program& p) {
       ParamsOf<ReduceT>(p).axes = {2, 1};
     },
     "in order"},
    {"reduced axes twice",
     [](Program& p) {
       ParamsOf<ReduceT>(p).axes = {2, 2};
     },
     "in order"},
    {"reduced axis beyond",
     [](Program& p) {
       ParamsOf<ReduceT>(p).axes = {1, 4};
     },
     "in order"},
    {"reduction's result", [](Program& p) { ParamsOf<ReduceT>(p).axes = {1}; },
     "not what is left"},
    {"reduction", [](Program& p) { ParamsOf<ReduceT>(p).op = 6; },
     "operation 6"},
};

const BrokenStep kMovement[] = {
    {"element sizes", [](Program& p) { ParamsOf<StridedCopyT>(p).x = kImage; },
     "differ in size"},
    {"numbers of strides",
     [](Program& p) { ParamsOf<StridedCopyT>(p).x_strides.pop_back(); },
     "as many of each"},
    {"extent 0", [](Program& p) { ParamsOf<StridedCopyT>(p).extents[0] = 0; },
     "below 1"},
    {"reads behind", [](Program& p) { ParamsOf<StridedCopyT>(p).x_offset = 1; },
     "reads beyond"},
    {"reads before",
     [](Program& p) { ParamsOf<StridedCopyT>(p).x_strides[0] = -1; },
     "reads beyond"},
    {"writes behind",
     [](Program& p) { ParamsOf<StridedCopyT>(p).y_offset = 1; },
     "writes beyond"},
    {"writes before",
     [](Program& p) { ParamsOf<StridedCopyT>(p).y_offset = -1; },
     "writes beyond"},
    {"stride that overflows",
     [](Program& p) { ParamsOf<StridedCopyT>(p).x_strides[0] = kMost64; },
     "reads beyond"},
    {"offset that overflows",
     [](Program& p) { ParamsOf<StridedCopyT>(p).x_offset = kMost64; },
     "reads beyond"},
    {"writes twice",
     [](Program& p) { ParamsOf<StridedCopyT>(p).y_strides[1] = 1; }, "twice"},
    {"writes one element many times",
     [](Program& p) { ParamsOf<StridedCopyT>(p).y_strides[2] = 0; }, "twice"},
    {"fills a constant",
     [](Program& p) { ParamsOf<FillT>(p).y = p.Constant<float>("c", 3, 0); },
     "is written"},
    {"gather axis", [](Program& p) { ParamsOf<GatherT>(p).axis = 2; },
     "no axis 2"},
    {"float indices", [](Program& p) { ParamsOf<GatherT>(p).indices = kReal; },
     "expected s32 or s64"},
    {"gather's result",
     [](Program& p) { ParamsOf<GatherT>(p).y = Named(p, "softmax"); },
     "does not make"},
    {"result over its indices",
     [](Program& p) {
       const int y = Named(p, "gather");
       const int indices = p.Add("i", DType::S64, {4});
       p.value(indices).offset = p.value(y).offset + 64;
       ParamsOf<GatherT>(p).indices = indices;
     },
     "over its indices"},
    {"resize mode", [](Program& p) { ParamsOf<ResizeT>(p).mode = 2; },
     "mode 2"},
    {"resize coordinates",
     [](Program& p) { ParamsOf<ResizeT>(p).coordinates = 4; }, "coordinates 4"},
    {"resize scale", [](Program& p) { ParamsOf<ResizeT>(p).scale_h = 1e-30; },
     "do not turn"},
    {"resize scale that is no number",
     [](Program& p) { ParamsOf<ResizeT>(p).scale_w = std::nan(""); },
     "do not turn"},
    {"resize of channels",
     [](Program& p) {
       ParamsOf<ResizeT>(p).y = p.AddU8("y", {1, 12, 12, 7}, {1}, {0});
     },
     "cannot be resized"},
};

TEST(ValidateSteps, AcceptsAStepOfEveryKind) {
  TestProgram p = EveryStep();
  const Status status = Validate(p.program(), p.constants().size());
  EXPECT_TRUE(status.ok()) << status.message();
  std::vector<bool> seen(size_t(Params::MAX) + 1);
  for (const auto& step : p.profile().steps) {
    seen[size_t(step->params.type)] = true;
  }
  EXPECT_EQ(std::count(seen.begin() + 1, seen.end(), false), 0);
}

TEST(ValidateSteps, RefusesWrongElementwiseSteps) {
  ExpectRefused(kElementwise);
}
TEST(ValidateSteps, RefusesWrongReductions) { ExpectRefused(kReductions); }
TEST(ValidateSteps, RefusesWrongMovement) { ExpectRefused(kMovement); }

TEST(ValidateSteps, AcceptsBroadcastsOfU8) {
  for (const std::vector<int64_t>& dims :
       {std::vector<int64_t>{1}, {8}, {1, 1, 1, 8}, {1, 1, 1, 1}}) {
    TestProgram p = EveryStep();
    ParamsOf<BinaryU8T>(p).b = p.AddU8("b", dims, {1}, {0});
    const Status status = Validate(p.program(), p.constants().size());
    EXPECT_TRUE(status.ok()) << status.message();
  }
}

}  // namespace
}  // namespace octet::engine
