#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(FoldFlatten, PermutesTheRowsOfTheWeights) {
  ExpectRewrite(FoldFlatten, R"(graph g
input x f32[1,1,2,2]
const w f32[4,1]{1,2,3,4}
a = Unary(x) function=relu
b = Transpose(a) perm=[0,3,1,2]
c = Reshape(b) dims=[1,4]
y = MatMul(c, w)
output y
)",
                R"(graph g
input x f32[1,1,2,2]
const w f32[4,1]{1, 3, 2, 4}
a = Unary(x) function=relu
c = Reshape(a) dims=[1,4]
y = MatMul(c, w)
output y
)");
}

TEST(FoldFlatten, PermutesQuantizedWeightsToo) {
  ExpectRewrite(FoldFlatten, R"(graph g
input x f32[1,1,2,2]
const w s8[4,2]{1,2,3,4,5,6,7,8}
const scale f32[2]{1,2}
const s f32[]{0.5}
const z u8[]{3}
b = Transpose(x) perm=[0,3,1,2]
c = Reshape(b) dims=[1,4]
d = Quantize(c, s, z)
e = Dequantize(d, s, z)
f = Dequantize(w, scale) axis=1
y = MatMul(e, f)
output y
)",
                R"(graph g
input x f32[1,1,2,2]
const w s8[4,2]{1, 2, 5, 6, 3, 4, 7, 8}
const scale f32[2]{1, 2}
const s f32[]{0.5}
const z u8[]{3}
c = Reshape(x) dims=[1,4]
d = Quantize(c, s, z)
e = Dequantize(d, s, z)
f = Dequantize(w, scale) axis=1
y = MatMul(e, f)
output y
)");
}

TEST(FoldFlatten, LeavesAnImageThatOthersReadFlattened) {
  ExpectUnchanged(FoldFlatten, R"(graph g
input x f32[1,1,2,2]
const w f32[4,1]{1,2,3,4}
b = Transpose(x) perm=[0,3,1,2]
c = Reshape(b) dims=[1,4]
y = MatMul(c, w)
output y
output c
)");
}

}  // namespace
}  // namespace octet::compile
