#include "compile/search/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "compile/ir/testing/must_parse.h"
#include "compile/lower/lower.h"
#include "compile/lower/one_sample.h"
#include "runtime/engine.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kChain = R"(graph "chain"
input x f32[1,6,6,8]
const w f32[8,1,1,8]{seed=1}
const v f32[8,3,3,8]{seed=2}
a f32[1,6,6,8] = Conv(x, w, _) after=relu name=first
b f32[1,6,6,8] = Conv(a, v, _) pads=[1,1,1,1] name=second
c f32[1,6,6,8] = Conv(b, w, _) name=third
output c
)";

// Three samples, some of which cannot be read.
class Samples : public SampleSource {
 public:
  explicit Samples(std::vector<int64_t> unreadable = {},
                   Shape shape = Shape{1, 6, 6, 8}, size_t tensors = 1)
      : unreadable_(std::move(unreadable)), shape_(shape), tensors_(tensors) {}

  int64_t size() const override { return 3; }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    if (std::ranges::count(unreadable_, i) > 0) {
      return Status(Code::kBadInput, Name(i) + ": no such file");
    }
    std::vector<Tensor> inputs;
    for (size_t t = 0; t < tensors_; ++t) {
      inputs.push_back(MakeSeeded(DType::kF32, shape_, uint64_t(i)));
    }
    return inputs;
  }
  std::string Name(int64_t i) const override {
    return "sample" + std::to_string(i);
  }

 private:
  std::vector<int64_t> unreadable_;
  Shape shape_;
  size_t tensors_;
};

Engine MakeEngine(const Graph& graph, const Plan& plan) {
  Result<Lowered> lowered = Lower(graph, plan);
  EXPECT_TRUE(lowered.ok()) << lowered.status().message();
  return *runtime::MakeEngine(std::move(lowered->program),
                              lowered->constants.bytes());
}

Result<Comparison> Compare(const Graph& graph, const Engine& engine,
                           const SampleSource& samples, int64_t most = 3) {
  return CompareLayers(graph, &engine, {}, samples, most);
}

std::vector<LayerError> MustCompare(const Graph& graph, const Engine& engine) {
  const auto comparison = Compare(graph, engine, Samples());
  EXPECT_TRUE(comparison.ok()) << comparison.status().message();
  EXPECT_EQ(comparison->samples, 3);
  EXPECT_TRUE(comparison->skipped.empty());
  return comparison->layers;
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
  EXPECT_GT(heir.inherited_relative_l2, 0.9 * heir.relative_l2);
  EXPECT_EQ(heir.inputs_sqnr_db, RowOf(rows, "b").sqnr_db);
}

TEST(CompareLayers, CountsSaturationAtEachEndAndNamesTheRange) {
  const Graph graph = MustParse(kChain);
  const auto rows = MustCompare(graph, MakeEngine(graph, PlanWith("b")));
  const LayerError& both = RowOf(rows, "b");
  EXPECT_GT(both.saturated_low, 0.2);
  EXPECT_GT(both.saturated - both.saturated_low, 0.2);
  EXPECT_NEAR(both.low, -0.2, 0.01);
  EXPECT_NEAR(both.high, 0.2, 0.01);
  // A ReLU's zeros are exact, not saturated.
  const LayerError& relu = RowOf(rows, "a");
  EXPECT_EQ(relu.saturated, 0);
  EXPECT_EQ(RowOf(rows, "c").low, 0);
  EXPECT_EQ(RowOf(rows, "c").high, 0);
}

TEST(CompareLayers, FindsWhereTheErrorJumpsFirst) {
  const Graph graph = MustParse(kChain);
  const auto jump_of = [&](const std::string& clipped) {
    const auto c =
        Compare(graph, MakeEngine(graph, PlanWith(clipped)), Samples());
    EXPECT_TRUE(c.ok());
    return c->first_jump;
  };
  EXPECT_EQ(jump_of("a"), "a");
  EXPECT_EQ(jump_of("b"), "b");
}

