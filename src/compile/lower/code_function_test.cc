// Functions of codes that a product looks up, against the same steps one by
// one.
#include "compile/lower/lower.h"
#include "compile/lower/testing/run_lowered.h"

namespace octet::compile {
namespace {

// Everything computed in int8, from first forms.
Plan CodesPlan(const Graph& graph) {
  Plan plan;
  for (ValueId v : graph.inputs) {
    plan.values[graph.values[size_t(v)].name].forms = {
        {}, Form::U8(Granularity::kPerTensor)};
  }
  for (const Node& node : graph.nodes) {
    NodePlan& row = plan.nodes[node.name];
    row.precision = Precision::kInt8;
    for (ValueId v : node.inputs) {
      const bool computed =
          v != kNoValue && !graph.values[size_t(v)].is_constant();
      const bool is_input =
          computed && std::ranges::find(graph.inputs, v) != graph.inputs.end();
      row.input_forms.push_back(is_input ? 1 : computed ? 0 : -1);
    }
    plan.values[graph.values[size_t(node.outputs[0])].name].forms = {
        Form::U8(Granularity::kPerTensor)};
  }
  plan.output_forms.assign(graph.outputs.size(), 0);
  GiveRanges(graph, plan);
  return plan;
}

// How many steps look up tables or join two values, and the answers.
struct Lowering8 {
  int64_t steps = 0;
  std::vector<Tensor> answers;
};

Lowering8 LowerCodes(std::string_view nodes, bool in_place) {
  const Graph graph = MustParse(
      "graph \"codes\"\ninput x f32[1,5,6,8]\nconst w f32[16,3,3,8]{seed=1}\n"
      "const d f32[8,3,3,1]{seed=2}\nconst v f32[8,12]{seed=3}\n" +
      std::string(nodes));
  const Plan plan = CodesPlan(graph);
  Lowering8 result;
  auto lowered = Lower(graph, plan, {.in_place = in_place});
  EXPECT_TRUE(lowered.ok()) << lowered.status().message();
  if (!lowered.ok()) return result;
  for (const auto& step : lowered->program.profiles[0]->steps) {
    result.steps += engine::VisitParams(*step, false, [](const auto& params) {
      using Step = std::decay_t<decltype(params)>;
      return std::is_same_v<Step, engine::TableU8T> ||
             std::is_same_v<Step, engine::BinaryU8T>;
    });
  }
  result.answers = RunProgram(*std::move(lowered), InputsOf(graph));
  return result;
}

void ExpectSteps(std::string_view nodes, int64_t steps) {
  SCOPED_TRACE(nodes);
  const Lowering8 got = LowerCodes(nodes, true);
  const Lowering8 want = LowerCodes(nodes, false);
  EXPECT_EQ(got.steps, steps);
  ASSERT_EQ(got.answers.size(), want.answers.size());
  for (size_t i = 0; i < got.answers.size(); ++i) {
    const auto a = got.answers[i].as<float>(), b = want.answers[i].as<float>();
    EXPECT_TRUE(std::ranges::equal(a, b)) << i;
  }
}

TEST(LowerCodeFunction, IsLookedUpByTheProductBeforeIt) {
  ExpectSteps(
      "c = Conv(x, w, _) pads=[1,1,1,1] name=conv\n"
      "s = Unary(c) function=sigmoid name=sig\n"
      "y = Binary(c, s) op=mul name=mul\noutput y\n",
      0);
  ExpectSteps(
      "c = Conv(x, d, _) group=8 name=dw\n"
      "s = Unary(c) function=sigmoid name=sig\n"
      "y = Binary(s, c) op=sub name=sub\noutput y\n",
      0);
  ExpectSteps(
      "c = MatMul(x, v) name=product\n"
      "y = Unary(c) function=tanh name=act\noutput y\n",
      0);
}

TEST(LowerCodeFunction, IsWrittenIntoAConcatenation) {
  ExpectSteps(
      "c = Conv(x, w, _) pads=[1,1,1,1] name=conv\n"
      "s = Unary(c) function=sigmoid name=sig\n"
      "m = Binary(c, s) op=mul name=mul\n"
      "y = Concat(m, x) axis=3 name=cat\noutput y\n",
      0);
}

// Somebody else reads a value between, or a function of something else.
TEST(LowerCodeFunction, KeepsStepsThatAreNoFunctionOfOneCode) {
  ExpectSteps(
      "c = Conv(x, w, _) name=conv\ns = Unary(c) function=sigmoid name=sig\n"
      "y = Binary(c, s) op=mul name=mul\noutput y\noutput c\n",
      2);
  ExpectSteps(
      "c = Conv(x, w, _) name=conv\ns = Unary(c) function=sigmoid name=sig\n"
      "y = Binary(c, s) op=mul name=mul\noutput y\noutput s\n",
      2);
  ExpectSteps(
      "c = Conv(x, w, _) name=conv\ns = Unary(c) function=sigmoid name=sig\n"
      "m = Binary(c, s) op=mul name=mul\ny = Binary(m, s) op=add name=add\n"
      "output y\n",
      3);
  ExpectSteps(
      "c = Conv(x, w, _) name=conv\nb = Conv(x, w, _) name=other\n"
      "s = Unary(b) function=sigmoid name=sig\n"
      "y = Binary(c, s) op=mul name=mul\noutput y\n",
      1);
}

}  // namespace
}  // namespace octet::compile
