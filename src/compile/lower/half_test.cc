// Nodes on 16-bit floats, lowered and run against the plain evaluator.
#include "base/half.h"

#include <gmock/gmock.h>

#include "compile/lower/testing/run_lowered.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;

ProposeOptions Everywhere(Precision precision) {
  ProposeOptions options;
  options.precision = precision;
  return options;
}

// A few rounding steps of a format, relative to the largest output.
float ToleranceOf(Precision half) {
  return half == Precision::kF16 ? 4e-3f : 3e-2f;
}

// Every kind of product and mover, with each other and with f32 in between.
constexpr std::string_view kHalfNetwork = R"(graph "network"
input x f32[2,9,8,3]
const w1 f32[16,3,3,3]{seed=1}
const b1 f32[16]{seed=2}
const d f32[16,3,3,1]{seed=3}
const w2 f32[16,1,1,16]{seed=4}
const g f32[16,3,3,4]{seed=5}
const c f32[2,5,4,4]{seed=6}
const v f32[20,1,1,20]{seed=7}
const m f32[20,7]{seed=8}
a f32[2,5,4,16] = Conv(x, w1, b1) pads=[1,1,1,1] strides=[2,2] after=relu name=stem
b f32[2,5,4,16] = Conv(a, d, b1) pads=[1,1,1,1] group=16 before=silu name=dw
e f32[2,5,4,16] = Conv(b, w2, _, a) residual=true after=relu name=sum
f f32[2,5,4,16] = Conv(e, g, _) pads=[1,1,1,1] group=4 name=groups
s f32[2,5,4,16] = Unary(f) function=sigmoid name=act
j f32[2,5,4,20] = Concat(s, c) axis=3 name=cat
h f32[2,5,4,20] = Conv(j, v, _) name=last
t f32[2,4,5,20] = Transpose(h) perm=[0,2,1,3] name=turn
y f32[2,4,5,7] = MatMul(t, m) name=fc
output y
output e
)";

TEST(LowerHalves, ComesCloseToTheFloatModel) {
  Result<Graph> graph = Parse(kHalfNetwork);
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const auto want = Evaluate(*graph, InputsOf(*graph));
  ASSERT_TRUE(want.ok()) << want.status().message();
  for (Precision half : {Precision::kF16, Precision::kBf16}) {
    const Plan plan = PlanWithRanges(*graph, Everywhere(half));
    for (bool in_place : {true, false}) {
      ExpectNear(RunLowered(*graph, plan, {.in_place = in_place}), *want,
                 ToleranceOf(half));
    }
  }
}

TEST(LowerHalves, RunsBesideInt8) {
  const Graph graph = MustParse(kHalfNetwork);
  const auto want = Evaluate(graph, InputsOf(graph));
  ASSERT_TRUE(want.ok());
  for (const char* protected_node : {"stem", "dw", "sum", "groups", "fc"}) {
    SCOPED_TRACE(protected_node);
    ProposeOptions options = Everywhere(Precision::kInt8);
    options.requests = {{protected_node, Precision::kF16, true}};
    ExpectNear(RunLowered(graph, PlanWithRanges(graph, options)), *want, 0.1f);
  }
}

TEST(LowerHalves, StoresWeightsInHalfTheBytes) {
  const Graph graph = MustParse(kHalfNetwork);
  const auto bytes = [&](Precision precision) {
    const auto lowered =
        Lower(graph, PlanWithRanges(graph, Everywhere(precision)));
    EXPECT_TRUE(lowered.ok());
    int64_t sum = 0;
    for (const auto& value : lowered->program.profiles[0]->values) {
      if (!value->name.ends_with("/weight")) continue;
      const DType dtype = engine::ToDType(value->dtype);
      // Of odd depths the pairs are filled up: those of the stem.
      if (value->name != "stem/weight") {
        sum += engine::ShapeOf(*value).elements() * SizeOf(dtype);
      }
    }
    return sum;
  };
  EXPECT_EQ(2 * bytes(Precision::kF16), bytes(Precision::kF32));
  EXPECT_EQ(bytes(Precision::kBf16), bytes(Precision::kF16));
}

