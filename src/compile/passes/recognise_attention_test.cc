#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(RecogniseAttention, TakesScoresMaskAndShares) {
  ExpectRewrite(RecogniseAttention, R"(graph g
input q f32[1,2,3,4]
input k f32[1,2,4,5]
input v f32[1,2,5,6]
input mask f32[1,1,1,5]
a = MatMul(q, k, _, mask) residual=true
b = Softmax(a) axis=3
c = MatMul(b, v)
d = MatMul(q, k)
e = Softmax(d) axis=3
f = MatMul(e, v)
output c
output f
)",
                R"(graph g
input q f32[1,2,3,4]
input k f32[1,2,4,5]
input v f32[1,2,5,6]
input mask f32[1,1,1,5]
c = Attention(q, k, v, mask) type=MatMul origins=[c,b,a]
f = Attention(q, k, v) type=MatMul origins=[f,e,d]
output c
output f
)");
}

TEST(RecogniseAttention, LeavesWhatIsNone) {
  const struct {
    const char *nodes, *why;
  } kCases[] = {
      {"s = MatMul(x, x)\np = Softmax(s) axis=1\ny = MatMul(p, x)\n",
       "the softmax is not over the keys"},
      {"s = MatMul(x, x)\np = Softmax(s) axis=2\ny = MatMul(x, p)\n",
       "the softmax is the right operand"},
      {"s = MatMul(x, x)\np = Softmax(s) axis=2\nz = MatMul(p, x)\n"
       "y = Binary(z, p) op=mul\n",
       "somebody else reads the shares"},
      {"s = MatMul(x, x)\np = Softmax(s) axis=2\nz = MatMul(p, x)\n"
       "y = Binary(z, s) op=mul\n",
       "somebody else reads the scores"},
      {"s = MatMul(x, x) before=tanh\np = Softmax(s) axis=2\n"
       "y = MatMul(p, x)\n",
       "a function of the scores"},
      {"s = MatMul(x, x)\np = Softmax(s) axis=2\n"
       "y = MatMul(p, x, _, x) residual=true\n",
       "a sum behind it"},
      {"const v f32[3,2,4,4]{seed=1}\ns = MatMul(x, x)\n"
       "p = Softmax(s) axis=2\ny = MatMul(p, v)\n",
       "the shares are repeated"},
      {"const w f32[4,4]{seed=1}\ns = MatMul(x, w)\n"
       "p = Softmax(s) axis=2\ny = MatMul(p, x)\n",
       "scores by weights"},
      {"const w f32[4,4]{seed=1}\ns = MatMul(x, x)\n"
       "p = Softmax(s) axis=2\ny = MatMul(p, w)\n",
       "a mean of weights"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    ExpectUnchanged(
        RecogniseAttention,
        "graph g\ninput x f32[2,4,4]\n" + std::string(c.nodes) + "output y\n");
  }
}

}  // namespace
}  // namespace octet::compile
