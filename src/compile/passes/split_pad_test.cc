#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(SplitPad, LeavesAConvolutionWhatItsWindowReaches) {
  ExpectRewrite(SplitPad, R"(graph g
input x f32[1,2,2,1]
const w f32[1,3,1,1]{1,2,3}
y = Conv(x, w) pads=[4,1,0,3] dilations=[1,2]
output y
)",
                R"(graph g
input x f32[1,2,2,1]
const w f32[1,3,1,1]{1, 2, 3}
x_padded = Pad(x) before=[0,2,1,0] after=[0,0,3,0] name=y_1 type=Conv origins=[y]
y = Conv(x_padded, w) dilations=[1,2] pads=[2,0,0,0]
output y
)");
}

TEST(SplitPad, LeavesPaddingThatTouchesTheImage) {
  ExpectUnchanged(SplitPad, R"(graph g
input x f32[1,2,2,1]
const w f32[1,3,2,1]{1,2,3,4,5,6}
y = Conv(x, w) pads=[4,3,4,3] dilations=[2,3]
output y
)");
}

// What one pass splits the other must not fold again.
TEST(SplitPad, IsNotUndone) {
  ExpectUnchanged(FoldPad, R"(graph g
input x f32[1,2,2,1]
const w f32[1,1,1,1]{2}
p = Pad(x) before=[0,1,0,0] after=[0,0,0,0]
y = Conv(p, w)
q = Pad(x) before=[0,1,0,0] after=[0,0,0,0]
z = Pool(q) op=average kernel=[2,2] pads=[1,0,0,0] count_include_pad=true
output y
output z
)");
}

}  // namespace
}  // namespace octet::compile
