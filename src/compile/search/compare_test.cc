#include "compile/search/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compile/ir/text.h"
#include "compile/lower/lower.h"
#include "runtime/engine.h"

namespace octet::compile {
namespace {

constexpr std::string_view kChain = R"(graph "chain"
input x f32[1,6,6,8]
const w f32[8,1,1,8]{seed=1}
const v f32[8,3,3,8]{seed=2}
a f32[1,6,6,8] = Conv(x, w, _) after=relu name=first
b f32[1,6,6,8] = Conv(a, v, _) pads=[1,1,1,1] name=second
c f32[1,6,6,8] = Conv(b, w, _) name=third
output c
)";

class OneSample : public SampleSource {
 public:
  int64_t size() const override { return 3; }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    std::vector<Tensor> inputs;
    inputs.push_back(MakeSeeded(DType::kF32, Shape{1, 6, 6, 8}, uint64_t(i)));
    return inputs;
  }
  std::string Name(int64_t) const override { return "sample"; }
};

Graph MustParse(std::string_view text) {
  Result<Graph> graph = Parse(text);
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return *std::move(graph);
}

Engine MakeEngine(const Graph& graph, const Plan& plan) {
  Result<Lowered> lowered = Lower(graph, plan);
  EXPECT_TRUE(lowered.ok()) << lowered.status().message();
  return *runtime::MakeEngine(std::move(lowered->program),
                              lowered->constants.bytes());
}

std::vector<LayerError> MustCompare(const Graph& graph, const Engine& engine) {
  const auto rows = CompareLayers(graph, engine, OneSample(), 3);
  EXPECT_TRUE(rows.ok()) << rows.status().message();
  return *rows;
}

const LayerError& RowOf(const std::vector<LayerError>& rows,
                        std::string_view value) {
  return *std::ranges::find(rows, value, &LayerError::value);
}

// All int8 with a range of 30, but `clipped` with one far too small.
Plan PlanWith(const std::string& clipped) {
  Plan plan = FloatPlan(MustParse(kChain));
  for (const char* name : {"x", "a", "b"}) {
    Form form = Form::U8(Granularity::kPerTensor);
    const float r = name == clipped ? 0.2f : 30.0f;
    form.quant = *ChooseQuantParams(Range{-r, r});
    plan.values[name].forms = {form};
  }
  plan.values["x"].forms.insert(plan.values["x"].forms.begin(), Form::F32());
  for (auto& [name, node] : plan.nodes) {
    node.precision = Precision::kInt8;
    node.input_forms[0] = name == "first" ? 1 : 0;
  }
  return plan;
}

TEST(CompareLayers, SeesNoErrorInTheFloatEngineItself) {
  const Graph graph = MustParse(kChain);
  for (const LayerError& row :
       MustCompare(graph, MakeEngine(graph, FloatPlan(graph)))) {
    EXPECT_EQ(row.max_error, 0) << row.value;
    EXPECT_EQ(row.own_relative_l2, 0) << row.value;
  }
}

TEST(CompareLayers, TellsOwnFromInheritedError) {
  const Graph graph = MustParse(kChain);
  const auto rows = MustCompare(graph, MakeEngine(graph, PlanWith("a")));
  const LayerError& culprit = RowOf(rows, "a");
  const LayerError& heir = RowOf(rows, "c");
  EXPECT_EQ(culprit.node, "first");
  // What is clipped is wrong by its own doing.
  EXPECT_LT(culprit.own_sqnr_db, 10);
  EXPECT_GT(culprit.saturated, 0.2);
  // What comes after it only inherits.
  EXPECT_LT(heir.sqnr_db, 10);
  EXPECT_GT(heir.own_sqnr_db, heir.sqnr_db + 15);
}

TEST(CompareLayers, RefusesAnEngineOfAnotherModel) {
  const Graph graph = MustParse(kChain);
  const Graph other = MustParse(R"(graph "other"
input q f32[1,6,6,8]
r f32[1,6,6,8] = Unary(q) function=relu name=act
output r
)");
  const auto rows =
      CompareLayers(graph, MakeEngine(other, FloatPlan(other)), OneSample(), 1);
  EXPECT_EQ(rows.status().code(), Code::kBadInput);
}

}  // namespace
}  // namespace octet::compile