// An engine that takes the samples of a batch one by one shows values in parts.
TEST(CompareLayers, SaysTheSameOfABatchRunBySamples) {
  Graph graph = MustParse(kChain);
  for (Value& value : graph.values) {
    if (!value.is_constant()) value.shape[0] = 3;
  }
  const Samples batches({}, Shape{3, 6, 6, 8});
  LowerOptions whole;
  whole.in_place = false;  // all values are there to be seen
  const Plan plan = PlanWith("a");
  Result<Lowered> at_once = Lower(graph, plan, whole);
  ASSERT_TRUE(at_once.ok());
  const Engine engine = *runtime::MakeEngine(std::move(at_once->program),
                                             at_once->constants.bytes());
  whole.batch = 3;
  const std::optional<OneSample> one = FindOneSample(graph);
  ASSERT_TRUE(one.has_value());
  Result<Lowered> in_turn = Lower(one->graph, plan, whole);
  ASSERT_TRUE(in_turn.ok());
  const Engine by_sample = *runtime::MakeEngine(std::move(in_turn->program),
                                                in_turn->constants.bytes());
  const auto expected = Compare(graph, engine, batches);
  const auto found = Compare(graph, by_sample, batches);
  ASSERT_TRUE(found.ok()) << found.status().message();
  ASSERT_EQ(found->layers.size(), expected->layers.size());
  for (size_t i = 0; i < found->layers.size(); ++i) {
    const LayerError& row = expected->layers[i];
    EXPECT_EQ(found->layers[i].value, row.value);
    EXPECT_NEAR(found->layers[i].relative_l2, row.relative_l2, 1e-6);
    EXPECT_NEAR(found->layers[i].own_relative_l2, row.own_relative_l2, 1e-6);
    EXPECT_EQ(found->layers[i].saturated, row.saturated);
  }
  // And as the truth.
  const auto same =
      CompareLayers(graph, &engine, {.engine = &by_sample}, batches, 3);
  ASSERT_TRUE(same.ok()) << same.status().message();
  EXPECT_EQ(RowOf(same->layers, "c").relative_l2, 0);
}

TEST(CompareLayers, TakesAnotherEngineForTheTruth) {
  const Graph graph = MustParse(kChain);
  const Engine clipped = MakeEngine(graph, PlanWith("a"));
  const auto same =
      CompareLayers(graph, &clipped, {.engine = &clipped}, Samples(), 3);
  ASSERT_TRUE(same.ok()) << same.status().message();
  for (const LayerError& row : same->layers) {
    EXPECT_EQ(row.relative_l2, 0) << row.value;
  }
  const Engine other = MakeEngine(graph, PlanWith(""));
  const auto unlike =
      CompareLayers(graph, &other, {.engine = &clipped}, Samples(), 3);
  ASSERT_TRUE(unlike.ok());
  EXPECT_GT(RowOf(unlike->layers, "a").relative_l2, 0.1);
}

// What a float run computes, channels first as the model had it.
NamedTensors Dump(const Graph& graph, int64_t sample) {
  const Engine engine = MakeEngine(graph, FloatPlan(graph));
  Result<Session> session = Session::Create(engine);
  EXPECT_TRUE(session.ok());
  NamedTensors dump;
  session->SetTap([&](int, const TensorView& view) {
    const Tensor x = CopyDense(view);
    Tensor y(DType::kF32, Shape{1, 8, 6, 6});
    for (size_t i = 0; i < x.as<float>().size(); ++i) {
      y.as<float>()[i % 8 * 36 + i / 8] = x.as<float>()[i];
    }
    dump[std::string(view.name)] = y;
  });
  EXPECT_TRUE(session->SetInput(0, (*Samples().Get(sample))[0]).ok());
  EXPECT_TRUE(session->Run().ok());
  return dump;
}

