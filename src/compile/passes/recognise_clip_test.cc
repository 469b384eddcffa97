#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(RecogniseClip, MakesOneClipOfMinAndMax) {
  ExpectRewrite(RecogniseClip, R"(graph g
input x f32[4]
const zero f32[]{0}
const six f32[1]{6}
a = Binary(x, zero) op=max
b = Binary(six, a) op=min
output b
)",
                R"(graph g
input x f32[4]
b = Unary(x) function=clip(0,6) type=Binary origins=[b,a]
output b
)");
}

TEST(RecogniseClip, CallsAClipWithoutUpperEndRelu) {
  ExpectRewrite(RecogniseClip, R"(graph g
input x f32[4]
const zero f32[]{0}
a = Binary(x, zero) op=max
output a
)",
                R"(graph g
input x f32[4]
a = Unary(x) function=relu type=Binary
output a
)");
}

TEST(RecogniseClip, JoinsIntervalsThatDoNotMeet) {
  ExpectRewrite(RecogniseClip, R"(graph g
input x f32[4]
a = Unary(x) function=clip(0,1)
b = Unary(a) function=clip(2,3)
output b
)",
                R"(graph g
input x f32[4]
b = Unary(x) function=clip(2,2) origins=[b,a]
output b
)");
}

TEST(RecogniseClip, LeavesABoundForEachElement) {
  ExpectUnchanged(RecogniseClip, R"(graph g
input x f32[2]
const bound f32[2]{0,1}
const wide f32[2,2]{0,0,0,0}
a = Binary(x, bound) op=max
b = Binary(a, wide) op=max
output b
)");
}

}  // namespace
}  // namespace octet::compile
