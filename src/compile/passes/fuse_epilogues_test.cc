#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(FuseEpilogues, FusesFunctionResidualAndFunction) {
  ExpectRewrite(FuseEpilogues, R"(graph g
input x f32[1,1,1,2]
input z f32[1,1,1,2]
const w f32[2,1,1,2]{1,2,3,4}
a = Conv(x, w) name=conv
b = Unary(a) function=silu name=act
c = Binary(z, b) name=add
y = Unary(c) function=relu name=last
output y
)",
                R"(graph g
input x f32[1,1,1,2]
input z f32[1,1,1,2]
const w f32[2,1,1,2]{1, 2, 3, 4}
y = Conv(x, w, _, z) before=silu residual=true after=relu name=conv origins=[conv,act,add,last]
output y
)");
}

TEST(FuseEpilogues, GivesTheSumToTheLaterOfTwoConvolutions) {
  ExpectRewrite(FuseEpilogues, R"(graph g
input x f32[1,1,1,2]
const w f32[2,1,1,2]{1,2,3,4}
a = Conv(x, w) name=first
b = Unary(x) function=relu
c = Conv(b, w) name=second
d = Binary(c, a)
y = Unary(d) function=relu
output y
)",
                R"(graph g
input x f32[1,1,1,2]
const w f32[2,1,1,2]{1, 2, 3, 4}
a = Conv(x, w) name=first
b = Unary(x) function=relu
y = Conv(b, w, _, a) residual=true after=relu name=second origins=[second,d,y]
output y
)");
}

TEST(FuseEpilogues, FusesIntoMatrixProductsAndSums) {
  ExpectRewrite(FuseEpilogues, R"(graph g
input x f32[2,2]
const w f32[2,2]{1,2,3,4}
a = MatMul(x, w)
b = Unary(a) function=gelu
c = Binary(b, x) op=mul
y = Unary(c) function=tanh
output y
)",
                R"(graph g
input x f32[2,2]
const w f32[2,2]{1, 2, 3, 4}
b = MatMul(x, w) before=gelu name=a origins=[a,b]
y = Binary(b, x) op=mul after=tanh name=c origins=[c,y]
output y
)");
}

TEST(FuseEpilogues, LetsAttentionAddItsMask) {
  ExpectRewrite(FuseEpilogues, R"(graph g
input q f32[1,2,3,4]
input k f32[1,2,4,5]
input mask f32[1,1,1,5]
const bias f32[2,3,5]{seed=1}
a = MatMul(q, k)
b = Binary(mask, a)
c = MatMul(q, k)
d = Binary(c, bias)
output b
output d
)",
                R"(graph g
input q f32[1,2,3,4]
input k f32[1,2,4,5]
input mask f32[1,1,1,5]
const bias f32[2,3,5]{seed=1}
b = MatMul(q, k, _, mask) residual=true name=a origins=[a,b]
d = MatMul(q, k, _, bias) residual=true name=c origins=[c,d]
output b
output d
)");
}

TEST(FuseEpilogues, LeavesSumsThatAProductCannotRepeat) {
  ExpectUnchanged(FuseEpilogues, R"(graph g
input q f32[1,2,3,4]
input k f32[1,2,4,5]
input column f32[1,2,3,1]
input deep f32[6,1,2,3,5]
input row f32[1,1,1,5]
const w f32[4,5]{seed=1}
a = MatMul(q, k)
b = Binary(a, column)
c = MatMul(q, k)
d = Binary(c, deep)
e = MatMul(q, w)
f = Binary(e, row)
output b
output d
output f
)");
}

TEST(FuseEpilogues, LeavesValuesThatOthersReadAndSumsThatBroadcast) {
  ExpectUnchanged(FuseEpilogues, R"(graph g
input x f32[1,1,2,2]
input z f32[1,1,1,2]
const w f32[2,1,1,2]{1,2,3,4}
a = Conv(x, w)
b = Unary(a) function=relu
c = Conv(x, w)
d = Binary(c, z)
e = Binary(a, a)
output b
output d
output e
)");
}

TEST(FuseEpilogues, StopsAtQuantization) {
  ExpectUnchanged(FuseEpilogues, R"(graph g
input x f32[1,1,1,2]
const w f32[2,1,1,2]{1,2,3,4}
const scale f32[]{0.5}
a = Conv(x, w)
q = Quantize(a, scale)
d = Dequantize(q, scale)
y = Unary(d) function=relu
output y
)");
}

}  // namespace
}  // namespace octet::compile
