#include "compile/plan/protect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compile/ir/testing/must_parse.h"
#include "compile/plan/check_plan.h"
#include "compile/plan/propose.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;

const Reason kMeasured = {ReasonKind::kSensitive, ""};

struct Planned {
  Graph graph;
  Plan plan;
};

Planned PlanOf(std::string_view text) {
  Planned p;
  p.graph = MustParse(text);
  Result<Plan> plan = Propose(p.graph, {});
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  p.plan = *std::move(plan);
  return p;
}

std::string NameOf(const Graph& graph, ValueId v) {
  return graph.values[size_t(v)].name;
}

const StoredValue& Find(const Graph& graph, const std::vector<StoredValue>& all,
                        std::string_view name) {
  const auto found = std::ranges::find_if(all, [&](const StoredValue& s) {
    return NameOf(graph, s.value) == name;
  });
  EXPECT_NE(found, all.end()) << name;
  return *found;
}

std::vector<std::string> Readers(const Graph& graph,
                                 const StoredValue& stored) {
  std::vector<std::string> names;
  for (NodeId n : stored.readers) names.push_back(graph.nodes[size_t(n)].name);
  return names;
}

// One value behind a pooling, read by two convolutions, one of which adds it.
constexpr std::string_view kShared = R"(graph "g"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{seed=1}
a f32[1,8,8,4] = Conv(x, w, _) name=first
p f32[1,8,8,4] = Pool(a) kernel=[3,3] pads=[1,1,1,1] name=pool
b f32[1,8,8,4] = Conv(p, w, _) name=second
c f32[1,8,8,4] = Conv(b, w, _, a) residual=true name=third
d f32[1,8,8,4] = Conv(c, w, _) name=fourth
output d
)";

constexpr std::string_view kJoined = R"(graph "g"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{seed=1}
const v f32[4,1,1,8]{seed=2}
a f32[1,8,8,4] = Conv(x, w, _) name=left
b f32[1,8,8,4] = Conv(x, w, _) name=right
j f32[1,8,8,8] = Concat(a, b) axis=3 name=join
y f32[1,8,8,4] = Conv(j, v, _) name=last
output y
)";

TEST(FindStoredValues, TakesWhatIsMovedWithWhatItIsMovedFrom) {
  const Planned p = PlanOf(kShared);
  const auto all = FindStoredValues(p.graph, p.plan);
  std::vector<std::string> names;
  for (const StoredValue& s : all) names.push_back(NameOf(p.graph, s.value));
  EXPECT_THAT(names, ElementsAre("x", "a", "b", "c"));
  EXPECT_THAT(Readers(p.graph, Find(p.graph, all, "a")),
              ElementsAre("second", "third"));
}

TEST(FindStoredValues, TakesPartsWithTheConcatenationTheyAreWrittenInto) {
  const Planned p = PlanOf(kJoined);
  const auto all = FindStoredValues(p.graph, p.plan);
  ASSERT_EQ(all.size(), 2u);
  const StoredValue& joined = Find(p.graph, all, "j");
  ASSERT_EQ(joined.parts.size(), 2u);
  EXPECT_EQ(NameOf(p.graph, joined.parts[0]), "a");
  EXPECT_EQ(NameOf(p.graph, joined.parts[1]), "b");
  EXPECT_THAT(Readers(p.graph, joined), ElementsAre("last"));
}

TEST(FindStoredValues, FindsNoneInAFloatPlan) {
  Planned p = PlanOf(kShared);
  ProposeOptions options;
  options.precision = Precision::kF32;
  const Result<Plan> plan = Propose(p.graph, options);
  ASSERT_TRUE(plan.ok());
  EXPECT_TRUE(FindStoredValues(p.graph, *plan).empty());
}

TEST(ProtectValue, KeepsAllReadersAndWritesItUnrounded) {
  Planned p = PlanOf(kShared);
  const auto all = FindStoredValues(p.graph, p.plan);
  ProtectValue(p.graph, Find(p.graph, all, "a"), {},
               {ReasonKind::kSensitive, "-0.8 mAP"}, p.plan);
  EXPECT_TRUE(CheckForms(p.graph, p.plan).ok())
      << CheckForms(p.graph, p.plan).message();
  EXPECT_FALSE(p.plan.values.at("a").forms[0].is_u8());
  EXPECT_FALSE(p.plan.values.at("p").forms[0].is_u8());
  for (const char* name : {"pool", "second"}) {
    EXPECT_EQ(p.plan.nodes.at(name).precision, Precision::kF32) << name;
    EXPECT_EQ(Describe(p.plan.nodes.at(name).reason),
              "kept: sensitive (-0.8 mAP)");
  }
  EXPECT_EQ(p.plan.nodes.at("first").precision, Precision::kInt8);
  EXPECT_EQ(p.plan.nodes.at("fourth").precision, Precision::kInt8);
}

TEST(ProtectValue, LetsAConvolutionAddItUnroundedInInt8) {
  Planned p = PlanOf(kShared);
  const auto all = FindStoredValues(p.graph, p.plan);
  ProtectValue(p.graph, Find(p.graph, all, "a"), {}, kMeasured, p.plan);
  const NodePlan& third = p.plan.nodes.at("third");
  EXPECT_EQ(third.precision, Precision::kInt8);
  EXPECT_EQ(third.input_forms[3], 0);  // f32, as it is written
}

