// What only moves data: ranks, symbols, and attributes at their limits.
#include "compile/ir/infer_testing.h"

namespace octet::compile {
namespace {

constexpr const char* kMovesValues = R"(
  input x f32[N,S,6]
  input m f32[4,6]
  input tall f32[N,S,6]
  input other f32[N,T,6]
  input flags bool[2,3]
  input any f32[...]
  input any_ids s64[...]
  input ids s64[B,2]
  input id s32[]
  input nine f32[1,1,1,1,1,1,1,2]
  input none f32[0,6]
  input start s64[1]
  const one s64[1]{1}
  const minus s64[1]{-1}
  const zero s64[1]{0}
  const five s64[1]{5}
  const most s64[1]{9223372036854775807}
  const least s64[1]{-9223372036854775808}
  const int_max s64[1]{2147483647}
  const both s64[2]{0, 1}
  const ones s64[2]{1, 1}
  const far s64[2]{100, 100}
  const back s64[2]{-1, -2}
  const down s64[2]{-100, -100}
  const pads s64[4]{1, 0, 0, 2}
  const pad2 s64[2]{3, 4}
  const value f32[]{0.5}
  const s64_value s64[]{1}
  const repeats s64[2]{2, 3}
)";

TEST(InferConcat, JoinsAlongOneAxis) {
  const InferRow rows[] = {
      {"Concat(m)", "f32[4,6]"},
      {"Concat(m, m)", "f32[8,6]"},
      {"Concat(m, m, m) axis=1", "f32[4,18]"},
      {"Concat(m, m) axis=-2", "f32[8,6]"},
      {"Concat(m, none)", "f32[4,6]"},
      {"Concat(x, x) axis=2", "f32[N,S,12]"},
      {"Concat(x, x) axis=1", "f32[N,y.1,6]"},
      {"Concat(x, other) axis=2", "f32[N,T,12]"},
      {"Concat(flags, flags) axis=1", "bool[2,6]"},
      {"Concat(m, any)", "f32[...]"},
      {"Concat(any, m)", "f32[...]"},
  };
  ExpectTypes(kMovesValues, rows);
  const InferRow errors[] = {
      {"Concat(m, x)", "expected 2 dimensions"},
      {"Concat(m, flags)", "input 1 ('flags') is bool, expected f32"},
      {"Concat(m, m) axis=2", "axis 2 of a value with 2 dimensions"},
      {"Concat(m, m) axis=-3", "axis -3 of a value with 2 dimensions"},
      {"Concat(none, m) axis=1", "input 1 of shape [4, 6] does not fit [0, 6]"},
      {"Concat()", "0 inputs"},
      {"Concat(m, _)", "input 1 is missing"},
  };
  ExpectErrors(kMovesValues, errors);
}

TEST(InferSlice, TakesStartsSizesAndSteps) {
  const InferRow rows[] = {
      {"Slice(m) starts=[1,2] sizes=[3,2] steps=[1,2]",
       "Slice(m) starts=[1,2] sizes=[3,2] steps=[1,2]"},
      {"Slice(m) starts=[1,5] sizes=[-1,-1] steps=[2,-3]",
       "Slice(m) starts=[1,5] sizes=[2,2] steps=[2,-3]"},
      {"Slice(m) starts=[4,0] sizes=[-1,6] steps=[1,1]",
       "Slice(m) starts=[4,0] sizes=[0,6] steps=[1,1]"},
      {"Slice(x) starts=[0,1,0] sizes=[-1,-1,-1] steps=[1,1,1]",
       "Slice(x) starts=[0,1,0] sizes=[-1,-1,6] steps=[1,1,1]"},
      // The bounds as inputs, held to what there is.
      {"Slice(m, one, five)", "Slice(m) starts=[1,0] sizes=[3,6] steps=[1,1]"},
      {"Slice(m, zero, minus)",
       "Slice(m) starts=[0,0] sizes=[3,6] steps=[1,1]"},
      {"Slice(m, minus, least, one, minus)",
       "Slice(m) starts=[0,5] sizes=[4,6] steps=[1,-1]"},
      {"Slice(m, most, least, one, least)",
       "Slice(m) starts=[0,5] sizes=[4,1] steps=[1,-9223372036854775808]"},
      {"Slice(m, least, most, zero, most)",
       "Slice(m) starts=[0,0] sizes=[1,6] steps=[9223372036854775807,1]"},
      {"Slice(m, five, one)", "Slice(m) starts=[0,0] sizes=[0,6] steps=[1,1]"},
      {"Slice(m, both, far)", "Slice(m) starts=[0,1] sizes=[4,5] steps=[1,1]"},
      {"Slice(m, far, down, both, back)",
       "Slice(m) starts=[3,5] sizes=[4,3] steps=[-1,-2]"},
      // Beyond a symbol: from a start on to the end, and no more.
      {"Slice(x, one, int_max, one)",
       "Slice(x) starts=[0,1,0] sizes=[-1,-1,6] steps=[1,1,1]"},
      {"Slice(x, one, five, one)", "Slice(x, one, five, one)"},
      {"Slice(x, minus, most, one)", "Slice(x, minus, most, one)"},
      {"Slice(x, start, most)", "Slice(x, start, most)"},
      {"Slice(any, one, five)", "Slice(any, one, five)"},
  };
  ExpectNodes(kMovesValues, rows);
}

TEST(InferSlice, RefusesWhatLeavesTheValue) {
  const InferRow rows[] = {
      {"Slice(m) starts=[4,0] sizes=[1,1] steps=[1,1]",
       "axis 0: start 4, size 1, step 1 leave an axis of 4"},
      {"Slice(m) starts=[0,0] sizes=[1,4] steps=[1,2]",
       "axis 1: start 0, size 4, step 2 leave an axis of 6"},
      {"Slice(m) starts=[0,2] sizes=[1,3] steps=[1,-2]", "leave an axis of 6"},
      {"Slice(m) starts=[-1,0] sizes=[1,1] steps=[1,1]", "start -1"},
      {"Slice(m) starts=[0,0] sizes=[-2,1] steps=[1,1]", "size -2"},
      {"Slice(m) starts=[0,0] sizes=[3,1] steps=[9223372036854775807,1]",
       "leave an axis of 4"},
      {"Slice(m) starts=[0] sizes=[1] steps=[1]", "expected 1 dimensions"},
      {"Slice(m, one, five, five)", "axis 5 of a value with 2 dimensions"},
      {"Slice(m, one, five, one, zero)", "a step of 0"},
      {"Slice(m, both, five)", "differ in length"},
      {"Slice(m, one, five, both)", "differ in length"},
      {"Slice(m, one)", "starts without ends"},
  };
  ExpectErrors(kMovesValues, rows);
}

TEST(InferPad, AddsToEveryAxis) {
  const InferRow types[] = {
      {"Pad(m) before=[1,2] after=[3,4]", "f32[8,12]"},
      {"Pad(m) before=[-1,-2] after=[-3,-4]", "f32[0,0]"},
      {"Pad(m) mode=reflect before=[3,5] after=[3,5]", "f32[10,16]"},
      {"Pad(m) mode=edge before=[100,0] after=[0,0]", "f32[104,6]"},
      {"Pad(x) before=[0,0,1] after=[0,0,1]", "f32[N,S,8]"},
      {"Pad(x) before=[0,1,0] after=[0,-1,0]", "f32[N,y.1,6]"},
      {"Pad(flags) before=[0,1] after=[0,1]", "bool[2,5]"},
      {"Pad(m, pads)", "f32[5,8]"},
      {"Pad(m, pads, value)", "f32[5,8]"},
      {"Pad(m, pad2, _, one)", "f32[4,13]"},
      {"Pad(m, pad2, value, minus)", "f32[4,13]"},
      {"Pad(any, pads)", "f32[...]"},
      {"Pad(x, ids)", "f32[y.0,y.1,y.2]"},
  };
  ExpectTypes(kMovesValues, types);
  const InferRow nodes[] = {
      {"Pad(m, pads)", "Pad(m) before=[1,0] after=[0,2]"},
      {"Pad(m, pads, value)", "Pad(m) before=[1,0] after=[0,2] value=0.5"},
      {"Pad(m, pad2, _, minus)", "Pad(m) before=[0,3] after=[0,4]"},
      // Only a float is an attribute.
      {"Pad(m, pads, s64_value)", "Pad(m, pads, s64_value)"},
  };
  ExpectNodes(kMovesValues, nodes);
  const InferRow errors[] = {
      {"Pad(m) before=[1] after=[1]", "expected 1 dimensions"},
      {"Pad(m) before=[-3,0] after=[-2,0]", "axis 0 of 4: pads -3 and -2"},
      {"Pad(m) mode=reflect before=[4,0] after=[0,0]",
       "axis 0: reflects 4 and 0 of 4 elements"},
      {"Pad(m) before=[9223372036854775807,0] after=[1,0]",
       "axis 0 of 4: pads"},
      {"Pad(m) before=[9223372036854775807,0] after=[0,0]",
       "axis 0 of 4: pads"},
      {"Pad(m, pad2)", "2 pads for 2 axes"},
      {"Pad(m, pad2, _, five)", "axis 5 of a value with 2 dimensions"},
  };
  ExpectErrors(kMovesValues, errors);
}

TEST(InferTranspose, PermutesDimensions) {
  const InferRow types[] = {
      {"Transpose(x) perm=[2,0,1]", "f32[6,N,S]"},
      {"Transpose(m) perm=[0,1]", "f32[4,6]"},
      {"Transpose(any) perm=[1,0]", "f32[y.0,y.1]"},
      {"Transpose(nine) perm=[7,6,5,4,3,2,1,0]", "f32[2,1,1,1,1,1,1,1]"},
  };
  ExpectTypes(kMovesValues, types);
  const InferRow errors[] = {
      {"Transpose(m) perm=[1]", "not a permutation"},
      {"Transpose(m) perm=[0,-1]", "not a permutation"},
      {"Transpose(m) perm=[0,2]", "not a permutation"},
      {"Transpose(x) perm=[1,0]", "expected 2 dimensions"},
      {"Transpose(any) perm=[8,7,6,5,4,3,2,1,0]", "9 dimensions, at most 8"},
  };
  ExpectErrors(kMovesValues, errors);
}

TEST(InferGather, PutsTheShapeOfTheIndicesInItsAxis) {
  const InferRow types[] = {
      {"Gather(m, id)", "f32[6]"},
      {"Gather(m, id) axis=-1", "f32[4]"},
      {"Gather(m, one) axis=1", "f32[4,1]"},
      {"Gather(m, ids)", "f32[B,2,6]"},
      {"Gather(x, ids) axis=1", "f32[N,B,2,6]"},
      {"Gather(any, ids)", "f32[...]"},
      {"Gather(m, any_ids)", "f32[...]"},
      {"Gather(flags, one)", "bool[1,3]"},
  };
  ExpectTypes(kMovesValues, types);
  const InferRow errors[] = {
      {"Gather(m, flags)", "indices are bool, expected s64 or s32"},
      {"Gather(m, id) axis=2", "axis 2 of a value with 2 dimensions"},
      {"Gather(m, any_ids) axis=-3", "axis -3 of a value with 2 dimensions"},
      {"Gather(nine, ids)", "9 dimensions, at most 8"},
      {"Gather(m)", "1 inputs, expected 2 to 2"},
  };
  ExpectErrors(kMovesValues, errors);
}

TEST(InferTile, MultipliesEveryDimension) {
  const InferRow types[] = {
      {"Tile(m) repeats=[2,3]", "f32[8,18]"},
      {"Tile(m) repeats=[0,1]", "f32[0,6]"},
      {"Tile(x) repeats=[1,1,2]", "f32[N,S,12]"},
      {"Tile(x) repeats=[1,2,1]", "f32[N,y.1,6]"},
      {"Tile(m, repeats)", "f32[8,18]"},
      {"Tile(m, ids)", "f32[y.0,y.1]"},
      {"Tile(any, repeats)", "f32[y.0,y.1]"},
  };
  ExpectTypes(kMovesValues, types);
  const InferRow errors[] = {
      {"Tile(m) repeats=[1]", "expected 1 dimensions"},
      {"Tile(m) repeats=[1,-1]", "repeats axis 1 -1 times"},
      {"Tile(m) repeats=[9223372036854775807,1]", "its output is too big"},
      {"Tile(m) repeats=[1000000,1000]", "more than 4294967296 elements"},
      {"Tile(any) repeats=[1,1,1,1,1,1,1,1,1]", "9 dimensions, at most 8"},
  };
  ExpectErrors(kMovesValues, errors);
}

}  // namespace
}  // namespace octet::compile
