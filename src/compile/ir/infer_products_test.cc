// Matrix products, and what works along axes.
#include "compile/ir/infer_testing.h"

namespace octet::compile {
namespace {

constexpr const char* kProductsValues = R"(
  input a f32[N,M,K]
  input rows f32[3,4]
  input stack f32[5,3,4]
  input v f32[4]
  input any f32[...]
  input ids s64[2,3]
  input flags bool[2,3]
  input rest f32[3,7]
  input rest_n f32[R,7]
  input wrong f32[7,3]
  input turned f32[5,4,3]
  input mask f32[1,1,3]
  input row f32[3]
  input masks f32[5,1,3]
  input column f32[5,3,1]
  input deep f32[1,5,3,3]
  input one f32[]
  input bias_7 f32[7]
  input loose s64[A]
  input small s32[2,1]
  const b f32[4,7]{seed=1}
  const bs f32[2,5,4,7]{seed=1}
  const bias f32[7]{fill=1}
  const bias_row f32[1,7]{fill=1}
  const bias_ints s64[7]{fill=1}
  const short f32[6]{fill=1}
  const g4 f32[4]{fill=1}
  const g34 f32[3,4]{fill=1}
  const g3 f32[3]{fill=1}
  const i4 s64[4]{fill=1}
  const last s64[1]{-1}
  const twice s64[2]{1, -1}
  const beyond s64[1]{2}
)";

TEST(InferMatMul, FollowsNumpy) {
  const InferRow rows[] = {
      {"MatMul(rows, b)", "f32[3,7]"},
      {"MatMul(rows, b, bias)", "f32[3,7]"},
      {"MatMul(stack, b)", "f32[5,3,7]"},
      {"MatMul(stack, bs)", "f32[2,5,3,7]"},
      {"MatMul(rows, bs)", "f32[2,5,3,7]"},
      {"MatMul(a, b)", "f32[N,M,7]"},
      {"MatMul(a, bs)", "f32[2,5,M,7]"},
      {"MatMul(a, a)", "f32[N,M,K]"},
      {"MatMul(any, b)", "f32[...]"},
      {"MatMul(rows, any)", "f32[...]"},
      {"MatMul(rows, b, bias, rest) residual=true", "f32[3,7]"},
      {"MatMul(rows, b, _, rest_n) residual=true", "f32[3,7]"},
      {"MatMul(rows, b, _, any) residual=true", "f32[3,7]"},
      {"MatMul(stack, turned, _, mask) residual=true", "f32[5,3,3]"},
      {"MatMul(stack, turned, _, row) residual=true", "f32[5,3,3]"},
      {"MatMul(stack, turned, _, masks) residual=true", "f32[5,3,3]"},
  };
  ExpectTypes(kProductsValues, rows);
}

TEST(InferMatMul, RefusesWhatDoesNotFit) {
  const InferRow rows[] = {
      {"MatMul(rows, rows)", "[3, 4] by [3, 4] do not fit"},
      {"MatMul(b, bs)", "do not fit"},
      {"MatMul(v, b)", "[4] by [4, 7], expected matrices"},
      {"MatMul(rows, v)", "[3, 4] by [4], expected matrices"},
      {"MatMul(ids, b)", "input 0 ('ids') is s64, expected f32"},
      {"MatMul(rows, ids)", "input 1 ('ids') is s64, expected f32"},
      {"MatMul(rows, b, short)", "bias of 6 for 7 columns"},
      {"MatMul(rows, b, bias_row)", "expected 1 dimensions"},
      {"MatMul(rows, b, bias_ints)", "is s64, expected f32"},
      {"MatMul(rows, b, _, wrong) residual=true",
       "residual of shape [7, 3] for an output of [3, 7]"},
      {"MatMul(rows, b, _, v) residual=true", "residual of shape [4]"},
      {"MatMul(stack, turned, _, column) residual=true",
       "residual of shape [5, 3, 1] for an output of [5, 3, 3]"},
      {"MatMul(stack, turned, _, deep) residual=true", "residual of shape"},
      {"MatMul(stack, turned, _, one) residual=true", "residual of shape []"},
      {"MatMul(stack, b, _, bias_7) residual=true", "residual of shape [7]"},
      {"MatMul(rows, b, _, ids) residual=true", "('ids') is s64"},
      {"MatMul(rows, b, rest)", "has shape [3, 7], expected 1 dimensions"},
  };
  ExpectErrors(kProductsValues, rows);
}

TEST(InferAttention, WantsProductsThatFitAndBatchesOfTheScores) {
  const InferRow rows[] = {
      {"Attention(stack, turned, stack)", "f32[5,3,4]"},
      {"Attention(stack, turned, stack, masks)", "f32[5,3,4]"},
      {"Attention(stack, turned, any)", "f32[...]"},
  };
  ExpectTypes(kProductsValues, rows);
  const InferRow errors[] = {
      {"Attention(stack, stack, stack)", "do not fit"},
      {"Attention(stack, turned, turned)", "do not fit"},
      {"Attention(rows, b, stack)", "do not fit"},
      {"Attention(stack, turned, ids)", "input 2 ('ids') is s64"},
      {"Attention(stack, turned, stack, column)",
       "residual of shape [5, 3, 1] for an output of [5, 3, 3]"},
  };
  ExpectErrors(kProductsValues, errors);
}

TEST(InferSoftmax, KeepsTheTypeAndCountsItsAxisFromTheFront) {
  const InferRow nodes[] = {
      {"Softmax(a)", "Softmax(a) axis=2"},
      {"Softmax(a) axis=-3", "Softmax(a) axis=0"},
      {"Softmax(any)", "Softmax(any)"},
  };
  ExpectNodes(kProductsValues, nodes);
  const InferRow errors[] = {
      {"Softmax(a) axis=3", "axis 3 of a value with 3 dimensions"},
      {"Softmax(a) axis=-4", "axis -4 of a value with 3 dimensions"},
      {"Softmax(ids)", "input 0 ('ids') is s64, expected f32"},
  };
  ExpectErrors(kProductsValues, errors);
}

TEST(InferLayerNorm, WantsScalesOfTheLastAxes) {
  const InferRow types[] = {
      {"LayerNorm(rows, g4)", "f32[3,4]"},
      {"LayerNorm(rows, g4, g4) axis=1", "f32[3,4]"},
      {"LayerNorm(stack, g34) axis=-2", "f32[5,3,4]"},
      {"LayerNorm(stack, g34, g34) axis=1", "f32[5,3,4]"},
      {"LayerNorm(a, g4)", "f32[N,M,K]"},
      {"LayerNorm(any, g4)", "f32[...]"},
      {"LayerNorm(rows, any)", "f32[3,4]"},
  };
  ExpectTypes(kProductsValues, types);
  const InferRow errors[] = {
      {"LayerNorm(rows, g3)",
       "input 1 of shape [3] for axes 1 and on of [3, 4]"},
      {"LayerNorm(rows, g4, g3)", "input 2 of shape [3]"},
      {"LayerNorm(stack, g4) axis=1", "input 1 of shape [4] for axes 1"},
      {"LayerNorm(rows, i4)", "input 1 ('i4') is s64, expected f32"},
      {"LayerNorm(rows, g4) axis=2", "axis 2 of a value with 2 dimensions"},
      {"LayerNorm(rows)", "1 inputs, expected 2 to 3"},
  };
  ExpectErrors(kProductsValues, errors);
}

TEST(InferReduce, TakesAxesAway) {
  const InferRow types[] = {
      {"Reduce(stack) axes=[1]", "f32[5,1,4]"},
      {"Reduce(stack) axes=[1] keep_dims=false", "f32[5,4]"},
      {"Reduce(stack) axes=[0,1,2] keep_dims=false", "f32[]"},
      {"Reduce(stack) axes=[-1,0]", "f32[1,3,1]"},
      {"Reduce(stack) axes=[]", "f32[5,3,4]"},
      {"Reduce(a) axes=[2] keep_dims=false", "f32[N,M]"},
      {"Reduce(ids) op=sum axes=[0]", "s64[1,3]"},
      {"Reduce(small) op=max axes=[0]", "s32[1,1]"},
      {"Reduce(any) axes=[0]", "f32[...]"},
      {"Reduce(stack, last)", "f32[5,3,1]"},
      {"Reduce(stack, last) keep_dims=false", "f32[5,3]"},
      // How many axes there are is known at least, and which are 1 already.
      {"Reduce(stack, loose)", "f32[y.0,y.1,y.2]"},
      {"Reduce(small, loose) op=sum", "s32[y.0,1]"},
      {"Reduce(stack, loose) keep_dims=false", "f32[...]"},
  };
  ExpectTypes(kProductsValues, types);
  const InferRow errors[] = {
      {"Reduce(stack) axes=[3]", "axis 3 of a value with 3 dimensions"},
      {"Reduce(stack) axes=[1,1]", "an axis twice"},
      {"Reduce(rows, twice)", "an axis twice"},
      {"Reduce(rows, beyond)", "axis 2 of a value with 2 dimensions"},
      {"Reduce(flags) axes=[0]", "is bool, expected f32, s64 or s32"},
  };
  ExpectErrors(kProductsValues, errors);
}

}  // namespace
}  // namespace octet::compile
