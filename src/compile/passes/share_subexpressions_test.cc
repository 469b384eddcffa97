#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(ShareSubexpressions, ComputesEqualThingsOnce) {
  ExpectRewrite(ShareSubexpressions, R"(graph g
input x f32[2]
a = Unary(x) function=relu
b = Unary(x) function=relu
c = Unary(a) function=exp
d = Unary(b) function=exp
e = Unary(b) function=log
y = Binary(c, d)
output y
output e
)",
                R"(graph g
input x f32[2]
a = Unary(x) function=relu origins=[a,b]
c = Unary(a) function=exp origins=[c,d]
e = Unary(a) function=log
y = Binary(c, c)
output y
output e
)");
}

TEST(ShareSubexpressions, KeepsOutputsWithNamesOfTheirOwn) {
  ExpectUnchanged(ShareSubexpressions, R"(graph g
input x f32[2]
a = Unary(x) function=relu
b = Unary(x) function=relu
output a
output b
)");
}

}  // namespace
}  // namespace octet::compile
