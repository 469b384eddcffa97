// Everything that only moves data, in float and as codes.
#include <gmock/gmock.h>

#include "compile/lower/testing/run_lowered.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

// Each makes `y` from `x` and possibly constants.
constexpr std::string_view kMovers[] = {
    "y = Transpose(x) perm=[0,3,1,2] name=move\n",
    "y = Transpose(x) perm=[0,2,1,3] name=move\n",
    "y = Transpose(x) perm=[3,2,1,0] name=move\n",
    "y = Reshape(x) dims=[1,24,8] name=move\n",
    "y = Reshape(x) dims=[4,48] name=move\n",
    "y = Reshape(x) dims=[1,4,6,8] name=move\n",
    "y = Reshape(x) dims=[192] name=move\n",
    "y = Reshape(x) dims=[1,4,6,2,4] name=move\n",
    "y = Slice(x) starts=[0,0,0,2] sizes=[1,4,6,3] steps=[1,1,1,1] name=move\n",
    "y = Slice(x) starts=[0,1,5,7] sizes=[1,2,3,4] steps=[1,2,-2,-2] "
    "name=move\n",
    "y = Slice(x) starts=[0,3,0,0] sizes=[1,1,6,8] steps=[1,1,1,1] name=move\n",
    "y = Pad(x) before=[0,1,0,0] after=[0,2,3,0] name=move\n",
    "y = Pad(x) before=[0,0,1,2] after=[1,0,0,3] name=move\n",
    "y = Pad(x) mode=reflect before=[0,3,1,0] after=[0,2,5,0] name=move\n",
    "y = Pad(x) mode=reflect before=[0,-1,0,7] after=[0,3,0,-2] name=move\n",
    "y = Pad(x) mode=edge before=[2,0,9,1] after=[0,-3,0,0] name=move\n",
    "y = Pad(x) mode=edge before=[0,0,0,0] after=[0,0,0,0] name=move\n",
    "y = Expand(x) dims=[3,4,6,8] name=move\n",
    "y = Expand(x) dims=[2,1,4,6,8] name=move\n",
    "y = Tile(x) repeats=[2,1,3,1] name=move\n",
    "y = Tile(x) repeats=[1,1,1,2] name=move\n",
    "y = Pool(x) kernel=[2,3] strides=[2,1] pads=[0,1,0,1] name=move\n",
    "y = Resize(x) coordinates=asymmetric rounding=floor scales=[2,3] "
    "size=[8,18] name=move\n",
    "y = Resize(x) scales=[0.5,0.5] size=[2,3] name=move\n",
    "const i s64[3]{5, 0, -1}\ny = Gather(x, i) axis=3 name=move\n",
    "const i s64[2]{1, 1}\ny = Gather(x, i) axis=1 name=move\n",
    "const i s64[2,2]{1, 0, 3, 2}\ny = Gather(x, i) axis=2 name=move\n",
    "const i s64[]{2}\ny = Gather(x, i) axis=2 name=move\n",
    "y = Concat(x, x) axis=3 name=move\n",
    "y = Concat(x, x, x) axis=1 name=move\n",
};

std::string TextOf(std::string_view mover) {
  return "graph \"g\"\ninput x f32[1,4,6,8]\n" + std::string(mover) +
         "output y\n";
}

// The node `move` in int8, reading x as u8 and writing y as u8.
Plan Int8Plan(const Graph& graph, const QuantParams& x, const QuantParams& y) {
  Plan plan = FloatPlan(graph);
  NodePlan& node = plan.nodes.at("move");
  node.precision = Precision::kInt8;
  node.reason = {ReasonKind::kMover, ""};
  for (int& form : node.input_forms) form = form == 0 ? 1 : form;
  plan.values.at("x").forms.push_back(U8(x));
  plan.values.at("y").forms = {U8(y)};
  return plan;
}

// x seen through `quant`, moved in float.
Tensor MovedCodes(const Graph& graph, const QuantParams& quant) {
  std::vector<Tensor> inputs;
  inputs.push_back(Rounded(InputsOf(graph)[0], quant));
  Result<std::vector<Tensor>> moved = Evaluate(graph, inputs);
  EXPECT_TRUE(moved.ok()) << moved.status().message();
  return (*moved)[0];
}

