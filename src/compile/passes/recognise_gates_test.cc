#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(RecogniseGates, KnowsSiluBesideOtherReadersOfTheSigmoid) {
  ExpectRewrite(RecogniseGates, R"(graph g
input x f32[4]
s = Unary(x) function=sigmoid
y = Binary(s, x) op=mul
output y
output s
)",
                R"(graph g
input x f32[4]
s = Unary(x) function=sigmoid
y = Unary(x) function=silu type=Binary
output y
output s
)");
}

TEST(RecogniseGates, LooksNoDeeperThanNeeded) {
  ExpectRewrite(RecogniseGates, R"(graph g
input x f32[4]
input z f32[4]
a = Binary(x, z) op=mul
s = Unary(a) function=sigmoid
y = Binary(a, s) op=mul
output y
)",
                R"(graph g
input x f32[4]
input z f32[4]
a = Binary(x, z) op=mul
y = Unary(a) function=silu type=Binary origins=[y,s]
output y
)");
}

TEST(RecogniseGates, KnowsHardSwishTimesHardSigmoid) {
  ExpectRewrite(RecogniseGates, R"(graph g
input x f32[4]
const three f32[]{3}
const six f32[]{6}
const sixth f32[]{0.16666667}
s = Unary(x) function=hard_sigmoid(0.16666667,0.5)
y = Binary(x, s) op=mul
output y
)",
                R"(graph g
input x f32[4]
y = Unary(x) function=hard_swish type=Binary origins=[y,s]
output y
)");
}

TEST(RecogniseGates, KnowsHardSwishClipDividedLast) {
  ExpectRewrite(RecogniseGates, R"(graph g
input x f32[4]
const three f32[]{3}
const six f32[]{6}
const sixth f32[]{0.16666667}
a = Binary(x, three)
b = Unary(a) function=clip(0,6)
c = Binary(x, b) op=mul
y = Binary(c, six) op=div
output y
)",
                R"(graph g
input x f32[4]
y = Unary(x) function=hard_swish type=Binary origins=[y,c,b,a]
output y
)");
}

TEST(RecogniseGates, KnowsHardSwishClipDividedFirst) {
  ExpectRewrite(RecogniseGates, R"(graph g
input x f32[4]
const three f32[]{3}
const six f32[]{6}
const sixth f32[]{0.16666667}
a = Binary(three, x)
b = Unary(a) function=clip(0,6)
c = Binary(b, six) op=div
y = Binary(c, x) op=mul
output y
)",
                R"(graph g
input x f32[4]
y = Unary(x) function=hard_swish type=Binary origins=[y,c,b,a]
output y
)");
}

TEST(RecogniseGates, KnowsHardSwishClipTimesASixth) {
  ExpectRewrite(RecogniseGates, R"(graph g
input x f32[4]
const three f32[]{3}
const six f32[]{6}
const sixth f32[]{0.16666667}
a = Binary(x, three)
b = Unary(a) function=clip(0,6)
c = Binary(b, sixth) op=mul
y = Binary(x, c) op=mul
output y
)",
                R"(graph g
input x f32[4]
y = Unary(x) function=hard_swish type=Binary origins=[y,c,b,a]
output y
)");
}

TEST(RecogniseGates, KnowsHardSwishTheOtherOperandScaled) {
  ExpectRewrite(RecogniseGates, R"(graph g
input x f32[4]
const three f32[]{3}
const six f32[]{6}
const sixth f32[]{0.16666667}
a = Binary(x, three)
b = Unary(a) function=clip(0,6)
c = Binary(sixth, x) op=mul
y = Binary(c, b) op=mul
output y
)",
                R"(graph g
input x f32[4]
y = Unary(x) function=hard_swish type=Binary origins=[y,c,b,a]
output y
)");
}

TEST(RecogniseGates, KnowsHardSigmoidMishAndSoftplus) {
  ExpectRewrite(RecogniseGates, R"(graph g
input x f32[4]
const three f32[]{3}
const sixth f32[]{0.16666667}
const one f32[1]{1}
a = Binary(x, three)
b = Unary(a) function=clip(0,6)
h = Binary(b, sixth) op=mul
e = Unary(x) function=exp
f = Binary(e, one)
g = Unary(f) function=log
t = Unary(g) function=tanh
m = Binary(t, x) op=mul
output h
output m
)",
                R"(graph g
input x f32[4]
h = Unary(x) function=hard_sigmoid(0.16666667,0.5) type=Binary origins=[h,b,a]
m = Unary(x) function=mish type=Binary origins=[m,t,g,f,e]
output h
output m
)");
}

TEST(RecogniseGates, LeavesTheGateOfAnotherValue) {
  ExpectUnchanged(RecogniseGates, R"(graph g
input x f32[4]
input z f32[4]
s = Unary(z) function=sigmoid
y = Binary(x, s) op=mul
output y
)");
}

TEST(RecogniseGates, DoesNotLookBehindQuantization) {
  ExpectUnchanged(RecogniseGates, R"(graph g
input x f32[4]
const scale f32[]{0.5}
s = Unary(x) function=sigmoid
q = Quantize(s, scale)
d = Dequantize(q, scale)
y = Binary(x, d) op=mul
output y
)");
}

}  // namespace
}  // namespace octet::compile
