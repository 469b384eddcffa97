// Lowered graphs run as the plain evaluator says they should.
#include "compile/lower/lower.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "compile/lower/testing/run_lowered.h"
#include "compile/plan/align_forms.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

constexpr std::string_view kBlock = R"(graph "block"
input x f32[1,9,7,12]
const w f32[20,3,3,12]{seed=1}
const b f32[20]{seed=2}
const d f32[20,3,3,1]{seed=3}
const p f32[12,1,1,20]{seed=4}
a f32[1,9,7,20] = Conv(x, w, b) pads=[1,1,1,1] before=silu name=conv
e f32[1,9,7,20] = Conv(a, d, _) pads=[1,1,1,1] group=20 before=relu name=dw
y f32[1,9,7,12] = Conv(e, p, _, x) residual=true after=relu name=project
output y
)";

TEST(Lower, RunsAConvolutionBlockInFloat) { ExpectFloatAsReference(kBlock); }

TEST(Lower, RunsStridesDilationsGroupsAndAsymmetricPads) {
  ExpectFloatAsReference(R"(graph "g"
input x f32[1,11,10,8]
const w f32[6,3,2,4]{seed=1}
const v f32[5,2,3,6]{seed=2}
a f32[1,6,5,6] = Conv(x, w, _) strides=[2,2] pads=[1,0,1,0] group=2 name=c1
y f32[1,5,2,5] = Conv(a, v, _) pads=[1,0,0,1] dilations=[2,2] name=c2
output y
)");
}

TEST(Lower, WritesConcatenationsAndViewsSlices) {
  ExpectFloatAsReference(R"(graph "csp"
input x f32[1,5,5,8]
const w f32[8,1,1,8]{seed=1}
const v f32[4,3,3,4]{seed=2}
const z f32[6,1,1,12]{seed=3}
a f32[1,5,5,8] = Conv(x, w, _) name=c1
l f32[1,5,5,4] = Slice(a) starts=[0,0,0,0] sizes=[1,5,5,4] steps=[1,1,1,1] name=s1
r f32[1,5,5,4] = Slice(a) starts=[0,0,0,4] sizes=[1,5,5,4] steps=[1,1,1,1] name=s2
m f32[1,5,5,4] = Conv(r, v, _, r) pads=[1,1,1,1] residual=true name=c2
c f32[1,5,5,12] = Concat(l, r, m) axis=3 name=cat
y f32[1,5,5,6] = Conv(c, z, _) name=c3
output y
)");
}

TEST(Lower, RunsConcatenationsInsideConcatenations) {
  ExpectFloatAsReference(R"(graph "nested"
input x f32[1,4,4,4]
const w f32[4,1,1,4]{seed=1}
a f32[1,4,4,4] = Conv(x, w, _) name=c1
b f32[1,4,4,4] = Conv(a, w, _) name=c2
i f32[1,4,4,8] = Concat(a, b) axis=3 name=inner
d f32[1,4,4,4] = Conv(b, w, _) name=c3
y f32[1,4,4,12] = Concat(i, d) axis=3 name=outer
output y
)");
}

TEST(Lower, RunsMatrixProductsPoolsAndReductions) {
  ExpectFloatAsReference(R"(graph "head"
input x f32[1,6,6,16]
const w f32[16,10]{seed=1}
const b f32[10]{seed=2}
m f32[1,3,3,16] = Pool(x) kernel=[2,2] strides=[2,2] name=pool
g f32[1,1,1,16] = Reduce(m) axes=[1,2] name=mean
f f32[1,16] = Reshape(g) dims=[1,16] name=flat
l f32[1,10] = MatMul(f, w, b) name=fc
y f32[1,10] = Softmax(l) axis=1 name=soft
output y
)");
}

TEST(Lower, RunsMovers) {
  ExpectFloatAsReference(R"(graph "movers"
input x f32[1,3,4,6]
t f32[1,6,3,4] = Transpose(x) perm=[0,3,1,2] name=t
p f32[1,8,3,5] = Pad(t) before=[0,1,0,1] after=[0,1,0,0] value=0.5 name=p
s f32[1,4,3,5] = Slice(p) starts=[0,7,0,0] sizes=[1,4,3,5] steps=[1,-2,1,1] name=s
e f32[2,4,3,5] = Expand(s) dims=[2,4,3,5] name=e
y f32[4,4,6,5] = Tile(e) repeats=[2,1,2,1] name=tile
output y
)");
}

