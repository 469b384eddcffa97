#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(RecogniseLayerNorm, KnowsMeanVarianceScaleAndBias) {
  ExpectRewrite(RecogniseLayerNorm, R"(graph g
input x f32[2,3]
const two f32[]{2}
const epsilon f32[]{0.001}
const scale f32[3]{1,2,3}
const bias f32[1,3]{4,5,6}
m = Reduce(x) axes=[1]
d = Binary(x, m) op=sub
p = Binary(d, two) op=pow
v = Reduce(p) axes=[1]
e = Binary(v, epsilon)
s = Unary(e) function=sqrt
n = Binary(d, s) op=div
g = Binary(n, scale) op=mul
y = Binary(g, bias)
output y
)",
                R"(graph g
input x f32[2,3]
const scale f32[3]{1, 2, 3}
const bias f32[3]{4, 5, 6}
y = LayerNorm(x, scale, bias) axis=1 epsilon=0.001 name=n type=Binary origins=[n,s,e,v,p,d,m,g,y]
output y
)");
}

TEST(RecogniseLayerNorm, KnowsTheReciprocalForm) {
  ExpectRewrite(RecogniseLayerNorm, R"(graph g
input x f32[2,3]
const epsilon f32[]{0.001}
m = Reduce(x) axes=[1]
d = Binary(x, m) op=sub
d2 = Binary(x, m) op=sub
p = Binary(d2, d2) op=mul
v = Reduce(p) axes=[1]
e = Binary(epsilon, v)
s = Unary(e) function=sqrt
r = Unary(s) function=reciprocal
y = Binary(r, d) op=mul
output y
)",
                R"(graph g
input x f32[2,3]
const y/scale f32[3]{1, 1, 1}
y = LayerNorm(x, y/scale, _) axis=1 epsilon=0.001 type=Binary origins=[y,r,s,e,v,p,d2,d,m]
output y
)");
}

TEST(RecogniseLayerNorm, LeavesAVarianceOverAnotherAxis) {
  ExpectUnchanged(RecogniseLayerNorm, R"(graph g
input x f32[3,3]
const epsilon f32[]{0.001}
m = Reduce(x) axes=[1]
d = Binary(x, m) op=sub
p = Binary(d, d) op=mul
v = Reduce(p) axes=[0]
e = Binary(epsilon, v)
s = Unary(e) function=sqrt
y = Binary(d, s) op=div
output y
)");
}

}  // namespace
}  // namespace octet::compile