void ExpectEqual(const Tensor& got, const Tensor& want) {
  ASSERT_EQ(got.shape(), want.shape());
  const auto x = got.as<float>(), y = want.as<float>();
  for (size_t i = 0; i < y.size(); ++i) ASSERT_EQ(x[i], y[i]) << "at " << i;
}

class Movers : public testing::TestWithParam<std::string_view> {
 protected:
  const std::string text_ = TextOf(GetParam());
  const Graph graph_ = MustParse(text_);
  const QuantParams x_{{0.011f}, {131}};
};

TEST_P(Movers, MoveFloats) { ExpectFloatAsReference(text_); }

TEST_P(Movers, MoveCodesUnchanged) {
  const auto got = RunLowered(graph_, Int8Plan(graph_, x_, x_));
  ASSERT_EQ(got.size(), 1u);
  ExpectEqual(got[0], MovedCodes(graph_, x_));
}

TEST_P(Movers, RequantizeWhereTheOutputHasAnotherScale) {
  const QuantParams y{{0.0063f}, {90}};
  const auto got = RunLowered(graph_, Int8Plan(graph_, x_, y));
  ASSERT_EQ(got.size(), 1u);
  ExpectEqual(got[0], Rounded(MovedCodes(graph_, x_), y));
}

QuantParams EightChannels() {
  QuantParams x;
  for (int c = 0; c < 8; ++c) {
    x.scale.push_back(0.01f + 0.001f * float(c));
    x.zero_point.push_back(128);
  }
  return x;
}

TEST_P(Movers, CarryScalesPerChannelOrSayThatTheyCannot) {
  const QuantParams x = EightChannels();
  const Node& node = graph_.nodes[0];
  const auto map =
      MapChannels(graph_, node, std::vector<int>(node.inputs.size(), 3));
  if (map) {
    QuantParams y;
    for (const ChannelSource& source : map->sources) {
      y.scale.push_back(x.scale[size_t(source.channel)]);
      y.zero_point.push_back(x.zero_point[size_t(source.channel)]);
    }
    const auto got = RunLowered(graph_, Int8Plan(graph_, x, y));
    ASSERT_EQ(got.size(), 1u);
    ExpectEqual(got[0], MovedCodes(graph_, x));
  } else if (!std::holds_alternative<Concat>(node.op)) {
    const Shape& shape = graph_.values[node.outputs[0]].shape;
    if (shape[shape.rank() - 1] == 1) return;  // one scale is always fine
    const QuantParams y{
        std::vector<float>(size_t(shape[shape.rank() - 1]), 0.5f),
        std::vector<int32_t>(size_t(shape[shape.rank() - 1]), 128)};
    const auto lowered = Lower(graph_, Int8Plan(graph_, x, y));
    ASSERT_EQ(lowered.status().code(), Code::kUnsupported);
    EXPECT_THAT(lowered.status().message(), HasSubstr("scales per channel"));
  }
}

TEST_P(Movers, BringScalesPerChannelToOneWhereTheOutputHasOne) {
  const QuantParams x = EightChannels(), y{{0.0063f}, {90}};
  const auto got = RunLowered(graph_, Int8Plan(graph_, x, y));
  ASSERT_EQ(got.size(), 1u);
  ExpectEqual(got[0], Rounded(MovedCodes(graph_, x), y));
}

INSTANTIATE_TEST_SUITE_P(All, Movers, testing::ValuesIn(kMovers));

TEST(LowerMovers, RefusesScalesThatAreNotThoseOfTheMovedChannels) {
  const Graph graph = MustParse(
      TextOf("y = Slice(x) starts=[0,0,0,2] sizes=[1,4,6,3] steps=[1,1,1,1] "
             "name=move\n"));
  const QuantParams x = EightChannels();
  QuantParams y;
  // Channels 0 to 2 instead of 2 to 4.
  y.scale.assign(x.scale.begin(), x.scale.begin() + 3);
  y.zero_point.assign(3, 128);
  const auto lowered = Lower(graph, Int8Plan(graph, x, y));
  ASSERT_EQ(lowered.status().code(), Code::kUnsupported);
  EXPECT_THAT(lowered.status().message(), HasSubstr("'move'"));
  EXPECT_THAT(lowered.status().message(), HasSubstr("scales per channel"));
}

