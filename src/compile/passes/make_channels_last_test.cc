#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(MakeChannelsLast, CancelsWhatTheImporterPutAroundImages) {
  ExpectRewrite(MakeChannelsLast, R"(graph g
input x f32[1,2,4,4]
const w f32[2,1,1,2]{1,2,3,4}
const s f32[2,1,1]{5,6}
a = Transpose(x) perm=[0,2,3,1]
b = Conv(a, w)
c = Transpose(b) perm=[0,3,1,2]
d = Binary(c, s) op=mul
e = Unary(d) function=relu
f = Transpose(e) perm=[0,2,3,1]
g = Conv(f, w)
h = Transpose(g) perm=[0,3,1,2]
y = Binary(h, e)
output y
)",
                R"(graph g
input x f32[1,2,4,4]
const w f32[2,1,1,2]{1, 2, 3, 4}
const s f32[1,1,1,2]{5, 6}
a = Transpose(x) perm=[0,2,3,1]
b = Conv(a, w)
d = Binary(b, s) op=mul
e = Unary(d) function=relu
g = Conv(e, w)
y_1 = Binary(g, e) name=y
y = Transpose(y_1) perm=[0,3,1,2] name=y_1
output y
)");
}

TEST(MakeChannelsLast, MovesThroughConcatSlicePadReduceSoftmaxAndQuantize) {
  ExpectRewrite(MakeChannelsLast, R"(graph g
input x f32[2,4,4,3]
const scale f32[3]{0.25,0.5,1}
const zero u8[3]{3,4,5}
a = Transpose(x) perm=[0,3,1,2]
b = Slice(a) starts=[0,1,0,0] sizes=[2,2,4,4] steps=[1,1,1,1]
c = Concat(a, b) axis=1
d = Slice(c) starts=[0,0,0,0] sizes=[2,3,2,4] steps=[1,1,2,1]
e = Pad(d) before=[0,0,1,0] after=[0,0,0,2] value=1.5
f = Quantize(e, scale, zero) axis=1
g = Dequantize(f, scale, zero) axis=1
h = Softmax(g) axis=1
i = Reduce(h) axes=[2,3] keep_dims=false
output i
)",
                R"(graph g
input x f32[2,4,4,3]
const scale f32[3]{0.25, 0.5, 1}
const zero u8[3]{3, 4, 5}
b = Slice(x) starts=[0,0,0,1] sizes=[2,4,4,2] steps=[1,1,1,1]
c = Concat(x, b) axis=3
d = Slice(c) starts=[0,0,0,0] sizes=[2,2,4,3] steps=[1,2,1,1]
e = Pad(d) before=[0,1,0,0] after=[0,0,2,0] value=1.5
f = Quantize(e, scale, zero) axis=3
g = Dequantize(f, scale, zero) axis=3
h = Softmax(g) axis=3
i = Reduce(h) axes=[1,2] keep_dims=false
output i
)");
}

TEST(MakeChannelsLast, TurnsAnImageBeforeItIsSlicedAndScaled) {
  ExpectRewrite(MakeChannelsLast, R"(graph g
input x f32[1,3,4,4]
const mean f32[1,3,1,1]{1,2,3}
const w f32[1,1,1,6]{1,2,3,4,5,6}
n = Binary(x, mean) op=sub
a = Slice(n) starts=[0,0,0,0] sizes=[1,3,2,4] steps=[1,1,2,1]
b = Slice(n) starts=[0,0,1,0] sizes=[1,3,2,4] steps=[1,1,2,1]
c = Concat(a, b) axis=1
d = Transpose(c) perm=[0,2,3,1]
y = Conv(d, w)
output y
)",
                R"(graph g
input x f32[1,3,4,4]
const w f32[1,1,1,6]{1, 2, 3, 4, 5, 6}
const mean f32[1,1,1,3]{1, 2, 3}
x/layout = Transpose(x) perm=[0,2,3,1]
n = Binary(x/layout, mean) op=sub
a = Slice(n) starts=[0,0,0,0] sizes=[1,2,4,3] steps=[1,2,1,1]
b = Slice(n) starts=[0,1,0,0] sizes=[1,2,4,3] steps=[1,2,1,1]
c = Concat(a, b) axis=3
y = Conv(c, w)
output y
)");
}

TEST(MakeChannelsLast, KeepsTheOneTransposeOfAChannelShuffle) {
  ExpectRewrite(MakeChannelsLast, R"(graph g
input x f32[1,2,2,6]
a = Transpose(x) perm=[0,3,1,2]
b = Reshape(a) dims=[1,2,3,2,2]
c = Transpose(b) perm=[0,2,1,3,4]
d = Reshape(c) dims=[1,6,2,2]
y = Transpose(d) perm=[0,2,3,1]
output y
)",
                R"(graph g
input x f32[1,2,2,6]
b = Reshape(x) dims=[1,2,2,2,3]
d/layout = Transpose(b) perm=[0,1,2,4,3]
y = Reshape(d/layout) dims=[1,2,2,6] name=d
output y
)");
}

