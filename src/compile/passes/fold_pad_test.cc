#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(FoldPad, PadsInConvolutions) {
  ExpectRewrite(FoldPad, R"(graph g
input x f32[1,2,2,1]
const w f32[1,3,4,1]{1,2,3,4,5,6,7,8,9,10,11,12}
p = Pad(x) before=[0,1,0,0] after=[0,0,2,0]
y = Conv(p, w) pads=[1,1,1,1]
z = Conv(p, w)
output y
output z
)",
                R"(graph g
input x f32[1,2,2,1]
const w f32[1,3,4,1]{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
y = Conv(x, w) pads=[2,1,1,3] origins=[y,p]
z = Conv(x, w) pads=[1,0,0,2] origins=[z,p]
output y
output z
)");
}

TEST(FoldPad, CountsThePaddingOfAnAverage) {
  ExpectRewrite(FoldPad, R"(graph g
input x f32[1,2,2,1]
p = Pad(x) before=[0,1,1,0] after=[0,1,1,0]
y = Pool(p) op=average kernel=[2,2]
output y
)",
                R"(graph g
input x f32[1,2,2,1]
y = Pool(x) op=average kernel=[2,2] pads=[1,1,1,1] count_include_pad=true origins=[y,p]
output y
)");
}

TEST(FoldPad, PadsAMaximumOfWhatIsNotNegative) {
  ExpectRewrite(FoldPad, R"(graph g
input x f32[1,2,2,1]
a = Unary(x) function=relu
p = Pad(a) before=[0,1,1,0] after=[0,1,1,0]
y = Pool(p) kernel=[2,2]
output y
)",
                R"(graph g
input x f32[1,2,2,1]
a = Unary(x) function=relu
y = Pool(a) kernel=[2,2] pads=[1,1,1,1] origins=[y,p]
output y
)");
}

TEST(FoldPad, LeavesAMaximumThatZeroMayWin) {
  ExpectUnchanged(FoldPad, R"(graph g
input x f32[1,2,2,1]
const w f32[1,1,1,2]{1,2}
const v f32[1,1,1,1]{2}
p = Pad(x) before=[0,1,1,0] after=[0,1,1,0]
y = Pool(p) kernel=[2,2]
c = Unary(x) function=clip(0,-1)
q = Pad(c) before=[0,1,1,0] after=[0,1,1,0]
z = Pool(q) kernel=[2,2]
output y
output z
)");
}

TEST(FoldPad, LeavesAnAverageThatPadsWithoutCounting) {
  ExpectUnchanged(FoldPad, R"(graph g
input x f32[1,2,2,1]
const w f32[1,1,1,2]{1,2}
const v f32[1,1,1,1]{2}
p = Pad(x) before=[0,1,1,0] after=[0,1,1,0]
y = Pool(p) op=average kernel=[2,2] pads=[1,0,0,0]
output y
)");
}

TEST(FoldPad, LeavesOtherValuesChannelsAndModes) {
  ExpectUnchanged(FoldPad, R"(graph g
input x f32[1,2,2,1]
const w f32[1,1,1,2]{1,2}
const v f32[1,1,1,1]{2}
p = Pad(x) before=[0,1,1,0] after=[0,1,1,0] value=1
q = Pad(p) before=[0,0,0,1] after=[0,0,0,0]
r = Pad(q) mode=edge before=[0,1,0,0] after=[0,0,0,0]
y = Conv(r, w)
output y
)");
}

TEST(FoldPad, LeavesPaddingThatSomebodyElseReads) {
  ExpectUnchanged(FoldPad, R"(graph g
input x f32[1,2,2,1]
const w f32[1,1,1,2]{1,2}
const v f32[1,1,1,1]{2}
p = Pad(x) before=[0,1,1,0] after=[0,1,1,0]
q = Conv(p, v)
r = Unary(p) function=relu
y = Binary(q, r)
output y
)");
}

}  // namespace
}  // namespace octet::compile
