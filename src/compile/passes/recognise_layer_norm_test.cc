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

TEST(RecogniseLayerNorm, KnowsWhatMultipliesValueAndMeanApart) {
  ExpectRewrite(RecogniseLayerNorm, R"(graph g
input x f32[2,3]
const epsilon f32[]{0.001}
const scale f32[3]{1,2,3}
const bias f32[3]{4,5,6}
m = Reduce(x) axes=[1]
d = Binary(x, m) op=sub
p = Binary(d, d) op=mul
v = Reduce(p) axes=[1]
e = Binary(v, epsilon)
s = Unary(e) function=sqrt
i = Unary(s) function=reciprocal
g = Binary(i, scale) op=mul
a = Binary(x, g) op=mul
b = Binary(m, g) op=mul
c = Binary(bias, b) op=sub
y = Binary(a, c)
z = Binary(a, b) op=sub
output y
output z
)",
                R"(graph g
input x f32[2,3]
const y/scale f32[3]{1, 2, 3}
const y/bias f32[3]{4, 5, 6}
const z/scale f32[3]{1, 2, 3}
y = LayerNorm(x, y/scale, y/bias) axis=1 epsilon=0.001 type=Binary origins=[y,c]
z = LayerNorm(x, z/scale, _) axis=1 epsilon=0.001 type=Binary origins=[z,a,b,g,i,s,e,v,p,d,m]
output y
output z
)");
}

TEST(RecogniseLayerNorm, LeavesOtherProductsAndMeans) {
  for (const char* nodes :
       {"a = Binary(x, g) op=mul\nb = Binary(m, h) op=mul\n",
        "a = Binary(x, g) op=mul\nb = Binary(n, g) op=mul\n",
        "a = Binary(w, g) op=mul\nb = Binary(m, g) op=mul\n"}) {
    ExpectUnchanged(RecogniseLayerNorm, std::string(R"(graph g
input x f32[2,3]
input w f32[2,3]
const epsilon f32[]{0.001}
const scale f32[3]{1,2,3}
const other f32[3]{1,2,4}
m = Reduce(x) axes=[1]
n = Reduce(w) axes=[1]
d = Binary(x, m) op=sub
p = Binary(d, d) op=mul
v = Reduce(p) axes=[1]
e = Binary(v, epsilon)
s = Unary(e) function=sqrt
i = Unary(s) function=reciprocal
g = Binary(i, scale) op=mul
h = Binary(i, other) op=mul
)") + nodes + R"(y = Binary(a, b) op=sub
output y
output g
output h
output n
)");
  }
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