TEST(MakeChannelsLast, SplitsAShuffledImageAsItLies) {
  ExpectRewrite(MakeChannelsLast, R"(graph g
input x f32[1,2,2,6]
const first s64[]{0}
a = Transpose(x) perm=[0,3,1,2]
b = Reshape(a) dims=[3,2,4]
c = Transpose(b) perm=[1,0,2]
d = Reshape(c) dims=[2,-1,3,2,2]
e = Gather(d, first) axis=0
y = Transpose(e) perm=[0,2,3,1]
output y
)",
                R"(graph g
input x f32[1,2,2,6]
const first s64[]{0}
b = Reshape(x) dims=[4,3,2]
d = Reshape(b) dims=[1,2,2,3,2]
y = Gather(d, first) axis=4 name=e
output y
)");
}

TEST(MakeChannelsLast, EndsADetectionHeadWithOneTranspose) {
  ExpectRewrite(MakeChannelsLast, R"(graph g
input x f32[1,2,2,8]
const anchors f32[1,2,4]{1,2,3,4,5,6,7,8}
const w f32[1,1,1,4]{0,1,2,3}
a = Transpose(x) perm=[0,3,1,2]
b = Reshape(a) dims=[1,8,4]
c = Reshape(b) dims=[1,2,4,4]
d = Transpose(c) perm=[0,2,1,3]
e = Softmax(d) axis=1
f = Transpose(e) perm=[0,2,3,1]
g = Conv(f, w)
h = Transpose(g) perm=[0,3,1,2]
i = Reshape(h) dims=[1,2,4]
y = Binary(anchors, i) op=sub
output y
)",
                R"(graph g
input x f32[1,2,2,8]
const w f32[1,1,1,4]{0, 1, 2, 3}
const anchors f32[1,4,2]{1, 5, 2, 6, 3, 7, 4, 8}
b = Reshape(x) dims=[1,4,8]
c = Reshape(b) dims=[1,4,2,4]
e = Softmax(c) axis=3
g = Conv(e, w)
i = Reshape(g) dims=[1,4,2]
y_1 = Binary(anchors, i) op=sub name=y
y = Transpose(y_1) perm=[0,2,1] name=y_1
output y
)");
}

TEST(MakeChannelsLast, ReshapesWhereNoElementMoves) {
  ExpectRewrite(MakeChannelsLast, R"(graph g
input x f32[1,4,4,2]
const w f32[2,1,1,2]{1,2,3,4}
a = Transpose(x) perm=[0,3,1,2]
b = Reduce(a) axes=[2,3]
c = Transpose(b) perm=[0,2,3,1]
d = Conv(c, w)
e = Transpose(d) perm=[0,3,1,2]
f = Binary(a, e) op=mul
g = Reshape(e) dims=[1,2]
y = Transpose(f) perm=[0,2,3,1]
output y
output g
)",
                R"(graph g
input x f32[1,4,4,2]
const w f32[2,1,1,2]{1, 2, 3, 4}
b = Reduce(x) axes=[1,2]
d = Conv(b, w)
y = Binary(x, d) op=mul name=f
g = Reshape(d) dims=[1,2]
output y
output g
)");
}

TEST(MakeChannelsLast, ComputesTheViewWhereAnotherOrderIsNeeded) {
  ExpectUnchanged(MakeChannelsLast, R"(graph g
input x f32[1,4,4,2]
input z f32[1,2,4,4]
a = Transpose(x) perm=[0,3,1,2]
b = Binary(a, z)
c = Reshape(a) dims=[1,32]
output b
output c
)");
}

TEST(MakeChannelsLast, TransposesDequantizedConstantsAsConstants) {
  ExpectRewrite(MakeChannelsLast, R"(graph g
input x f32[1,2]
const w s8[3,2]{1,2,3,4,5,6}
const scale f32[3]{1,2,3}
a = Dequantize(w, scale) axis=0
b = Transpose(a) perm=[1,0]
y = MatMul(x, b)
output y
)",
                R"(graph g
input x f32[1,2]
const scale f32[3]{1, 2, 3}
const w_1 s8[2,3]{1, 3, 5, 2, 4, 6}
b = Dequantize(w_1, scale) axis=1 name=a_1 origins=[a]
y = MatMul(x, b)
output y
)");
}

TEST(MakeChannelsLast, FollowsRowsThroughMatrixProductsAndNormalization) {
  ExpectRewrite(MakeChannelsLast, R"(graph g
input x f32[2,3,2]
const w f32[2,2]{1,2,3,4}
const scale f32[2]{1,2}
a = Transpose(x) perm=[1,0,2]
b = MatMul(a, w)
c = LayerNorm(b, scale) axis=2
d = Transpose(c) perm=[1,0,2]
output d
)",
                R"(graph g
input x f32[2,3,2]
const w f32[2,2]{1, 2, 3, 4}
const scale f32[2]{1, 2}
b = MatMul(x, w)
d = LayerNorm(b, scale) axis=2 name=c
output d
)");
}

}  // namespace
}  // namespace octet::compile
