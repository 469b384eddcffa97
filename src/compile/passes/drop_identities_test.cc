#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(DropIdentities, RemovesEveryKindOfThem) {
  ExpectRewrite(DropIdentities, R"(graph g
input x f32[2,3]
const one f32[]{1}
const zero f32[3]{0,0,0}
a = Binary(x, one) op=mul
b = Binary(zero, a)
c = Transpose(b) perm=[0,1]
d = Slice(c) starts=[0,0] sizes=[2,3] steps=[1,1]
e = Pad(d) before=[0,0] after=[0,0]
f = Cast(e) to=f32
g = Concat(f)
h = Unary(g) function=relu
i = Binary(h, one) op=div
j = Binary(i, zero) op=sub
k = Expand(j) dims=[2,3]
l = Tile(k) repeats=[1,1]
m = Unary(l)
output m
)",
                R"(graph g
input x f32[2,3]
m = Unary(x) function=relu name=h
output m
)");
}

TEST(DropIdentities, RemovesResizingByOneInEveryMode) {
  ExpectRewrite(DropIdentities, R"(graph g
input x f32[1,4,5,2]
a = Unary(x) function=exp
b = Resize(a) mode=linear size=[4,5]
c = Resize(b) coordinates=align_corners rounding=ceil
d = Resize(c) mode=linear coordinates=asymmetric scales=[1,2] size=[4,10]
output d
)",
                R"(graph g
input x f32[1,4,5,2]
a = Unary(x) function=exp
d = Resize(a) mode=linear coordinates=asymmetric scales=[1,2] size=[4,10]
output d
)");
}

TEST(DropIdentities, KeepsAResizeWhoseScaleOnlyRoundsToTheSameSize) {
  ExpectUnchanged(DropIdentities, R"(graph g
input x f32[1,8,8,2]
a = Unary(x) function=exp
b = Resize(a) mode=linear scales=[1.1,1] size=[8,8]
output b
)");
}

TEST(DropIdentities, JoinsReshapes) {
  ExpectRewrite(DropIdentities, R"(graph g
input x f32[2,3]
h = Unary(x) function=relu
i = Reshape(h) dims=[6]
j = Reshape(i) dims=[3,2]
k = Reshape(j) dims=[3,-1]
output k
output h
)",
                R"(graph g
input x f32[2,3]
h = Unary(x) function=relu
k = Reshape(h) dims=[3,2] name=j origins=[j,i]
output k
output h
)");
}

TEST(DropIdentities, DropsReshapesAroundASoftmax) {
  ExpectRewrite(DropIdentities, R"(graph g
input x f32[6,5]
h = Unary(x) function=relu
i = Reshape(h) dims=[1,2,3,5]
j = Softmax(i) axis=3
k = Reshape(j) dims=[-1,5]
l = Unary(k) function=neg
output l
)",
                R"(graph g
input x f32[6,5]
h = Unary(x) function=relu
k = Softmax(h) axis=1 name=j origins=[j,i,k]
l = Unary(k) function=neg
output l
)");
}

TEST(DropIdentities, KeepsReshapesThatChangeWhatASoftmaxSees) {
  for (const char* nodes :
       {"i = Reshape(x) dims=[3,10]\nj = Softmax(i) axis=1\n"
        "k = Reshape(j) dims=[6,5]\n",
        "i = Reshape(x) dims=[1,6,5]\nj = Softmax(i) axis=1\n"
        "k = Reshape(j) dims=[6,5]\n",
        "i = Reshape(x) dims=[2,3,5]\nj = Softmax(i) axis=2\n"
        "k = Reshape(j) dims=[1,6,5]\n",
        "i = Reshape(x) dims=[2,3,5]\nj = Softmax(i) axis=2\n"
        "k = Reshape(j) dims=[6,5]\noutput j\n"}) {
    ExpectUnchanged(DropIdentities, std::string("graph g\ninput x f32[6,5]\n") +
                                        nodes + "output k\n");
  }
}

TEST(DropIdentities, KeepsWhatBroadcastsOrStepsBack) {
  ExpectUnchanged(DropIdentities, R"(graph g
input x f32[3]
const zero f32[2,3]{0,0,0,0,0,0}
const one f32[]{1}
a = Binary(x, zero)
b = Slice(a) starts=[1,0] sizes=[2,3] steps=[-1,1]
c = Binary(one, b) op=sub
d = Binary(one, c) op=div
output d
)");
}

TEST(DropIdentities, KeepsAnIdentityBetweenInputAndOutput) {
  ExpectUnchanged(DropIdentities, R"(graph g
input x f32[3]
y = Unary(x)
output y
)");
}

}  // namespace
}  // namespace octet::compile
