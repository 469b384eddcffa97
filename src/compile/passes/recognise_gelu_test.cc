#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

// One of the ways in which exporters write GELU, and what comes of it.
struct Written {
  const char *how, *nodes, *gelu;
};

std::string GraphOf(const std::string& nodes) {
  return R"(graph g
input x f32[2,2]
const root f32[]{1.4142135}
const inverse f32[]{0.70710677}
const one f32[]{1}
const half f32[]{0.5}
const cubic f32[]{0.044715}
const three f32[]{3}
const outer f32[]{0.7978846}
)" + nodes +
         "output y\n";
}

constexpr Written kWritten[] = {
    {"erf of a quotient, halved last",
     "a = Binary(x, root) op=div\n"
     "b = Unary(a) function=erf\n"
     "c = Binary(b, one)\n"
     "d = Binary(x, c) op=mul\n"
     "y = Binary(d, half) op=mul\n",
     "gelu type=Binary origins=[y,d,c,b,a]"},
    {"erf of a product, halved first",
     "a = Binary(x, inverse) op=mul\n"
     "b = Unary(a) function=erf\n"
     "c = Binary(one, b)\n"
     "d = Binary(x, half) op=mul\n"
     "y = Binary(c, d) op=mul\n",
     "gelu type=Binary origins=[y,c,b,a,d]"},
    {"erf halved in the gate",
     "a = Binary(x, root) op=div\n"
     "b = Unary(a) function=erf\n"
     "c = Binary(b, one)\n"
     "d = Binary(c, half) op=mul\n"
     "y = Binary(d, x) op=mul\n",
     "gelu type=Binary origins=[y,d,c,b,a]"},
    {"tanh of a power",
     "p = Binary(x, three) op=pow\n"
     "q = Binary(p, cubic) op=mul\n"
     "s = Binary(x, q)\n"
     "u = Binary(s, outer) op=mul\n"
     "t = Unary(u) function=tanh\n"
     "v = Binary(t, one)\n"
     "w = Binary(half, x) op=mul\n"
     "y = Binary(w, v) op=mul\n",
     "gelu_tanh type=Binary origins=[y,w,v,t,u,s,q,p]"},
    {"tanh of products",
     "p = Binary(x, x) op=mul\n"
     "q = Binary(p, cubic) op=mul\n"
     "r = Binary(one, q)\n"
     "s = Binary(x, outer) op=mul\n"
     "u = Binary(s, r) op=mul\n"
     "t = Unary(u) function=tanh\n"
     "v = Binary(one, t)\n"
     "w = Binary(v, x) op=mul\n"
     "y = Binary(w, half) op=mul\n",
     "gelu_tanh type=Binary origins=[y,w,v,t,u,r,q,p,s]"},
};

TEST(RecogniseGelu, KnowsEveryWayOfWritingIt) {
  for (const Written& written : kWritten) {
    SCOPED_TRACE(written.how);
    ExpectRewrite(RecogniseGelu, GraphOf(written.nodes),
                  "graph g\ninput x f32[2,2]\ny = Unary(x) function=" +
                      std::string(written.gelu) + "\noutput y\n");
  }
}

TEST(RecogniseGelu, LeavesAnotherNumber) {
  std::string nodes = kWritten[0].nodes;
  nodes.replace(nodes.find("root"), 4, "three");
  ExpectUnchanged(RecogniseGelu, GraphOf(nodes));
}

}  // namespace
}  // namespace octet::compile