TEST(LowerMovers, RefusesToPadWithZeroPointsThatDiffer) {
  const Graph graph = MustParse(
      TextOf("y = Pad(x) before=[0,1,0,0] after=[0,0,0,0] name=move\n"));
  QuantParams x{std::vector<float>(8, 0.01f), std::vector<int32_t>(8, 128)};
  x.zero_point[5] = 127;
  const auto lowered = Lower(graph, Int8Plan(graph, x, x));
  ASSERT_EQ(lowered.status().code(), Code::kUnsupported);
  EXPECT_THAT(lowered.status().message(), HasSubstr("zero point"));
}

TEST(LowerMovers, PadsFloatsWithAnyValue) {
  ExpectFloatAsReference(TextOf(
      "y = Pad(x) before=[0,1,0,2] after=[0,0,3,0] value=-0.75 name=move\n"));
}

TEST(LowerMovers, CutOffWhatIsPaddedByNegativeAmounts) {
  ExpectFloatAsReference(TextOf(
      "y = Pad(x) before=[0,-1,2,0] after=[0,3,-2,-4] value=2 name=move\n"));
}

TEST(LowerMovers, FillWhereNegativeAmountsLeaveNothing) {
  ExpectFloatAsReference(TextOf(
      "y = Pad(x) before=[0,-4,0,0] after=[0,3,0,0] value=2 name=move\n"));
}

TEST(LowerMovers, GathersFromATableByComputedIndices) {
  const Graph graph = MustParse(R"(graph "embedding"
const t f32[1000,6]{seed=3}
input i s64[2,3]
y f32[2,3,6] = Gather(t, i) axis=0 name=lookup
output y
)");
  ExpectNear(RunLowered(graph, FloatPlan(graph)),
             *Evaluate(graph, InputsOf(graph)), 0);
}

TEST(LowerMovers, KeepsTheLookupOfAConstantTableInFloatBeforeInt8) {
  const Graph graph = MustParse(R"(graph "embedding"
const t f32[1000,6]{seed=3}
const w f32[6,5]{seed=4}
input i s64[2,3]
e f32[2,3,6] = Gather(t, i) axis=0 name=lookup
y f32[2,3,5] = MatMul(e, w, _) name=project
output y
)");
  const Plan plan = PlanWithRanges(graph);
  EXPECT_EQ(plan.nodes.at("lookup").precision, Precision::kF32);
  EXPECT_THAT(Describe(plan.nodes.at("lookup").reason),
              HasSubstr("Gather of a constant"));
  EXPECT_EQ(plan.nodes.at("project").precision, Precision::kInt8);
  ExpectNear(RunLowered(graph, plan), *Evaluate(graph, InputsOf(graph)), 0.02f);
}

TEST(LowerMovers, NamesBothOfTwoOutputsThatAreTheSameBytes) {
  const Graph graph = MustParse(R"(graph "twice"
input x f32[1,4]
a f32[1,4] = Unary(x) function=relu name=act
b f32[1,4] = Reshape(a) dims=[1,4] name=same
c f32[4] = Reshape(a) dims=[4] name=flat
d f32[1,4] = Reshape(x) dims=[1,4] name=given
output a
output b
output c
output d
)");
  const auto lowered = Lower(graph, FloatPlan(graph));
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  const engine::ProfileT& profile = *lowered->program.profiles[0];
  std::vector<std::string> names;
  for (int v : profile.outputs) names.push_back(profile.values[v]->name);
  EXPECT_THAT(names, testing::ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(profile.values[profile.inputs[0]]->name, "x");
  ExpectNear(RunLowered(graph, FloatPlan(graph)),
             *Evaluate(graph, InputsOf(graph)), 0);
}

TEST(LowerMovers, TakesScalars) {
  ExpectFloatAsReference(R"(graph "scalar"
input x f32[1,1]
const two f32[]{2}
s f32[] = Reshape(x) dims=[] name=to_scalar
m f32[] = Binary(s, two) op=mul name=twice
a f32[] = Unary(m) function=abs name=abs
y f32[1,1,1] = Reshape(a) dims=[1,1,1] name=back
output y
output m
)");
}

}  // namespace
}  // namespace octet::compile