TEST(Lower, RunsABlockInInt8CloseToFloat) {
  const Graph graph = MustParse(kBlock);
  const auto want = Evaluate(graph, InputsOf(graph));
  ASSERT_TRUE(want.ok());
  const auto got = RunLowered(graph, PlanWithRanges(graph));
  // 8 bits, three layers deep.
  ExpectNear(got, *want, 0.03f);
}

TEST(Lower, GivesEveryValueMemoryOfItsOwnWhereAsked) {
  const Graph graph = MustParse(kBlock);
  const Plan plan = PlanWithRanges(graph);
  const LowerOptions apart = {.in_place = false, .reuse_memory = false};
  ExpectNear(RunLowered(graph, plan, apart), RunLowered(graph, plan), 0.0f);
  const Result<Lowered> lowered = Lower(graph, plan, apart);
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  std::map<uint64_t, uint64_t> ends;  // of what begins at an offset
  const engine::ProfileT& profile = *lowered->program.profiles[0];
  for (const auto& step : profile.steps) {
    const engine::ValueT& y = *profile.values[size_t(engine::OutputOf(*step))];
    const int64_t bytes =
        engine::ShapeOf(y).elements() * SizeOf(engine::ToDType(y.dtype));
    ends[y.offset] = y.offset + uint64_t(bytes);
  }
  uint64_t end = 0;
  for (const auto& [offset, its_end] : ends) {
    EXPECT_GE(offset, end);
    end = its_end;
  }
  EXPECT_GT(ends.size(), 3u);
}

// Everything that an edited plan can make of a block: each node in turn in the
// other precision.
TEST(Lower, ObeysEverySingleEditOfAPlan) {
  const std::string_view kGraphs[] = {kBlock, R"(graph "csp"
input x f32[1,6,6,8]
const w f32[8,1,1,8]{seed=1}
const d f32[8,3,3,1]{seed=2}
const g f32[1,6,6,4]{seed=3}
const v f32[8,1,1,20]{seed=4}
a f32[1,6,6,8] = Conv(x, w, _) after=relu name=conv1
s f32[1,6,6,2,4] = Reshape(a) dims=[1,6,6,2,4] name=split
t f32[1,6,6,4,2] = Transpose(s) perm=[0,1,2,4,3] name=turn
u f32[1,6,6,8] = Reshape(t) dims=[1,6,6,8] name=join
b f32[1,6,6,8] = Conv(u, d, _) pads=[1,1,1,1] group=8 name=dw
c f32[1,6,6,8] = Binary(b, a) op=add name=sum
e f32[1,6,6,8] = Unary(c) function=silu name=act
f f32[1,6,6,20] = Concat(e, b, g) axis=3 name=cat
h f32[1,6,6,8] = Conv(f, v, _) name=conv2
m f32[1,3,3,8] = Pool(h) kernel=[2,2] strides=[2,2] name=pool
y f32[1,3,3,8] = Conv(m, w, _) name=conv3
output y
output t
)"};
  for (std::string_view text : kGraphs) {
    const Graph graph = MustParse(text);
    const auto want = Evaluate(graph, InputsOf(graph));
    ASSERT_TRUE(want.ok());
    const Plan proposed = PlanWithRanges(graph);
    ExpectNear(RunLowered(graph, proposed), *want, 0.06f);
    for (const Node& node : graph.nodes) {
      SCOPED_TRACE(node.name);
      Plan plan = proposed;
      plan.nodes.at(node.name).precision = Precision::kF32;
      AlignForms(graph, plan);
      GiveRanges(graph, plan);
      ExpectNear(RunLowered(graph, plan), *want, 0.06f);
      ExpectNear(RunLowered(graph, plan, {.in_place = false}), *want, 0.06f);
      plan = FloatPlan(graph);
      plan.nodes.at(node.name).precision = Precision::kInt8;
      AlignForms(graph, plan);
      GiveRanges(graph, plan);
      ExpectNear(RunLowered(graph, plan), *want, 0.06f);
    }
  }
}

