// What works element by element: types, broadcasting, quantization parameters.
#include "compile/ir/infer_testing.h"

namespace octet::compile {
namespace {

constexpr const char* kElementsValues = R"(
  input x f32[N,3,4]
  input m f32[3,4]
  input column f32[3,1]
  input row f32[4]
  input batch f32[B,1,1]
  input any f32[...]
  input ids s64[3,4]
  input small s32[3,4]
  input flags bool[3,1]
  input codes u8[2,3,4]
  input signed s8[2,3,4]
  input sums s32[2,3,4]
  input wide u16[2]
  const s f32[]{0.5}
  const s1 f32[1]{0.5}
  const s3 f32[3]{1, 2, 3}
  const s4 f32[4]{1, 2, 3, 4}
  const s5 f32[5]{fill=1}
  const table f32[3,1]{fill=1}
  const z u8[]{3}
  const z1 u8[1]{3}
  const zs s8[]{-3}
  const z3 u8[3]{1, 2, 3}
  const z5 s32[]{0}
  const i s64[]{1}
)";

TEST(InferUnary, TakesFloatsAndSomeIntegers) {
  const InferRow types[] = {
      {"Unary(x) function=exp", "f32[N,3,4]"},
      {"Unary(ids) function=abs", "s64[3,4]"},
      {"Unary(ids) function=neg", "s64[3,4]"},
      {"Unary(small) function=clip(0,6)", "s32[3,4]"},
      {"Unary(small) function=relu", "s32[3,4]"},
      {"Unary(flags)", "bool[3,1]"},
      {"Unary(codes)", "u8[2,3,4]"},
  };
  ExpectTypes(kElementsValues, types);
  const InferRow errors[] = {
      {"Unary(ids) function=exp", "input 0 ('ids') is s64, expected f32"},
      {"Unary(codes) function=relu", "is u8, expected f32"},
      {"Unary(flags) function=neg", "is bool, expected f32"},
  };
  ExpectErrors(kElementsValues, errors);
}

TEST(InferBinary, BroadcastsAsNumpyDoes) {
  const InferRow types[] = {
      {"Binary(m, m)", "f32[3,4]"},
      {"Binary(m, s)", "f32[3,4]"},
      {"Binary(s, s)", "f32[]"},
      {"Binary(column, row)", "f32[3,4]"},
      {"Binary(row, column) op=sub", "f32[3,4]"},
      {"Binary(x, m)", "f32[N,3,4]"},
      {"Binary(column, x)", "f32[N,3,4]"},
      {"Binary(batch, m)", "f32[B,3,4]"},
      {"Binary(x, batch)", "f32[y.0,3,4]"},
      {"Binary(x, x)", "f32[N,3,4]"},
      {"Binary(x, any)", "f32[...]"},
      {"Binary(ids, i) op=div", "s64[3,4]"},
      {"Binary(m, row) op=less", "bool[3,4]"},
      {"Binary(ids, ids) op=greater", "bool[3,4]"},
      {"Binary(flags, flags) op=and", "bool[3,1]"},
      {"Binary(flags, flags) op=or", "bool[3,1]"},
      {"Binary(flags, flags) op=equal", "bool[3,1]"},
      {"Binary(m, m) after=relu", "f32[3,4]"},
  };
  ExpectTypes(kElementsValues, types);
  const InferRow errors[] = {
      {"Binary(m, ids)", "input 1 ('ids') is s64, expected f32"},
      {"Binary(m, s3)", "shapes [3, 4] and [3] do not broadcast"},
      {"Binary(x, s5)", "shapes [N, 3, 4] and [5] do not broadcast"},
      {"Binary(flags, flags)", "inputs of type bool"},
      {"Binary(flags, flags) op=less", "inputs of type bool"},
      {"Binary(m, m) op=and", "inputs of type f32"},
      {"Binary(ids, ids) op=or", "inputs of type s64"},
      {"Binary(ids, ids) after=relu", "function relu of type s64"},
      {"Binary(m, m) op=equal after=relu", "function relu of type bool"},
      {"Binary(m)", "1 inputs, expected 2 to 2"},
      {"Binary(m, _)", "input 1 is missing"},
  };
  ExpectErrors(kElementsValues, errors);
}

TEST(InferWhere, BroadcastsAllThree) {
  const InferRow types[] = {
      {"Where(flags, m, s)", "f32[3,4]"},
      {"Where(flags, row, s)", "f32[3,4]"},
      {"Where(flags, ids, i)", "s64[3,4]"},
      {"Where(flags, batch, s)", "f32[B,3,1]"},
      {"Where(flags, flags, flags)", "bool[3,1]"},
      {"Where(flags, any, s)", "f32[...]"},
  };
  ExpectTypes(kElementsValues, types);
  const InferRow errors[] = {
      {"Where(m, m, m)", "input 0 ('m') is f32, expected bool"},
      {"Where(flags, m, ids)", "input 2 ('ids') is s64, expected f32"},
      {"Where(flags, m, s5)", "shapes [3, 4] and [5] do not broadcast"},
      {"Where(flags, m)", "2 inputs, expected 3 to 3"},
  };
  ExpectErrors(kElementsValues, errors);
}

TEST(InferCast, KeepsTheShape) {
  const InferRow types[] = {
      {"Cast(x) to=s64", "s64[N,3,4]"},
      {"Cast(flags) to=f32", "f32[3,1]"},
      {"Cast(any) to=bool", "bool[...]"},
      {"Cast(codes)", "f32[2,3,4]"},
  };
  ExpectTypes(kElementsValues, types);
}

TEST(InferQuantize, TakesTheTypeOfItsZeroPoint) {
  const InferRow types[] = {
      {"Quantize(x, s)", "u8[N,3,4]"},
      {"Quantize(x, s, z)", "u8[N,3,4]"},
      {"Quantize(x, s1, z)", "u8[N,3,4]"},
      {"Quantize(x, s, z1)", "u8[N,3,4]"},
      {"Quantize(x, s, zs)", "s8[N,3,4]"},
      {"Quantize(x, s3) axis=1", "u8[N,3,4]"},
      {"Quantize(x, s3, z3) axis=-2", "u8[N,3,4]"},
      {"Quantize(x, s5) axis=0", "u8[N,3,4]"},
      {"Quantize(any, s3) axis=7", "u8[...]"},
      // One scale has no axis.
      {"Quantize(x, s1) axis=9", "u8[N,3,4]"},
  };
  ExpectTypes(kElementsValues, types);
  const InferRow nodes[] = {
      {"Quantize(x, s3) axis=-2", "Quantize(x, s3) axis=1"},
      {"Dequantize(codes, s4) axis=-1", "Dequantize(codes, s4) axis=2"},
  };
  ExpectNodes(kElementsValues, nodes);
}

TEST(InferDequantize, MakesFloats) {
  const InferRow types[] = {
      {"Dequantize(codes, s)", "f32[2,3,4]"},
      {"Dequantize(codes, s, z)", "f32[2,3,4]"},
      {"Dequantize(signed, s, zs)", "f32[2,3,4]"},
      {"Dequantize(sums, s, z5)", "f32[2,3,4]"},
      {"Dequantize(codes, s3, z3) axis=1", "f32[2,3,4]"},
      {"Dequantize(codes, s4) axis=2", "f32[2,3,4]"},
  };
  ExpectTypes(kElementsValues, types);
}

TEST(InferQuantization, RefusesParametersThatDoNotFit) {
  const InferRow errors[] = {
      {"Quantize(ids, s)", "input 0 ('ids') is s64, expected f32"},
      {"Quantize(x, i)", "input 1 ('i') is s64, expected f32"},
      {"Quantize(x, any)", "the shape of its scale is not known"},
      {"Quantize(x, table)", "scale of shape [3, 1], expected at most one"},
      {"Quantize(x, s3) axis=2", "3 scales for axis 2 of [N, 3, 4]"},
      {"Quantize(x, s3) axis=3", "axis 3 of a value with 3 dimensions"},
      {"Quantize(x, s3, z) axis=1",
       "zero point of shape [] for a scale of [3]"},
      {"Quantize(x, s, z3)", "zero point of shape [3] for a scale of []"},
      {"Quantize(x, s, z5)", "a zero point of type s32, expected u8 or s8"},
      {"Quantize(x)", "1 inputs, expected 2 to 3"},
      {"Dequantize(x, s)", "input 0 ('x') is f32, expected u8, s8 or s32"},
      {"Dequantize(wide, s)", "is u16, expected u8, s8 or s32"},
      {"Dequantize(codes, s, zs)", "input 2 ('zs') is s8, expected u8"},
      {"Dequantize(codes, s5) axis=1", "5 scales for axis 1 of [2, 3, 4]"},
  };
  ExpectErrors(kElementsValues, errors);
}

}  // namespace
}  // namespace octet::compile
