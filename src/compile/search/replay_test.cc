#include "compile/search/replay.h"

#include <gmock/gmock.h>

#include "compile/lower/lower.h"
#include "compile/search/coded.h"
#include "compile/search/search_testing.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

// Values with several readers, some through movers, some as residuals; a
// concatenation; a depthwise reader, for which there is a form per channel.
constexpr std::string_view kReaders = R"(graph "g"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{seed=1}
const v f32[4,1,1,8]{seed=2}
const d f32[4,3,3,1]{seed=3}
a f32[1,8,8,4] = Conv(x, w, _) before=silu name=first
p f32[1,8,8,4] = Pool(a) kernel=[3,3] pads=[1,1,1,1] name=pool
b f32[1,8,8,4] = Conv(a, d, _) group=4 pads=[1,1,1,1] after=relu name=depthwise
c f32[1,8,8,4] = Conv(p, w, _, b) residual=true name=second
j f32[1,8,8,8] = Concat(a, c) axis=3 name=join
e f32[1,8,8,4] = Conv(j, v, _) after=relu name=third
r f32[1,64,4] = Reshape(e) dims=[1,64,4] name=flat
s f32[1,64,4] = Softmax(r) axis=2 name=softmax
output s
output c
)";

class ReplayTest : public testing::Test {
 protected:
  ReplayTest()
      : c_(CalibratedFrom(kReaders)),
        stored_(FindStoredValues(c_.graph, c_.plan)),
        nodes_(FindInt8Nodes(c_.graph, c_.plan)),
        program_(*ReplayProgram::Create(c_.graph, c_.plan, stored_, nodes_,
                                        {"s", "c", "e"})) {}

  Replay Loaded(int64_t sample = 0) {
    Replay replay = *Replay::Create(program_);
    const SeededSamples samples(c_.graph, 4);
    EXPECT_TRUE(replay.Load(*samples.Get(sample), "sample").ok());
    return replay;
  }

  // The looks after storing, unchanged ones as they are.
  std::vector<std::vector<float>> Looks(const Replay& replay) {
    std::vector<std::vector<float>> looks;
    for (size_t look = 0; look < 3; ++look) {
      auto data = replay.Changed(look);
      if (data.empty()) data = replay.Exact(look);
      looks.emplace_back(data.begin(), data.end());
    }
    return looks;
  }

  Calibrated c_;
  std::vector<StoredValue> stored_;
  std::vector<NodeId> nodes_;
  ReplayProgram program_;
};

// A float engine whose readers of one value read its codes: what a replay of
// that value has to give to the last bit.
std::vector<float> OutputWhereOnly(const Calibrated& c, ValueId v, int output) {
  Plan plan = FloatPlan(c.graph);
  const std::string& name = c.graph.values[size_t(v)].name;
  const std::vector<Form>& forms = c.plan.values.at(name).forms;
  const size_t shift = forms[0].is_u8() ? 1 : 0;
  if (shift > 0) plan.values.at(name).forms.push_back(forms[0]);
  for (size_t i = 1; i < forms.size(); ++i) {
    plan.values.at(name).forms.push_back(forms[i]);
  }
  for (const Node& node : c.graph.nodes) {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != v) continue;
      const int form = c.plan.nodes.at(node.name).input_forms[i];
      plan.nodes.at(node.name).input_forms[i] = form + int(shift);
    }
  }
  const Engine engine = *EngineOf(c.graph, plan, true);
  Session session = *Session::Create(engine);
  const SeededSamples samples(c.graph, 4);
  EXPECT_TRUE(RunSample(session, *samples.Get(0), "sample").ok());
  const Tensor tensor = *session.GetOutput(output);
  const auto data = tensor.as<float>();
  return {data.begin(), data.end()};
}

TEST_F(ReplayTest, GivesWhatAnEngineThatStoresOnlyThisValueGives) {
  Replay replay = Loaded();
  int compared = 0;
  for (size_t cut = 0; cut < stored_.size(); ++cut) {
    const ValueId v = stored_[cut].value;
    const std::string& name = c_.graph.values[size_t(v)].name;
    // Readers that see it through two forms in turn, and parts of outputs, are
    // not what such an engine can say.
    if (c_.plan.values.at(name).forms.size() > 1 || name == "c") continue;
    ASSERT_TRUE(replay.Store(cut).ok());
    EXPECT_EQ(Looks(replay)[0], OutputWhereOnly(c_, v, 0)) << name;
    ++compared;
  }
  EXPECT_GE(compared, 2);
}

