#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(SplitConcats, PutsGroupsOfChannelsTogetherAlone) {
  ExpectRewrite(SplitConcats, R"(graph g
input a f32[1,4,4,3]
input b f32[1,4,4,5]
input c f32[1,2,2,3]
input d f32[1,2,2,5]
p = Concat(a, b) axis=3
q = Concat(c, d) axis=3
s = Reshape(p) dims=[1,16,8]
t = Reshape(q) dims=[1,4,8]
u = Concat(s, t) axis=1
boxes = Slice(u) starts=[0,0,0] sizes=[1,20,3] steps=[1,1,1]
classes = Slice(u) starts=[0,0,3] sizes=[1,20,5] steps=[1,1,1]
output boxes
output classes
)",
                R"(graph g
input a f32[1,4,4,3]
input b f32[1,4,4,5]
input c f32[1,2,2,3]
input d f32[1,2,2,5]
a_s f32[1,16,3] = Reshape(a) dims=[1,16,3] name=s_1 origins=[s]
b_s f32[1,16,5] = Reshape(b) dims=[1,16,5] name=s_2 origins=[s]
c_t f32[1,4,3] = Reshape(c) dims=[1,4,3] name=t_1 origins=[t]
d_t f32[1,4,5] = Reshape(d) dims=[1,4,5] name=t_2 origins=[t]
boxes f32[1,20,3] = Concat(a_s, c_t) axis=1 type=Slice
classes f32[1,20,5] = Concat(b_s, d_t) axis=1 type=Slice origins=[classes,u,t,q,s,p]
output boxes
output classes
)");
}

TEST(SplitConcats, NeedsNoReshapeBetween) {
  ExpectRewrite(SplitConcats, R"(graph g
input a f32[4,3]
input b f32[4,5]
input c f32[2,3]
input d f32[2,5]
p = Concat(a, b) axis=1
q = Concat(c, d) axis=1
u = Concat(p, q) axis=0
classes = Slice(u) starts=[0,3] sizes=[6,5] steps=[1,1]
output classes
)",
                R"(graph g
input a f32[4,3]
input b f32[4,5]
input c f32[2,3]
input d f32[2,5]
classes f32[6,5] = Concat(b, d) type=Slice origins=[classes,u,q,p]
output classes
)");
}

// Channels that belong to two operands, other readers, other axes.
TEST(SplitConcats, LeavesWhatIsNotSplitAsItWasPutTogether) {
  ExpectUnchanged(SplitConcats, R"(graph g
input a f32[4,3]
input b f32[4,5]
input c f32[2,3]
input d f32[2,5]
p = Concat(a, b) axis=1
q = Concat(c, d) axis=1
u = Concat(p, q) axis=0
v = Concat(q, p) axis=0
w = Concat(c, a) axis=0
across = Slice(u) starts=[0,2] sizes=[6,3] steps=[1,1]
fits = Slice(v) starts=[0,3] sizes=[6,5] steps=[1,1]
rows = Slice(w) starts=[1,0] sizes=[5,3] steps=[1,1]
output across
output fits
output rows
output q
)");
}

}  // namespace
}  // namespace octet::compile