TEST(ProtectValue, LeavesNothingOfIt) {
  for (std::string_view text : {kShared, kJoined}) {
    const Planned p = PlanOf(text);
    for (const StoredValue& stored : FindStoredValues(p.graph, p.plan)) {
      Plan plan = p.plan;
      ProtectValue(p.graph, stored, {}, kMeasured, plan);
      EXPECT_TRUE(CheckForms(p.graph, plan).ok());
      const std::string& name = NameOf(p.graph, stored.value);
      EXPECT_FALSE(plan.values.at(name).forms[0].is_u8()) << name;
      for (ValueId part : stored.parts) {
        EXPECT_FALSE(plan.values.at(NameOf(p.graph, part)).forms[0].is_u8());
      }
    }
  }
}

TEST(ProtectValue, OfAllValuesLeavesAFloatEngine) {
  Planned p = PlanOf(kJoined);
  for (const StoredValue& stored : FindStoredValues(p.graph, p.plan)) {
    ProtectValue(p.graph, stored, {}, kMeasured, p.plan);
  }
  for (const auto& [name, node] : p.plan.nodes) {
    EXPECT_EQ(node.precision, Precision::kF32) << name;
  }
}

// A transposition and a pooling between products, and a residual.
constexpr std::string_view kMixed = R"(graph "g"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{seed=1}
a f32[1,8,8,4] = Conv(x, w, _) name=first
t f32[1,8,8,4] = Transpose(a) perm=[0,2,1,3] name=turn
b f32[1,8,8,4] = Conv(t, w, _) name=second
p f32[1,8,8,4] = Pool(b) kernel=[3,3] pads=[1,1,1,1] name=pool
c f32[1,8,8,4] = Conv(p, w, _) name=third
s f32[1,8,8,4] = Binary(c, b) op=add name=sum
d f32[1,8,8,4] = Conv(s, w, _) name=fourth
output d
)";

TEST(ProtectValue, In16BitsTakesFp32WhereThereIsNoSuchForm) {
  for (Precision half : {Precision::kF16, Precision::kBf16}) {
    Planned p = PlanOf(kMixed);
    for (const StoredValue& stored : FindStoredValues(p.graph, p.plan)) {
      Plan plan = p.plan;
      ProtectValue(p.graph, stored, {half, {}}, kMeasured, plan);
      EXPECT_TRUE(CheckForms(p.graph, plan).ok())
          << CheckForms(p.graph, plan).message();
      ProtectValue(p.graph, stored, {half, {}}, kMeasured, p.plan);
    }
    EXPECT_TRUE(CheckForms(p.graph, p.plan).ok());
    for (const char* name : {"first", "turn", "second", "third", "fourth"}) {
      EXPECT_EQ(p.plan.nodes.at(name).precision, half) << name;
      EXPECT_EQ(p.plan.nodes.at(name).reason.kind, ReasonKind::kSensitive);
    }
    for (const char* name : {"pool", "sum"}) {
      EXPECT_EQ(p.plan.nodes.at(name).precision, Precision::kF32) << name;
    }
    // What is read in 16 bits is written so.
    EXPECT_EQ(p.plan.values.at("a").forms[0], Form::Of(StorageOf(half)));
    EXPECT_EQ(p.plan.values.at("c").forms[0], Form::F32());
  }
}

TEST(ProtectValue, KeepsWhatFp16CannotHoldInFp32) {
  Planned p = PlanOf(kMixed);
  const auto all = FindStoredValues(p.graph, p.plan);
  const Protection protection{Precision::kF16, {{"d", 1e5f}}};
  ProtectValue(p.graph, Find(p.graph, all, "s"), protection, kMeasured, p.plan);
  EXPECT_EQ(p.plan.nodes.at("fourth").precision, Precision::kF32);
  ProtectValue(p.graph, Find(p.graph, all, "a"), protection, kMeasured, p.plan);
  EXPECT_EQ(p.plan.nodes.at("second").precision, Precision::kF16);
}

TEST(ProtectNode, TakesBackWhatBelongedToItsInt8Weights) {
  Planned p = PlanOf(kShared);
  NodePlan& second = p.plan.nodes.at("second");
  second.weight_clip.assign(4, 0.9f);
  second.bias_shift.assign(4, 0.1f);
  const auto node = std::ranges::find(p.graph.nodes, "second", &Node::name);
  ProtectNode(p.graph, NodeId(node - p.graph.nodes.begin()), {}, kMeasured,
              p.plan);
  EXPECT_TRUE(CheckPlan(p.graph, p.plan).ok())
      << CheckPlan(p.graph, p.plan).message();
  EXPECT_TRUE(second.bias_shift.empty());
}

TEST(ProtectNode, LeavesItsInputInCodes) {
  Planned p = PlanOf(kShared);
  const auto third = std::ranges::find(p.graph.nodes, "third", &Node::name);
  ProtectNode(p.graph, NodeId(third - p.graph.nodes.begin()), {}, kMeasured,
              p.plan);
  EXPECT_TRUE(CheckForms(p.graph, p.plan).ok());
  EXPECT_EQ(p.plan.nodes.at("third").precision, Precision::kF32);
  EXPECT_EQ(p.plan.nodes.at("second").precision, Precision::kInt8);
  EXPECT_TRUE(p.plan.values.at("b").forms[0].is_u8());
  EXPECT_FALSE(p.plan.values.at("c").forms[0].is_u8());
}

}  // namespace
}  // namespace octet::compile