TEST(CompareLayers, ComparesWithTensorsOfAnotherRuntimeInItsLayout) {
  const Graph graph = MustParse(kChain);
  const ValueSource equal = [&](int64_t i) { return Dump(graph, i); };
  const auto same =
      CompareLayers(graph, nullptr, {.values = &equal}, Samples(), 3);
  ASSERT_TRUE(same.ok()) << same.status().message();
  EXPECT_EQ(same->layers.size(), 4u);
  for (const LayerError& row : same->layers) {
    EXPECT_EQ(row.relative_l2, 0) << row.value;
  }
  // One value of the other runtime is wrong, and one is not ours.
  const ValueSource wrong = [&](int64_t i) {
    NamedTensors dump = Dump(graph, i);
    for (float& x : dump["b"].as<float>()) x *= 2;
    dump["elsewhere"] = dump["b"];
    return Result<NamedTensors>(std::move(dump));
  };
  const auto unlike =
      CompareLayers(graph, nullptr, {.values = &wrong}, Samples(), 3);
  ASSERT_TRUE(unlike.ok()) << unlike.status().message();
  EXPECT_NEAR(RowOf(unlike->layers, "b").relative_l2, 0.5, 1e-6);
  EXPECT_EQ(RowOf(unlike->layers, "a").relative_l2, 0);
  EXPECT_THAT(unlike->unmatched, ElementsAre("elsewhere"));
}

TEST(CompareLayers, SaysWhatWasMeantWhereNoTensorHasAKnownName) {
  const Graph graph = MustParse(R"(graph "one"
input image f32[1,6,6,8]
first/act f32[1,6,6,8] = Unary(image) function=relu name=act
output first/act
)");
  const ValueSource names = [&](int64_t) {
    return Result<NamedTensors>(
        NamedTensors{{"first_akt", Tensor(DType::kF32, Shape{1, 8, 6, 6})}});
  };
  const auto found =
      CompareLayers(graph, nullptr, {.values = &names}, Samples(), 1);
  ASSERT_EQ(found.status().code(), Code::kBadInput);
  EXPECT_THAT(found.status().message(), HasSubstr("did you mean 'first_act'?"));
}

TEST(CompareLayers, RefusesAnEngineOfAnotherModel) {
  const Graph graph = MustParse(kChain);
  const Graph other = MustParse(R"(graph "other"
input q f32[1,6,6,8]
r f32[1,6,6,8] = Unary(q) function=relu name=act
output r
)");
  const auto rows =
      Compare(graph, MakeEngine(other, FloatPlan(other)), Samples());
  EXPECT_EQ(rows.status().code(), Code::kBadInput);
  EXPECT_THAT(rows.status().message(), HasSubstr("another"));
}

TEST(CompareLayers, ListsValuesInTheOrderOfTheEngine) {
  const Graph graph = MustParse(kChain);
  std::vector<std::string> values;
  for (const LayerError& row :
       MustCompare(graph, MakeEngine(graph, PlanWith(""))))
    values.push_back(row.value);
  EXPECT_THAT(values, ElementsAre("x", "a", "b", "c"));
}

TEST(CompareLayers, NamesTheStepAndPrecisionOfEachValue) {
  const Graph graph = MustParse(kChain);
  const auto rows = MustCompare(graph, MakeEngine(graph, PlanWith("")));
  EXPECT_EQ(RowOf(rows, "x").node, "");
  EXPECT_EQ(RowOf(rows, "a").node, "first");
  EXPECT_EQ(RowOf(rows, "c").node, "third");
  EXPECT_EQ(RowOf(rows, "a").precision, "int8");
}

TEST(CompareLayers, LeavesOutAndNamesSamplesThatCannotBeRead) {
  const Graph graph = MustParse(kChain);
  const Engine engine = MakeEngine(graph, PlanWith("a"));
  const auto comparison = Compare(graph, engine, Samples({0, 2}));
  ASSERT_TRUE(comparison.ok()) << comparison.status().message();
  EXPECT_EQ(comparison->samples, 1);
  EXPECT_THAT(comparison->skipped, ElementsAre("sample0", "sample2"));
  // What is left counts alone: sample 1 is all that was seen.
  const auto all = Compare(graph, engine, Samples());
  ASSERT_TRUE(all.ok());
  EXPECT_LT(RowOf(comparison->layers, "a").l2, RowOf(all->layers, "a").l2);
}

