#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(FoldBatchNorm, FoldsScaleAndShiftBehindAConvolution) {
  ExpectRewrite(FoldBatchNorm, R"(graph g
input x f32[1,2,2,2]
const w f32[2,1,1,2]{1,2,3,4}
const scale f32[1,1,1,2]{2,-1}
const shift f32[2]{10,20}
a = Conv(x, w) pads=[1,1,1,1] name=conv
b = Binary(a, scale) op=mul name=bn
y = Binary(b, shift) name=bn_shift
output y
)",
                R"(graph g
input x f32[1,2,2,2]
const w f32[2,1,1,2]{2, 4, -3, -4}
const shift f32[2]{10, 20}
y = Conv(x, w, shift) pads=[1,1,1,1] name=conv origins=[conv,bn,bn_shift]
output y
)");
}

TEST(FoldBatchNorm, FoldsIntoABiasThatIsThere) {
  ExpectRewrite(FoldBatchNorm, R"(graph g
input x f32[1,1,1,2]
const w f32[2,1,1,2]{1,2,3,4}
const bias f32[2]{5,6}
const mean f32[2]{1,2}
const deviation f32[]{4}
const one f32[]{1}
a = Conv(x, w, bias)
b = Binary(a, mean) op=sub
c = Binary(b, deviation) op=div
y = Binary(one, c) op=sub
output y
)",
                R"(graph g
input x f32[1,1,1,2]
const w f32[2,1,1,2]{-0.25, -0.5, -0.75, -1}
const bias f32[2]{0, 0}
y = Conv(x, w, bias) name=a origins=[a,b,c,y]
output y
)");
}

TEST(FoldBatchNorm, FoldsWhatStandsBeforeAGroupedConvolution) {
  ExpectRewrite(FoldBatchNorm, R"(graph g
input x f32[1,1,1,4]
const w f32[2,1,1,2]{1,2,3,4}
const scale f32[4]{1,2,3,4}
const shift f32[4]{1,1,2,2}
a = Binary(x, scale) op=mul
b = Binary(a, shift)
y = Conv(b, w) group=2
output y
)",
                R"(graph g
input x f32[1,1,1,4]
const w f32[2,1,1,2]{1, 4, 9, 16}
const shift f32[2]{3, 14}
y = Conv(x, w, shift) group=2 origins=[y,b,a]
output y
)");
}

TEST(FoldBatchNorm, LeavesAShiftBeforePadding) {
  ExpectUnchanged(FoldBatchNorm, R"(graph g
input x f32[1,2,2,1]
const w f32[1,1,1,1]{2}
const shift f32[1]{1}
a = Binary(x, shift)
y = Conv(a, w) pads=[1,1,1,1]
output y
)");
}

TEST(FoldBatchNorm, FoldsAroundMatrixProducts) {
  ExpectRewrite(FoldBatchNorm, R"(graph g
input x f32[2,2]
const w f32[2,3]{1,2,3,4,5,6}
const scale f32[2]{1,2}
const shift f32[2]{3,4}
const bias f32[3]{1,2,3}
const gain f32[3]{1,-1,2}
a = Binary(x, scale) op=mul
b = Binary(shift, a)
c = MatMul(b, w)
d = Binary(c, bias)
y = Binary(gain, d) op=mul
output y
)",
                R"(graph g
input x f32[2,2]
const w f32[2,3]{1, -2, 6, 8, -10, 24}
const bias f32[3]{20, -28, 72}
y = MatMul(x, w, bias) name=c origins=[c,d,y,b,a]
output y
)");
}

TEST(FoldBatchNorm, StopsAtOtherReadersAndOtherShapes) {
  ExpectUnchanged(FoldBatchNorm, R"(graph g
input x f32[1,2,1,2]
const w f32[2,1,1,2]{1,2,3,4}
const rows f32[1,2,1,1]{1,2}
const two f32[]{2}
a = Conv(x, w)
b = Binary(a, two) op=mul
c = Conv(x, w)
d = Binary(c, rows) op=mul
output a
output b
output d
)");
}

TEST(FoldBatchNorm, DoesNotReachBehindQuantization) {
  ExpectRewrite(FoldBatchNorm, R"(graph g
input x f32[1,2]
const w s8[2,2]{1,2,3,4}
const b s32[2]{100,200}
const scale f32[]{0.5}
const zero u8[]{3}
const two f32[]{2}
wf = Dequantize(w, scale)
bf = Dequantize(b, scale)
a = MatMul(x, wf)
c = Binary(a, bf)
d = Binary(c, two) op=mul
q = Quantize(d, scale, zero)
e = Dequantize(q, scale, zero)
y = Binary(e, two) op=mul
output y
)",
                R"(graph g
input x f32[1,2]
const w s8[2,2]{1, 2, 3, 4}
const b s32[2]{100, 200}
const scale f32[]{0.5}
const zero u8[]{3}
const two f32[]{2}
wf = Dequantize(w, scale)
bf = Dequantize(b, scale)
c = MatMul(x, wf, bf) name=a origins=[a,c]
d = Binary(c, two) op=mul
q = Quantize(d, scale, zero)
e = Dequantize(q, scale, zero)
y = Binary(e, two) op=mul
output y
)");
}

}  // namespace
}  // namespace octet::compile