// A float engine in which one node reads codes and has its weights in them.
std::vector<float> OutputOfNodeInCodes(const Calibrated& c, NodeId n) {
  Calibrated alone = c;
  Node& node = alone.graph.nodes[size_t(n)];
  const NodePlan& row = c.plan.nodes.at(node.name);
  std::vector<CodedValue> read;
  Plan plan = FloatPlan(c.graph);
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == kNoValue) continue;
    const Value& value = c.graph.values[size_t(node.inputs[i])];
    if (value.is_constant()) continue;
    const Form& form =
        c.plan.values.at(value.name).forms[size_t(row.input_forms[i])];
    EXPECT_TRUE(form.is_u8()) << value.name;
    read.push_back({node.inputs[i], form.quant});
    std::vector<Form>& forms = plan.values.at(value.name).forms;
    forms.push_back(form);
    forms.back().same_as.clear();
    plan.nodes.at(node.name).input_forms[i] = int(forms.size()) - 1;
  }
  const Tensor weights = CodedWeights(c.graph, node, {read[0]});
  alone.graph.values.push_back(c.graph.values[size_t(node.inputs[1])]);
  alone.graph.values.back().name = "coded";
  alone.graph.values.back().data = std::make_shared<const Tensor>(weights);
  node.inputs[1] = ValueId(alone.graph.values.size() - 1);
  const Engine engine = *EngineOf(alone.graph, plan, true);
  Session session = *Session::Create(engine);
  const SeededSamples samples(c.graph, 4);
  EXPECT_TRUE(RunSample(session, *samples.Get(0), "sample").ok());
  const Tensor tensor = *session.GetOutput(0);
  const auto data = tensor.as<float>();
  return {data.begin(), data.end()};
}

TEST_F(ReplayTest, GivesWhatAnEngineWithOneNodeInCodesGives) {
  Replay replay = Loaded();
  int compared = 0;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = c_.graph.nodes[size_t(nodes_[i])];
    // What reads codes that are rounded twice is not what it can say.
    if (node.name != "first" && node.name != "third") continue;
    ASSERT_TRUE(replay.Store(stored_.size() + i).ok());
    EXPECT_EQ(Looks(replay)[0], OutputOfNodeInCodes(c_, nodes_[i]))
        << node.name;
    ++compared;
  }
  EXPECT_EQ(compared, 2);
}

TEST_F(ReplayTest, ForgetsWhatWasStoredBefore) {
  ASSERT_EQ(program_.cuts(), stored_.size() + nodes_.size());
  for (size_t before = 0; before < program_.cuts(); ++before) {
    for (size_t cut = 0; cut < program_.cuts(); ++cut) {
      Replay fresh = Loaded(1);
      ASSERT_TRUE(fresh.Store(cut).ok());
      Replay used = Loaded(0);
      ASSERT_TRUE(used.Store(before).ok());
      const SeededSamples samples(c_.graph, 4);
      ASSERT_TRUE(used.Load(*samples.Get(1), "sample").ok());
      ASSERT_TRUE(used.Store(before).ok());
      ASSERT_TRUE(used.Store(cut).ok());
      EXPECT_EQ(Looks(fresh), Looks(used)) << before << " then " << cut;
    }
  }
}

TEST_F(ReplayTest, ChangesOnlyWhatLiesBehindTheValue) {
  Replay replay = Loaded();
  for (size_t cut = 0; cut < stored_.size(); ++cut) {
    const std::string& name = c_.graph.values[size_t(stored_[cut].value)].name;
    const Result<double> own = replay.Store(cut);
    ASSERT_TRUE(own.ok());
    EXPECT_GT(*own, 0) << name;
    EXPECT_LT(*own, 0.01) << name;
    EXPECT_FALSE(replay.Changed(0).empty()) << name;
    EXPECT_EQ(replay.Changed(1).empty(), name == "j") << name;
    EXPECT_DOUBLE_EQ(*replay.OwnError(cut), *own);
  }
}

TEST_F(ReplayTest, RefusesALookThatNoStepMakes) {
  const auto program =
      ReplayProgram::Create(c_.graph, c_.plan, stored_, {}, {"nothing"});
  ASSERT_FALSE(program.ok());
  EXPECT_THAT(program.status().message(), testing::HasSubstr("'nothing'"));
}

}  // namespace
}  // namespace octet::compile