// Sample 1 holds a NaN.
class NotNumbers : public Samples {
 public:
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    auto inputs = Samples::Get(i);
    if (i == 1) (*inputs)[0].as<float>()[0] = std::nanf("");
    return inputs;
  }
};

TEST(CompareLayers, LeavesOutSamplesThatAreNoNumbers) {
  const Graph graph = MustParse(kChain);
  const Engine engine = MakeEngine(graph, PlanWith("a"));
  const auto comparison = Compare(graph, engine, NotNumbers());
  ASSERT_TRUE(comparison.ok()) << comparison.status().message();
  EXPECT_THAT(comparison->skipped, ElementsAre("sample1"));
  const auto without = Compare(graph, engine, Samples({1}));
  EXPECT_EQ(RowOf(comparison->layers, "c").sqnr_db,
            RowOf(without->layers, "c").sqnr_db);
}

TEST(CompareLayers, FailsWhereNoSampleCanBeRead) {
  const Graph graph = MustParse(kChain);
  const auto comparison =
      Compare(graph, MakeEngine(graph, PlanWith("")), Samples({0, 1, 2}));
  ASSERT_EQ(comparison.status().code(), Code::kBadInput);
  EXPECT_THAT(comparison.status().message(), HasSubstr("none of 3"));
  EXPECT_THAT(comparison.status().message(),
              HasSubstr("sample0: no such file"));
}

TEST(CompareLayers, WantsASample) {
  const Graph graph = MustParse(kChain);
  const auto comparison =
      Compare(graph, MakeEngine(graph, PlanWith("")), Samples(), 0);
  ASSERT_EQ(comparison.status().code(), Code::kBadInput);
  EXPECT_THAT(comparison.status().message(), HasSubstr("no samples"));
}

TEST(CompareLayers, NamesTheSampleThatDoesNotFit) {
  const Graph graph = MustParse(kChain);
  const Engine engine = MakeEngine(graph, PlanWith(""));
  const auto shape = Compare(graph, engine, Samples({0}, Shape{1, 6, 6, 9}));
  ASSERT_EQ(shape.status().code(), Code::kBadInput);
  EXPECT_THAT(shape.status().message(), HasSubstr("sample1: "));
  const auto count = Compare(graph, engine, Samples({}, Shape{1, 6, 6, 8}, 2));
  ASSERT_EQ(count.status().code(), Code::kBadInput);
  EXPECT_THAT(count.status().message(), HasSubstr("sample0: 2 tensors"));
}

// c reads b, which was stored well; only what b inherited is wrong.
TEST(CompareLayers, FindsNoMoreThanRoundingInANodeOfItsOwn) {
  const Graph graph = MustParse(kChain);
  const auto rows = MustCompare(graph, MakeEngine(graph, PlanWith("a")));
  const LayerError& c = RowOf(rows, "c");
  EXPECT_GT(c.relative_l2, 4 * c.own_relative_l2);
  EXPECT_GT(c.own_relative_l2, 0);
}

TEST(CompareLayers, SeesValuesThatLieInsideAConcatenation) {
  const Graph graph = MustParse(R"(graph "csp"
input x f32[1,6,6,8]
const w f32[4,1,1,8]{seed=1}
const v f32[8,1,1,8]{seed=2}
a f32[1,6,6,4] = Conv(x, w, _) after=relu name=left
b f32[1,6,6,4] = Conv(x, w, _) name=right
j f32[1,6,6,8] = Concat(a, b) axis=3 name=cat
y f32[1,6,6,8] = Conv(j, v, _) name=last
output y
)");
  const auto rows = MustCompare(graph, MakeEngine(graph, FloatPlan(graph)));
  for (const char* name : {"a", "b", "j", "y"}) {
    ASSERT_NE(std::ranges::find(rows, name, &LayerError::value), rows.end())
        << name;
    EXPECT_EQ(RowOf(rows, name).max_error, 0) << name;
  }
}

}  // namespace
}  // namespace octet::compile
