#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(FoldConstants, FollowsShapesToTheReshapeThatNeedsThem) {
  ExpectRewrite(FoldConstants, R"(graph g
input x f32[2,3]
const at s64[1]{0}
const rest s64[1]{-1}
const a f32[2,1]{1, 2}
const b f32[2,1]{3, 4}
shape = ShapeOf(x)
rows = Gather(shape, at)
dims = Concat(rows, rest)
ab = Binary(a, b) op=mul
y = Reshape(x, dims)
z = Binary(y, ab)
output z
)",
                R"(graph g
input x f32[2,3]
const ab f32[2,1]{3, 8}
y = Reshape(x) dims=[2,-1]
z = Binary(y, ab)
output z
)");
}

TEST(FoldConstants, KeepsDequantizedWeightsOfAQuantizedModel) {
  ExpectUnchanged(FoldConstants, R"(graph g
input x f32[2]
const scale f32[]{0.5}
const zero u8[]{3}
const w s8[2]{4,-4}
q = Quantize(x, scale, zero)
d = Dequantize(q, scale, zero)
wf = Dequantize(w, scale)
y = Binary(d, wf) op=mul
output y
)");
}

TEST(FoldConstants, DequantizesWeightsWhereActivationsAreFloat) {
  ExpectRewrite(FoldConstants, R"(graph g
input x f32[2]
const scale f32[]{0.5}
const w s8[2]{4,-4}
wf = Dequantize(w, scale)
y = Binary(x, wf) op=mul
output y
)",
                R"(graph g
input x f32[2]
const wf f32[2]{2, -2}
y = Binary(x, wf) op=mul
output y
)");
}

TEST(FoldConstants, LeavesWhatWouldGrowWithoutBound) {
  ExpectUnchanged(FoldConstants, R"(graph g
input x f32[8192,4096]
const one f32[1,1]{1}
big = Expand(one) dims=[8192,4096]
y = Binary(x, big)
output y
)");
}

}  // namespace
}  // namespace octet::compile
