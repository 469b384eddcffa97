#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(RecogniseSlices, TakesEvenlySpacedIndices) {
  ExpectRewrite(RecogniseSlices, R"(graph g
input x f32[2,6]
const odd s64[3]{1,3,-1}
const back s64[2]{2,0}
const one s64[1]{-2}
a = Gather(x, odd) axis=1
b = Gather(x, back) axis=1
c = Gather(a, one) axis=0
output b
output c
)",
                R"(graph g
input x f32[2,6]
a = Slice(x) starts=[0,1] sizes=[2,3] steps=[1,2] type=Gather
b = Slice(x) starts=[0,2] sizes=[2,2] steps=[1,-2] type=Gather
c = Slice(a) starts=[0,0] sizes=[1,3] steps=[1,1] type=Gather
output b
output c
)");
}

TEST(RecogniseSlices, TakesOnePartOfAnAxisThatWasCutInTwo) {
  ExpectRewrite(RecogniseSlices, R"(graph g
input x f32[1,4,2,6]
const first s64[]{0}
const last s64[]{-1}
r = Reshape(x) dims=[4,2,6]
p = Reshape(r) dims=[1,4,2,3,2]
a = Gather(p, first) axis=4
b = Gather(p, last) axis=4
c = Gather(p, last) axis=3
q = Reshape(x) dims=[1,2,2,2,6]
d = Gather(q, last) axis=1
e = Gather(q, first) axis=2
output a
output b
output c
output d
output e
)",
                R"(graph g
input x f32[1,4,2,6]
a = Slice(x) starts=[0,0,0,0] sizes=[1,4,2,3] steps=[1,1,1,2] type=Gather
b = Slice(x) starts=[0,0,0,1] sizes=[1,4,2,3] steps=[1,1,1,2] type=Gather
c = Slice(x) starts=[0,0,0,4] sizes=[1,4,2,2] steps=[1,1,1,1] type=Gather origins=[c,p,r]
d = Slice(x) starts=[0,2,0,0] sizes=[1,2,2,6] steps=[1,1,1,1] type=Gather
e = Slice(x) starts=[0,0,0,0] sizes=[1,2,2,6] steps=[1,2,1,1] type=Gather origins=[e,q]
output a
output b
output c
output d
output e
)");
}

TEST(RecogniseSlices, LeavesUnevenUnknownAndOtherIndices) {
  ExpectUnchanged(RecogniseSlices, R"(graph g
input x f32[2,6]
input i s64[2]
const table f32[6,2]{seed=1}
const uneven s64[3]{0,1,3}
const twice s64[2]{1,1}
const matrix s64[1,1]{1}
const even s64[2]{0,2}
const one s64[]{1}
a = Gather(x, uneven) axis=1
b = Gather(x, twice) axis=1
c = Gather(x, i) axis=1
d = Gather(x, matrix) axis=1
e = Gather(x, one) axis=1
p = Reshape(x) dims=[2,3,2]
f = Gather(p, one) axis=0
q = Reshape(x) dims=[3,2,2]
g = Gather(q, one) axis=1
h = Gather(table, even) axis=0
output a
output b
output c
output d
output e
output f
output g
output h
)");
}

}  // namespace
}  // namespace octet::compile