TEST(Lower, NotesThePrecisionAndReasonOfEveryNode) {
  const Graph graph = MustParse(kBlock);
  const auto lowered = Lower(graph, PlanWithRanges(graph));
  ASSERT_TRUE(lowered.ok());
  ASSERT_EQ(lowered->program.notes.size(), 3u);
  EXPECT_EQ(lowered->program.notes[0]->node, "conv");
  EXPECT_EQ(lowered->program.notes[0]->precision, "int8");
  EXPECT_EQ(lowered->program.notes[0]->macs, uint64_t{9 * 7 * 20 * 9 * 12});
}

TEST(Lower, NamesStepsOfTheSameNodeApart) {
  const Graph graph = MustParse(kBlock);
  const auto lowered = Lower(graph, PlanWithRanges(graph));
  ASSERT_TRUE(lowered.ok());
  std::set<std::string> names;
  for (const auto& step : lowered->program.profiles[0]->steps) {
    EXPECT_TRUE(names.insert(step->name).second) << step->name;
  }
}

TEST(Lower, WritesPartsOfAConcatenationInPlace) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,5,5,8]
const w f32[8,1,1,8]{seed=1}
a f32[1,5,5,8] = Conv(x, w, _) name=c1
b f32[1,5,5,8] = Conv(x, w, _) after=relu name=c2
y f32[1,5,5,16] = Concat(a, b) axis=3 name=cat
z f32[1,5,5,16] = Unary(y) function=relu name=act
output z
)");
  const auto steps = [&](bool in_place) {
    const auto lowered = Lower(graph, FloatPlan(graph), {.in_place = in_place});
    EXPECT_TRUE(lowered.ok());
    return lowered->program.profiles[0]->steps.size();
  };
  EXPECT_EQ(steps(true), 3u);
  EXPECT_EQ(steps(false), 5u);
}

TEST(Lower, WritesOverOperandsThatNobodyNeedsAgain) {
  constexpr std::string_view kGraph = R"(graph "g"
input x f32[1,5,5,8]
const w f32[8,1,1,8]{seed=1}
a f32[1,5,5,8] = Conv(x, w, _) name=c1
b f32[1,5,5,8] = Conv(a, w, _, a) residual=true name=c2
c f32[1,5,5,8] = Conv(b, w, _) name=c3
d f32[1,5,5,8] = Binary(c, b) op=add name=sum
e f32[1,5,5,8] = Unary(d) function=tanh name=act
output e
)";
  ExpectFloatAsReference(kGraph);
  const Graph graph = MustParse(kGraph);
  const auto offset = [&](const LowerOptions& options, std::string_view name) {
    const auto lowered = Lower(graph, FloatPlan(graph), options);
    EXPECT_TRUE(lowered.ok());
    for (const auto& value : lowered->program.profiles[0]->values) {
      if (value->name == name) return value->offset;
    }
    ADD_FAILURE() << name;
    return uint64_t{0};
  };
  // A convolution that reads what it adds cannot.
  EXPECT_NE(offset({}, "a"), offset({}, "b"));
  EXPECT_EQ(offset({}, "c"), offset({}, "d"));
  EXPECT_EQ(offset({}, "d"), offset({}, "e"));
  for (const LowerOptions& options :
       {LowerOptions{.in_place = false}, LowerOptions{.reuse_memory = false}}) {
    EXPECT_NE(offset(options, "c"), offset(options, "d"));
    EXPECT_NE(offset(options, "d"), offset(options, "e"));
  }
}

// A sum that waits for a function in the output's place must not be written
// over what is added to it afterwards.
TEST(Lower, AddsResidualsBehindFunctions) {
  ExpectFloatAsReference(R"(graph "g"
input x f32[1,12,12,32]
const w f32[32,3,3,32]{seed=1}
const d f32[32,3,3,1]{seed=3}
a f32[1,12,12,32] = Conv(x, w, _) pads=[1,1,1,1] name=c1
r f32[1,12,12,32] = Conv(x, w, _) pads=[1,1,1,1] after=relu name=c2
b f32[1,12,12,32] = Conv(a, w, _, r) pads=[1,1,1,1] residual=true before=silu name=c3
c f32[1,12,12,32] = Conv(a, d, _, b) pads=[1,1,1,1] group=32 residual=true before=silu name=dw
y f32[1,12,12,32] = Conv(a, w, _, c) pads=[1,1,1,1] residual=true after=relu name=c4
output y
)");
}