TEST(LowerHalves, SaysThePrecisionOfEveryStep) {
  const Graph graph = MustParse(kHalfNetwork);
  const auto lowered =
      Lower(graph, PlanWithRanges(graph, Everywhere(Precision::kBf16)));
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  for (const auto& step : lowered->program.profiles[0]->steps) {
    const bool half = step->params.type == engine::Params::ConvHalf ||
                      step->params.type == engine::Params::DepthwiseHalf;
    EXPECT_EQ(half, step->precision == "bf16") << step->name;
  }
  for (const auto& note : lowered->program.notes) {
    if (note->type != "Conv") continue;
    EXPECT_EQ(note->precision, "bf16") << note->node;
  }
}

// Each makes `y` from `x`.
constexpr std::string_view kHalfMovers[] = {
    "y = Transpose(x) perm=[0,2,1,3] name=move\n",
    "y = Reshape(x) dims=[1,24,8] name=move\n",
    "y = Slice(x) starts=[0,0,0,2] sizes=[1,4,6,3] steps=[1,1,1,1] name=move\n",
    "y = Slice(x) starts=[0,1,5,7] sizes=[1,2,3,4] steps=[1,2,-2,-2] "
    "name=move\n",
    "y = Pad(x) before=[0,1,0,0] after=[0,2,3,0] name=move\n",
    "y = Expand(x) dims=[3,4,6,8] name=move\n",
    "y = Tile(x) repeats=[2,1,3,1] name=move\n",
    "y = Resize(x) coordinates=asymmetric rounding=floor scales=[2,3] "
    "size=[8,18] name=move\n",
    "const i s64[3]{5, 0, -1}\ny = Gather(x, i) axis=3 name=move\n",
    "y = Concat(x, x) axis=3 name=move\n",
    "const c f32[1,4,6,5]{seed=9}\ny = Concat(x, c, x) axis=3 name=move\n",
    "const c f32[1,1,6,8]{seed=9}\ny = Concat(c, x) axis=1 name=move\n",
};

Tensor RoundedToHalf(const Tensor& x, const HalfFormat& format) {
  Tensor out(DType::kF32, x.shape());
  for (int64_t i = 0; i < x.elements(); ++i) {
    const uint16_t bits = BitsOf(format, double(x.as<float>()[size_t(i)]));
    out.as<float>()[size_t(i)] = float(RealOf(format, bits));
  }
  return out;
}

TEST(LowerHalves, MovesThemUnchanged) {
  for (std::string_view mover : kHalfMovers) {
    SCOPED_TRACE(mover);
    const Graph graph = MustParse("graph \"g\"\ninput x f32[1,4,6,8]\n" +
                                  std::string(mover) + "output y\n");
    const auto wanted = Evaluate(graph, InputsOf(graph));
    ASSERT_TRUE(wanted.ok());
    for (Precision half : {Precision::kF16, Precision::kBf16}) {
      Plan plan = FloatPlan(graph);
      NodePlan& node = plan.nodes.at("move");
      const Form form = Form::Of(StorageOf(half));
      node.precision = half;
      plan.values.at("x").forms = {Form::F32(), form};
      plan.values.at("y").forms = {form};
      for (size_t i = 0; i < node.input_forms.size(); ++i) {
        if (node.input_forms[i] == 0) node.input_forms[i] = 1;
      }
      for (bool in_place : {true, false}) {
        ExpectNear(
            RunLowered(graph, plan, {.in_place = in_place}),
            {RoundedToHalf((*wanted)[0], *HalfFormatOf(DTypeOf(form.storage)))},
            0);
      }
    }
  }
}

// Between any two forms that a value can have there is a way.
TEST(LowerHalves, ConvertsBetweenAllForms) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,2,3,4]
y f32[1,3,2,4] = Transpose(x) perm=[0,2,1,3] name=move
output y
)");
  const auto x = InputsOf(graph);
  const auto want = Evaluate(graph, x);
  ASSERT_TRUE(want.ok());
  constexpr Storage kAll[] = {Storage::kF32, Storage::kU8, Storage::kF16,
                              Storage::kBf16};
  for (Storage read : kAll) {
    for (Storage second : kAll) {
      SCOPED_TRACE(std::string(Name(read)) + " to " +
                   std::string(Name(second)));
      Plan plan = FloatPlan(graph);
      NodePlan& node = plan.nodes.at("move");
      node.precision = Precision(read);
      node.input_forms = {1};
      plan.values.at("x").forms = {Form::F32(), Form::Of(read)};
      plan.values.at("y").forms = {Form::Of(read), Form::Of(second)};
      plan.output_forms = {1};
      GiveRanges(graph, plan);
      ExpectNear(RunLowered(graph, plan), *want, 2e-2f);
    }
  }
}

}  // namespace
}  // namespace octet::compile
