#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

TEST(RecogniseGlobalPool, MakesReductionsOfPoolingOverAll) {
  ExpectRewrite(RecogniseGlobalPool, R"(graph g
input x f32[1,3,2,4]
a = Pool(x) op=average kernel=[3,2]
b = Pool(x) kernel=[3,2] strides=[3,2]
c = Binary(a, b)
output c
)",
                R"(graph g
input x f32[1,3,2,4]
a = Reduce(x) axes=[1,2] type=Pool
b = Reduce(x) op=max axes=[1,2] type=Pool
c = Binary(a, b)
output c
)");
}

TEST(RecogniseGlobalPool, KeepsAxesAndReshapes) {
  ExpectRewrite(RecogniseGlobalPool, R"(graph g
input x f32[2,3,2,4]
y = Reduce(x) axes=[1,2] keep_dims=false
output y
)",
                R"(graph g
input x f32[2,3,2,4]
y/kept = Reduce(x) axes=[1,2] name=y_1 origins=[y]
y = Reshape(y/kept) dims=[2,4] type=Reduce
output y
)");
}

TEST(RecogniseGlobalPool, LeavesPoolingOfParts) {
  ExpectUnchanged(RecogniseGlobalPool, R"(graph g
input x f32[1,3,2,4]
y = Pool(x) op=average kernel=[2,2]
z = Pool(x) op=average kernel=[3,2] pads=[1,1,1,1] strides=[9,9]
output y
output z
)");
}

}  // namespace
}  // namespace octet::compile
