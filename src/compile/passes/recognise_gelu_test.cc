#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(RecogniseGelu, KnowsErfDividedByTheRoot) {
  ExpectRewrite(RecogniseGelu, R"(graph g
input x f32[2,2]
const root f32[]{1.4142135}
const inverse f32[]{0.70710677}
const one f32[]{1}
const half f32[]{0.5}
const cubic f32[]{0.044715}
const three f32[]{3}
const outer f32[]{0.7978846}
a = Binary(x, root) op=div
b = Unary(a) function=erf
c = Binary(b, one)
d = Binary(x, c) op=mul
y = Binary(d, half) op=mul
output y
)",
                R"(graph g
input x f32[2,2]
y = Unary(x) function=gelu type=Binary origins=[y,d,c,b,a]
output y
)");
}

TEST(RecogniseGelu, KnowsErfHalvedFirst) {
  ExpectRewrite(RecogniseGelu, R"(graph g
input x f32[2,2]
const root f32[]{1.4142135}
const inverse f32[]{0.70710677}
const one f32[]{1}
const half f32[]{0.5}
const cubic f32[]{0.044715}
const three f32[]{3}
const outer f32[]{0.7978846}
a = Binary(x, inverse) op=mul
b = Unary(a) function=erf
c = Binary(one, b)
d = Binary(x, half) op=mul
y = Binary(c, d) op=mul
output y
)",
                R"(graph g
input x f32[2,2]
y = Unary(x) function=gelu type=Binary origins=[y,c,b,a,d]
output y
)");
}

TEST(RecogniseGelu, KnowsErfHalvedInTheGate) {
  ExpectRewrite(RecogniseGelu, R"(graph g
input x f32[2,2]
const root f32[]{1.4142135}
const inverse f32[]{0.70710677}
const one f32[]{1}
const half f32[]{0.5}
const cubic f32[]{0.044715}
const three f32[]{3}
const outer f32[]{0.7978846}
a = Binary(x, root) op=div
b = Unary(a) function=erf
c = Binary(b, one)
d = Binary(c, half) op=mul
y = Binary(d, x) op=mul
output y
)",
                R"(graph g
input x f32[2,2]
y = Unary(x) function=gelu type=Binary origins=[y,d,c,b,a]
output y
)");
}

TEST(RecogniseGelu, KnowsTanhByPow) {
  ExpectRewrite(RecogniseGelu, R"(graph g
input x f32[2,2]
const root f32[]{1.4142135}
const inverse f32[]{0.70710677}
const one f32[]{1}
const half f32[]{0.5}
const cubic f32[]{0.044715}
const three f32[]{3}
const outer f32[]{0.7978846}
p = Binary(x, three) op=pow
q = Binary(p, cubic) op=mul
s = Binary(x, q)
u = Binary(s, outer) op=mul
t = Unary(u) function=tanh
v = Binary(t, one)
w = Binary(half, x) op=mul
y = Binary(w, v) op=mul
output y
)",
                R"(graph g
input x f32[2,2]
y = Unary(x) function=gelu_tanh type=Binary origins=[y,w,v,t,u,s,q,p]
output y
)");
}

TEST(RecogniseGelu, KnowsTanhByProducts) {
  ExpectRewrite(RecogniseGelu, R"(graph g
input x f32[2,2]
const root f32[]{1.4142135}
const inverse f32[]{0.70710677}
const one f32[]{1}
const half f32[]{0.5}
const cubic f32[]{0.044715}
const three f32[]{3}
const outer f32[]{0.7978846}
p = Binary(x, x) op=mul
q = Binary(p, cubic) op=mul
r = Binary(one, q)
s = Binary(x, outer) op=mul
u = Binary(s, r) op=mul
t = Unary(u) function=tanh
v = Binary(one, t)
w = Binary(v, x) op=mul
y = Binary(w, half) op=mul
output y
)",
                R"(graph g
input x f32[2,2]
y = Unary(x) function=gelu_tanh type=Binary origins=[y,w,v,t,u,r,q,p,s]
output y
)");
}

TEST(RecogniseGelu, LeavesAnotherNumber) {
  ExpectUnchanged(RecogniseGelu, R"(graph g
input x f32[2,2]
const root f32[]{1.4142135}
const inverse f32[]{0.70710677}
const one f32[]{1}
const half f32[]{0.5}
const cubic f32[]{0.044715}
const three f32[]{3}
const outer f32[]{0.7978846}
a = Binary(x, three) op=div
b = Unary(a) function=erf
c = Binary(b, one)
d = Binary(x, c) op=mul
y = Binary(d, half) op=mul
output y
)");
}

}  // namespace
}  // namespace octet::compile
