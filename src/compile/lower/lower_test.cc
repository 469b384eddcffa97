// Lowered graphs run as the plain evaluator says they should.
#include "compile/lower/lower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "compile/ir/text.h"
#include "compile/plan/propose.h"
#include "compile/reference/evaluate.h"
#include "runtime/engine.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

Graph MustParse(std::string_view text) {
  Result<Graph> graph = Parse(text);
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return *std::move(graph);
}

std::vector<Tensor> InputsOf(const Graph& graph) {
  std::vector<Tensor> inputs;
  for (ValueId v : graph.inputs) {
    inputs.push_back(
        MakeSeeded(DType::kF32, graph.values[size_t(v)].shape, 11));
  }
  return inputs;
}

// The outputs of a lowered graph.
std::vector<Tensor> RunLowered(const Graph& graph, const Plan& plan,
                               const LowerOptions& options = {}) {
  Result<Lowered> lowered = Lower(graph, plan, options);
  EXPECT_TRUE(lowered.ok()) << lowered.status().message();
  if (!lowered.ok()) return {};
  Result<Engine> engine = runtime::MakeEngine(std::move(lowered->program),
                                              lowered->constants.bytes());
  EXPECT_TRUE(engine.ok()) << engine.status().message();
  if (!engine.ok()) return {};
  Result<Session> session = Session::Create(*engine);
  EXPECT_TRUE(session.ok()) << session.status().message();
  const std::vector<Tensor> inputs = InputsOf(graph);
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_TRUE(session->SetInput(int(i), inputs[i]).ok());
  }
  EXPECT_TRUE(session->Run().ok());
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < session->outputs().size(); ++i) {
    outputs.push_back(*session->GetOutput(int(i)));
  }
  return outputs;
}

void ExpectNear(const std::vector<Tensor>& got, const std::vector<Tensor>& want,
                float relative) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t o = 0; o < want.size(); ++o) {
    ASSERT_EQ(got[o].elements(), want[o].elements());
    const auto x = got[o].as<float>(), y = want[o].as<float>();
    float peak = 1e-3f;
    for (float v : y) peak = std::max(peak, std::abs(v));
    for (size_t i = 0; i < y.size(); ++i) {
      ASSERT_NEAR(x[i], y[i], relative * peak) << "output " << o << ", " << i;
    }
  }
}

void ExpectFloatAsReference(std::string_view text) {
  const Graph graph = MustParse(text);
  const auto want = Evaluate(graph, InputsOf(graph));
  ASSERT_TRUE(want.ok()) << want.status().message();
  for (bool in_place : {true, false}) {
    ExpectNear(RunLowered(graph, FloatPlan(graph), {.in_place = in_place}),
               *want, 2e-5f);
  }
}

// Gives every u8 form the range that its value has on the test's inputs.
Plan PlanWithRanges(const Graph& graph) {
  Result<Plan> plan = Propose(graph, {});
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  const auto values = EvaluateAll(graph, InputsOf(graph));
  EXPECT_TRUE(values.ok());
  for (size_t v = 0; v < graph.values.size(); ++v) {
    const auto row = plan->values.find(graph.values[v].name);
    if (row == plan->values.end()) continue;
    const auto x = (*values)[v]->as<float>();
    const auto [low, high] = std::ranges::minmax(x);
    for (Form& form : row->second.forms) {
      if (!form.is_u8) continue;
      const bool per_channel = form.granularity == Granularity::kPerChannel;
      const Shape& shape = graph.values[v].shape;
      const int64_t n = per_channel ? shape[shape.rank() - 1] : 1;
      form.quant =
          *ChooseQuantParams(std::vector<Range>(size_t(n), Range{low, high}));
    }
  }
  return *std::move(plan);
}

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
a f32[1,6,6,2] = Pad(x) mode=reflect before=[0,1,1,0] after=[0,1,1,0] name=pad1
b f32[1,8,8,2] = Pad(a) mode=edge before=[0,1,1,0] after=[0,1,1,0] name=pad2
output b
)");
  const auto lowered = Lower(graph, FloatPlan(graph));
  ASSERT_FALSE(lowered.ok());
  EXPECT_EQ(lowered.status().code(), Code::kUnsupported);
  EXPECT_THAT(lowered.status().message(), HasSubstr("pad1"));
  EXPECT_THAT(lowered.status().message(), HasSubstr("pad2"));
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
