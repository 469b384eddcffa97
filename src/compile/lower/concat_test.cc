// What concatenations and the product behind a softmax leave to do.
#include "compile/lower/lower.h"
#include "compile/lower/testing/run_lowered.h"

namespace octet::compile {
namespace {

template <typename Step>
int64_t StepsOf(const Lowered& lowered) {
  int64_t count = 0;
  for (const auto& step : lowered.program.profiles[0]->steps) {
    count += engine::VisitParams(*step, false, [](const auto& params) {
      return std::is_same_v<std::decay_t<decltype(params)>, Step>;
    });
  }
  return count;
}

constexpr std::string_view kLevels = R"(graph "levels"
input a f32[1,4,4,8]
input b f32[1,2,2,8]
const w f32[6,1,1,8]{seed=1}
c f32[1,4,4,6] = Conv(a, w, _) name=c1
d f32[1,2,2,6] = Conv(b, w, _) name=c2
r f32[1,16,6] = Reshape(c) dims=[1,16,6] name=r1
s f32[1,4,6] = Reshape(d) dims=[1,4,6] name=r2
y f32[1,20,6] = Concat(r, s) axis=1 name=cat
z f32[1,20,6] = Unary(y) function=tanh name=act
output z
)";

TEST(LowerConcat, CopiesNoPixelsThatAreMadeForIt) {
  ExpectFloatAsReference(kLevels);
  const Graph graph = MustParse(kLevels);
  const auto lowered = Lower(graph, FloatPlan(graph));
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  EXPECT_EQ(StepsOf<engine::StridedCopyT>(*lowered), 0);
}

// The images of a batch lie apart, and what is read elsewhere, too, is copied
// or not: the answer is the same.
TEST(LowerConcat, PutsPixelsOfEveryKindBehindOneAnother) {
  ExpectFloatAsReference(R"(graph "batch"
input x f32[2,3,3,4]
const w f32[4,1,1,4]{seed=1}
c f32[2,3,3,4] = Conv(x, w, _) name=c1
d f32[2,3,3,4] = Conv(c, w, _) name=c2
r f32[2,9,4] = Reshape(c) dims=[2,9,4] name=r1
s f32[2,9,4] = Reshape(d) dims=[2,9,4] name=r2
y f32[2,18,4] = Concat(r, s) axis=1 name=cat
output y
)");
  ExpectFloatAsReference(R"(graph "twice"
input x f32[1,3,3,4]
const w f32[4,1,1,4]{seed=1}
c f32[1,3,3,4] = Conv(x, w, _) name=c1
d f32[1,3,3,4] = Conv(c, w, _) name=c2
r f32[1,9,4] = Reshape(c) dims=[1,9,4] name=r1
q f32[1,18,2] = Reshape(d) dims=[1,18,2] name=r2
t f32[1,18,2] = Reshape(c) dims=[1,18,2] name=r3
y f32[1,18,4] = Concat(r, r) axis=1 name=cat1
z f32[1,36,2] = Concat(q, t) axis=1 name=cat2
u f32[1,18,4] = Concat(q, t) axis=2 name=cat3
v f32[1,3,3,8] = Concat(c, d) axis=3 name=cat4
output y
output z
output u
output v
)");
}

TEST(LowerConcat, RequantizesPartsInTheirPlaces) {
  const Graph graph = MustParse(R"(graph "scales"
input x f32[1,5,5,8]
const w f32[8,1,1,8]{seed=1}
const v f32[4,1,1,16]{seed=2}
a f32[1,5,5,8] = Conv(x, w, _) name=c1
b f32[1,5,5,8] = Conv(a, w, _) before=silu name=c2
y f32[1,5,5,16] = Concat(a, b) axis=3 name=cat
z f32[1,5,5,4] = Conv(y, v, _) name=c3
k f32[1,5,5,8] = Conv(a, w, _) name=c4
output z
output k
)");
  const Plan plan = PlanWithRanges(graph);
  const auto lowered = Lower(graph, plan);
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  EXPECT_EQ(StepsOf<engine::RequantizeT>(*lowered), 2);
  EXPECT_EQ(StepsOf<engine::StridedCopyT>(*lowered), 0);
  ExpectNear(RunLowered(graph, plan), *Evaluate(graph, InputsOf(graph)), 0.05f);
}

TEST(LowerConcat, LeavesGapsToTheWholeWhereAPartIsAnOutputToo) {
  const Graph graph = MustParse(R"(graph "parts"
input x f32[1,5,5,8]
const w f32[8,1,1,8]{seed=1}
a f32[1,5,5,8] = Conv(x, w, _) name=c1
b f32[1,5,5,8] = Conv(a, w, _) name=c2
y f32[1,5,5,16] = Concat(a, b) axis=3 name=cat
output y
output a
)");
  Plan plan = PlanWithRanges(graph);
  plan.nodes["cat"].precision = Precision::kF32;
  plan.nodes["cat"].input_forms = {0, 0};
  plan.values["y"].forms = {Form::Of(Storage::kF32)};
  plan.values["a"].forms.resize(1);
  plan.values["b"].forms.resize(1);
  plan.output_forms = {0, 0};
  ExpectNear(RunLowered(graph, plan), *Evaluate(graph, InputsOf(graph)), 0.05f);
}

std::string Sides(std::string_view nodes) {
  return "graph \"sides\"\ninput x f32[1,20,4,16]\n"
         "const w f32[1,1,1,16]{seed=1}\nconst b f32[1]{2}\n" +
         std::string(nodes) + "output y\n";
}

TEST(LowerExpectation, MakesOneStepOfASoftmaxAndTheRowBehindIt) {
  const std::string text = Sides(
      "p = Softmax(x) axis=3 name=soft\ny = Conv(p, w, _) name=product\n");
  ExpectFloatAsReference(text);
  const Graph graph = MustParse(text);
  const auto lowered = Lower(graph, FloatPlan(graph));
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  EXPECT_EQ(StepsOf<engine::SoftmaxT>(*lowered), 1);
  EXPECT_EQ(StepsOf<engine::ConvF32T>(*lowered), 0);
}

TEST(LowerExpectation, WritesItsPartOfAConcatenation) {
  ExpectFloatAsReference(
      Sides("p = Softmax(x) axis=3\ne = Conv(p, w, _)\n"
            "f = Conv(x, w, _)\n"
            "r = Softmax(x) axis=3\ng = Conv(r, w, _)\n"
            "y = Concat(e, f, g) axis=3\n"));
}

TEST(LowerExpectation, KeepsStepsThatAreNoExpectation) {
  const struct {
    const char *nodes, *why;
  } kCases[] = {
      {"p = Softmax(x) axis=3\ny = Conv(p, w, b)\n", "a bias"},
      {"p = Softmax(x) axis=2\ny = Conv(p, w, _)\n", "not over the channels"},
      {"p = Softmax(x) axis=3\ny = Conv(p, w, _) strides=[2,1]\n",
       "some are left out"},
      {"p = Softmax(x) axis=3\ny = Conv(p, w, _) before=relu\n", "a function"},
      {"p = Softmax(x) axis=3\nq = Conv(p, w, _)\n"
       "y = Binary(p, q) op=mul\n",
       "somebody else reads the probabilities"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const std::string text = Sides(c.nodes);
    ExpectFloatAsReference(text);
    const Graph graph = MustParse(text);
    const auto lowered = Lower(graph, FloatPlan(graph));
    ASSERT_TRUE(lowered.ok()) << lowered.status().message();
    EXPECT_EQ(StepsOf<engine::ConvF32T>(*lowered), 1);
  }
}

}  // namespace
}  // namespace octet::compile
