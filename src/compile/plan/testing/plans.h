// Graphs from text and plans for them, for the tests of this room.
#ifndef OCTET_COMPILE_PLAN_TESTING_PLANS_H_
#define OCTET_COMPILE_PLAN_TESTING_PLANS_H_

#include <gtest/gtest.h>

#include <string_view>

#include "compile/ir/testing/must_parse.h"
#include "compile/plan/propose.h"

namespace octet::compile {

inline Plan MustPropose(const Graph& graph,
                        const ProposeOptions& options = {}) {
  Result<Plan> plan = Propose(graph, options);
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  return *std::move(plan);
}

inline ProposeOptions FloatOnly() {
  ProposeOptions options;
  options.precision = Precision::kF32;
  return options;
}

// One of every role: a convolution, a depthwise one, movers, a sum, a table, a
// concatenation with a constant, and a softmax at the end.
inline constexpr std::string_view kEveryRole = R"(graph "roles"
input x f32[1,8,8,16]
input i s64[3]
const w f32[16,1,1,16]{seed=1}
const d f32[16,3,3,1]{seed=2}
const g f32[1,8,8,4]{seed=3}
const v f32[16,1,1,20]{seed=4}
a f32[1,8,8,16] = Conv(x, w, _) after=relu name=conv1
b f32[1,8,8,16] = Conv(a, d, _) pads=[1,1,1,1] group=16 name=dw
c f32[1,8,8,16] = Binary(b, a) op=add name=sum
e f32[1,8,8,16] = Unary(c) function=silu name=act
f f32[1,8,8,20] = Concat(e, g) axis=3 name=cat
h f32[1,8,8,16] = Conv(f, v, _) name=conv2
k f32[1,8,8,3] = Gather(h, i) axis=3 name=pick
y f32[1,8,8,3] = Softmax(k) axis=3 name=soft
output y
output h
)";

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_TESTING_PLANS_H_
