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

// The ways in which exporters write hard-swish, and whose work it then does.
TEST(RecogniseGates, KnowsEveryWayOfWritingHardSwish) {
  const struct {
    const char *how, *nodes, *origins;
  } kWritten[] = {
      {"times hard-sigmoid",
       "s = Unary(x) function=hard_sigmoid(0.16666667,0.5)\n"
       "y = Binary(x, s) op=mul\n",
       "y,s"},
      {"a clip, divided last",
       "a = Binary(x, three)\n"
       "b = Unary(a) function=clip(0,6)\n"
       "c = Binary(x, b) op=mul\n"
       "y = Binary(c, six) op=div\n",
       "y,c,b,a"},
      {"a clip, divided first",
       "a = Binary(three, x)\n"
       "b = Unary(a) function=clip(0,6)\n"
       "c = Binary(b, six) op=div\n"
       "y = Binary(c, x) op=mul\n",
       "y,c,b,a"},
      {"a clip times a sixth",
       "a = Binary(x, three)\n"
       "b = Unary(a) function=clip(0,6)\n"
       "c = Binary(b, sixth) op=mul\n"
       "y = Binary(x, c) op=mul\n",
       "y,c,b,a"},
      {"the other operand scaled",
       "a = Binary(x, three)\n"
       "b = Unary(a) function=clip(0,6)\n"
       "c = Binary(sixth, x) op=mul\n"
       "y = Binary(c, b) op=mul\n",
       "y,c,b,a"},
  };
  for (const auto& written : kWritten) {
    SCOPED_TRACE(written.how);
    ExpectRewrite(RecogniseGates,
                  "graph g\ninput x f32[4]\nconst three f32[]{3}\n"
                  "const six f32[]{6}\nconst sixth f32[]{0.16666667}\n" +
                      std::string(written.nodes) + "output y\n",
                  "graph g\ninput x f32[4]\n"
                  "y = Unary(x) function=hard_swish type=Binary origins=[" +
                      std::string(written.origins) + "]\noutput y\n");
  }
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