TEST(Lower, SaysHowMuchOfTheArenaIsNeededAtOneTime) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,8,8,8]
const w f32[8,1,1,8]{seed=1}
a f32[1,8,8,8] = Conv(x, w, _) name=c1
b f32[1,8,8,8] = Conv(a, w, _) name=c2
c f32[1,8,8,8] = Conv(b, w, _) name=c3
output c
)");
  const auto lowered = Lower(graph, FloatPlan(graph));
  ASSERT_TRUE(lowered.ok());
  const engine::ProfileT& profile = *lowered->program.profiles[0];
  // The input, and a convolution's two sides.
  EXPECT_EQ(profile.live_bytes, uint64_t{3 * (2048 + 64)});
  EXPECT_EQ(profile.arena_bytes, profile.live_bytes);
}

// The graph's own output must not be overwritten by later steps.
TEST(Lower, KeepsOutputsThatAreReadOn) {
  ExpectFloatAsReference(R"(graph "g"
input x f32[1,4,4,8]
const w f32[8,1,1,8]{seed=1}
a f32[1,4,4,8] = Conv(x, w, _) name=c1
b f32[1,4,4,8] = Conv(a, w, _) name=c2
c f32[1,4,4,16] = Concat(a, b) axis=3 name=cat
d f32[1,4,4,8] = Conv(b, w, _) name=c3
output a
output c
output d
output x
)");
}

TEST(Lower, RefusesWhatIsComputedInIntegers) {
  const Graph graph = MustParse(R"(graph "g"
input i s64[4]
y s64[4] = Binary(i, i) op=add name=sum type=Add
output y
)");
  const auto lowered = Lower(graph, FloatPlan(graph));
  ASSERT_EQ(lowered.status().code(), Code::kUnsupported);
  EXPECT_THAT(lowered.status().message(), HasSubstr("node 'sum' (Add)"));
  EXPECT_THAT(lowered.status().message(), HasSubstr("s64"));
}

TEST(Lower, RefusesAPlanWithoutParameters) {
  const Graph graph = MustParse(kBlock);
  const Result<Plan> plan = Propose(graph, {});
  ASSERT_TRUE(plan.ok());
  const auto lowered = Lower(graph, *plan);
  EXPECT_EQ(lowered.status().code(), Code::kBadInput);
  EXPECT_THAT(lowered.status().message(), HasSubstr("calibrate"));
}

TEST(Lower, RefusesAPlanOfAnotherGraph) {
  const Graph graph = MustParse(kBlock);
  Plan plan = FloatPlan(graph);
  plan.nodes.erase("dw");
  EXPECT_EQ(Lower(graph, plan).status().code(), Code::kBadInput);
}

TEST(Lower, ListsEveryNodeThatHasNoKernel) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,4,4,2]
a = Binary(x, x) op=less name=compare
b = Where(a, x, x) name=choose
output b
)");
  const auto lowered = Lower(graph, FloatPlan(graph));
  ASSERT_FALSE(lowered.ok());
  EXPECT_EQ(lowered.status().code(), Code::kUnsupported);
  EXPECT_THAT(lowered.status().message(), HasSubstr("'compare'"));
  EXPECT_THAT(lowered.status().message(), HasSubstr("'choose'"));
}

TEST(Lower, GivesTheSameProgramTwice) {
  const Graph graph = MustParse(kBlock);
  const Plan plan = PlanWithRanges(graph);
  const auto bytes = [&] {
    const auto lowered = Lower(graph, plan);
    EXPECT_TRUE(lowered.ok());
    const auto file =
        engine::EngineBytes(lowered->program, lowered->constants.bytes());
    EXPECT_TRUE(file.ok());
    return *file;
  };
  EXPECT_EQ(bytes(), bytes());
}

}  // namespace
}  // namespace octet::compile
