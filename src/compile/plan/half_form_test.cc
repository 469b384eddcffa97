// 16-bit floats in plans: what is proposed, kept out, checked and aligned.
#include "compile/plan/half_form.h"

#include <gmock/gmock.h>

#include "compile/plan/align_forms.h"
#include "compile/plan/check_plan.h"
#include "compile/plan/testing/plans.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ProposeOptions Everywhere(Precision precision,
                          std::vector<Request> requests = {}) {
  ProposeOptions options;
  options.precision = precision;
  options.requests = std::move(requests);
  return options;
}

std::vector<Storage> StoragesOf(const Plan& plan, const std::string& value) {
  std::vector<Storage> storages;
  for (const Form& form : plan.values.at(value).forms) {
    storages.push_back(form.storage);
  }
  return storages;
}

TEST(ProposeHalves, RunsProductsAndWhatMovesForThem) {
  const Graph graph = MustParse(kEveryRole);
  const Plan plan = MustPropose(graph, Everywhere(Precision::kF16));
  for (const char* name : {"conv1", "dw", "cat", "conv2"}) {
    EXPECT_EQ(plan.nodes.at(name).precision, Precision::kF16) << name;
  }
  EXPECT_EQ(Describe(plan.nodes.at("conv1").reason),
            "kept: asked (fp16 build)");
  EXPECT_EQ(plan.nodes.at("cat").reason.kind, ReasonKind::kMover);
  for (const char* name : {"sum", "act", "soft"}) {
    EXPECT_EQ(plan.nodes.at(name).precision, Precision::kF32) << name;
    EXPECT_EQ(plan.nodes.at(name).reason.kind, ReasonKind::kNoHalfForm) << name;
  }
  EXPECT_EQ(plan.nodes.at("pick").precision, Precision::kF32)
      << "its reader is float";
}

TEST(ProposeHalves, StoresWhatIsReadInBothFormatsTwice) {
  const Graph graph = MustParse(kEveryRole);
  const Plan plan = MustPropose(graph, Everywhere(Precision::kBf16));
  // Read by a depthwise convolution and a sum.
  EXPECT_THAT(StoragesOf(plan, "a"),
              ElementsAre(Storage::kBf16, Storage::kF32));
  // Read by a sum alone: never rounded.
  EXPECT_THAT(StoragesOf(plan, "b"), ElementsAre(Storage::kF32));
  EXPECT_THAT(StoragesOf(plan, "x"),
              ElementsAre(Storage::kF32, Storage::kBf16));
  EXPECT_THAT(StoragesOf(plan, "h"), ElementsAre(Storage::kF32));
  EXPECT_THAT(plan.nodes.at("dw").input_forms, ElementsAre(0, -1, -1));
  EXPECT_THAT(plan.nodes.at("sum").input_forms, ElementsAre(0, 1));
}

TEST(ProposeHalves, ProtectsANodeOfAnInt8Build) {
  const Graph graph = MustParse(kEveryRole);
  const Plan plan = MustPropose(
      graph, Everywhere(Precision::kInt8, {{"conv2", Precision::kF16, true}}));
  EXPECT_EQ(plan.nodes.at("conv2").precision, Precision::kF16);
  EXPECT_EQ(Describe(plan.nodes.at("conv2").reason), "kept: asked (conv2)");
  EXPECT_EQ(plan.nodes.at("conv1").precision, Precision::kInt8);
  EXPECT_EQ(plan.nodes.at("cat").precision, Precision::kF16)
      << "it moves for conv2 alone";
}

TEST(ProposeHalves, RunsAttentionButForItsMask) {
  Graph graph = MustParse(R"(graph "attention"
input x f32[1,8,16]
input m f32[1,1,8]
const w f32[16,16]{seed=1}
mask f32[1,1,8] = Unary(m) function=neg name=mask
q f32[1,8,16] = MatMul(x, w, _) name=query
k f32[1,8,16] = MatMul(x, w, _) name=key
t f32[1,16,8] = Transpose(k) perm=[0,2,1] name=turn
c f32[1,8,16] = Attention(q, t, k, mask) name=attention
y f32[1,8,16] = MatMul(c, w, _) name=out
output y
)");
  Plan plan = MustPropose(graph, Everywhere(Precision::kBf16));
  EXPECT_EQ(plan.nodes.at("attention").precision, Precision::kBf16);
  for (const char* name : {"q", "k", "t", "c"}) {
    EXPECT_THAT(StoragesOf(plan, name), ElementsAre(Storage::kBf16)) << name;
  }
  EXPECT_THAT(StoragesOf(plan, "mask"), ElementsAre(Storage::kF32));
  // Not beyond what f16 holds, which says nothing of the mask.
  ProposeOptions seen = Everywhere(Precision::kF16);
  seen.peaks = {{"mask", 1e30f}, {"k", 4.0f}};
  EXPECT_EQ(MustPropose(graph, seen).nodes.at("attention").precision,
            Precision::kF16);
  seen.peaks["t"] = 5e4f;
  EXPECT_EQ(MustPropose(graph, seen).nodes.at("attention").reason.kind,
            ReasonKind::kOverflow);
  // A mask in 16 bits is refused, and mended by hand-edited plans' alignment.
  plan.values.at("mask").forms.push_back(Form::Of(Storage::kBf16));
  plan.nodes.at("attention").input_forms[3] = 1;
  EXPECT_THAT(CheckForms(graph, plan).message(),
              HasSubstr("reads 'mask' as bf16 (form 1); let it read a form of "
                        "the type f32"));
  AlignForms(graph, plan);
  EXPECT_TRUE(CheckForms(graph, plan).ok());
  // Nobody reads its halves: it would only lose.
  graph.outputs = {graph.nodes[4].outputs[0]};
  graph.nodes.pop_back();
  EXPECT_EQ(MustPropose(graph, Everywhere(Precision::kBf16))
                .nodes.at("attention")
                .reason.kind,
            ReasonKind::kNoReader);
}

TEST(ProposeHalves, KeepsAnAttentionOfAnInt8BuildThatIsAskedFor) {
  const Graph graph = MustParse(R"(graph "attention"
input x f32[1,8,16]
const w f32[16,16]{seed=1}
q f32[1,8,16] = MatMul(x, w, _) name=query
k f32[1,8,16] = MatMul(x, w, _) name=key
t f32[1,16,8] = Transpose(k) perm=[0,2,1] name=turn
c f32[1,8,16] = Attention(q, t, k) name=attention
y f32[1,8,16] = MatMul(c, w, _) name=out
output y
)");
  const Plan plan = MustPropose(
      graph,
      Everywhere(Precision::kInt8, {{"attention", Precision::kBf16, true}}));
  EXPECT_EQ(Describe(plan.nodes.at("attention").reason),
            "kept: asked (attention)");
  EXPECT_EQ(plan.nodes.at("out").precision, Precision::kInt8);
  // Halves are all that it writes: codes are made of them.
  EXPECT_THAT(StoragesOf(plan, "c"), ElementsAre(Storage::kBf16, Storage::kU8));
  EXPECT_TRUE(CheckForms(graph, plan).ok());
}

TEST(ProposeHalves, FailsARequirementThatHasNoKernel) {
  const Graph graph = MustParse(kEveryRole);
  const Result<Plan> plan = Propose(
      graph, Everywhere(Precision::kInt8, {{"act", Precision::kBf16, true}}));
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.status().code(), Code::kUnsupported);
  EXPECT_THAT(plan.status().message(), HasSubstr("no 16-bit form"));
}

TEST(ProposeHalves, SaysWhatWasAskedOfANodeThatHasNoKernel) {
  const Graph graph = MustParse(kEveryRole);
  const Plan plan = MustPropose(
      graph, Everywhere(Precision::kInt8, {{"a?t", Precision::kBf16, false}}));
  const NodePlan& node = plan.nodes.at("act");
  EXPECT_EQ(node.precision, Precision::kF32);
  EXPECT_EQ(node.reason.kind, ReasonKind::kNoHalfForm);
  EXPECT_THAT(node.reason.detail, HasSubstr("; asked: a?t=bf16"));
  EXPECT_THAT(MustPropose(graph, Everywhere(Precision::kBf16))
                  .nodes.at("act")
                  .reason.detail,
              Not(HasSubstr("asked")));
}

TEST(ProposeHalves, KeepsWhatLeavesTheRangeOfF16OutOfIt) {
  const Graph graph = MustParse(kEveryRole);
  ProposeOptions options = Everywhere(Precision::kF16);
  options.peaks = {{"x", 32752.0f}, {"a", 32753.0f}};
  const Plan plan = MustPropose(graph, options);
  for (const char* name : {"conv1", "dw"}) {
    const NodePlan& node = plan.nodes.at(name);
    EXPECT_EQ(node.precision, Precision::kF32) << name;
    EXPECT_EQ(node.reason.kind, ReasonKind::kOverflow) << name;
    EXPECT_THAT(node.reason.detail, HasSubstr("'a' reaches 3.275e+04")) << name;
  }
  EXPECT_EQ(plan.nodes.at("conv2").precision, Precision::kF16);
  options.precision = Precision::kBf16;
  EXPECT_EQ(MustPropose(graph, options).nodes.at("conv1").precision,
            Precision::kBf16)
      << "bf16 has the range of f32";
}

// Calibration sees x alone.
TEST(ProposeHalves, KnowsHowLargeIsWhatWasMoved) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,8,4,4]
const w f32[8,1,1,8]{seed=1}
a f32[1,4,4,8] = Transpose(x) perm=[0,2,3,1] name=turn
b f32[1,4,2,8] = Slice(a) starts=[0,0,0,0] sizes=[1,4,2,8] steps=[1,1,1,1] name=cut
y f32[1,4,2,8] = Conv(b, w, _) name=conv
output y
)");
  ProposeOptions options = Everywhere(Precision::kF16);
  options.peaks = {{"x", 4e4f}, {"y", 1.0f}};
  const Plan plan = MustPropose(graph, options);
  EXPECT_EQ(plan.nodes.at("conv").reason.kind, ReasonKind::kOverflow);
  EXPECT_THAT(plan.nodes.at("conv").reason.detail, HasSubstr("'b' reaches"));
  options.peaks["x"] = 3e4f;
  EXPECT_EQ(MustPropose(graph, options).nodes.at("conv").precision,
            Precision::kF16);
}

TEST(ProposeHalves, KeepsWeightsThatF16CannotHoldOutOfIt) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,1,1,2]
const w f32[1,1,1,2]{65504, 70000}
const v f32[1,1,1,2]{65504, -65504}
const big f32[1]{1e6}
a f32[1,1,1,1] = Conv(x, w, _) name=beyond
b f32[1,1,1,1] = Conv(x, v, big) name=inside
output a
output b
)");
  const Plan plan = MustPropose(graph, Everywhere(Precision::kF16));
  EXPECT_EQ(plan.nodes.at("beyond").reason.kind, ReasonKind::kOverflow);
  EXPECT_THAT(plan.nodes.at("beyond").reason.detail, HasSubstr("'w'"));
  EXPECT_EQ(plan.nodes.at("inside").precision, Precision::kF16);
}

TEST(ProposeHalves, LeavesPoolingBetweenProductsInF32) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,4,4,8]
const w f32[8,1,1,8]{seed=1}
a f32[1,4,4,8] = Conv(x, w, _) name=conv1
b f32[1,2,2,8] = Pool(a) kernel=[2,2] strides=[2,2] name=pool
c f32[1,2,2,8] = Conv(b, w, _) name=conv2
output c
)");
  const Plan plan = MustPropose(graph, Everywhere(Precision::kF16));
  EXPECT_EQ(plan.nodes.at("pool").reason.kind, ReasonKind::kNoHalfForm);
  EXPECT_THAT(StoragesOf(plan, "b"), ElementsAre(Storage::kF32, Storage::kF16));
}

TEST(HalvesInAPlan, AreReadBackAsTheyWereWritten) {
  const Graph graph = MustParse(kEveryRole);
  for (Precision precision : {Precision::kF16, Precision::kBf16}) {
    const Plan plan = MustPropose(graph, Everywhere(precision));
    const Result<Plan> read = PlanFromJson(ToJson(plan), "test");
    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_EQ(ToJson(*read), ToJson(plan));
    EXPECT_EQ(read->nodes.at("conv1").precision, precision);
    EXPECT_EQ(read->values.at("a").forms, plan.values.at("a").forms);
  }
}

TEST(HalvesInAPlan, PassItsChecksAsProposed) {
  const Graph graph = MustParse(kEveryRole);
  for (Precision precision : {Precision::kF16, Precision::kBf16}) {
    for (const char* other : {"", "conv1", "dw", "cat", "type:Conv"}) {
      std::vector<Request> requests;
      if (*other != '\0') requests = {{other, Precision::kInt8, false}};
      Plan plan = MustPropose(graph, Everywhere(precision, requests));
      const std::string before = ToJson(plan);
      EXPECT_TRUE(CheckPlan(graph, plan).ok());
      EXPECT_TRUE(CheckForms(graph, plan).ok())
          << CheckForms(graph, plan).message();
      AlignForms(graph, plan);
      EXPECT_EQ(ToJson(plan), before) << other;
    }
  }
}

// From every precision to 16 bits and back, node by node.
TEST(HalvesInAPlan, AreObeyedWhereTheyAreEdited) {
  const Graph graph = MustParse(kEveryRole);
  constexpr Precision kAll[] = {Precision::kF32, Precision::kInt8,
                                Precision::kF16, Precision::kBf16};
  for (Precision from : kAll) {
    for (Precision to : kAll) {
      if (!IsHalf(from) && !IsHalf(to)) continue;
      for (const Node& node : graph.nodes) {
        SCOPED_TRACE(node.name + " from " + std::string(Name(from)) + " to " +
                     std::string(Name(to)));
        Plan plan = MustPropose(graph, Everywhere(from));
        plan.nodes.at(node.name).precision = to;
        AlignForms(graph, plan);
        EXPECT_EQ(plan.nodes.at(node.name).precision, to);
        EXPECT_TRUE(CheckPlan(graph, plan).ok());
        const Status forms = CheckForms(graph, plan);
        const bool possible =
            to == Precision::kF32 ||
            (to == Precision::kInt8 ? node.name != "soft"
                                    : HasHalfForm(graph, node));
        EXPECT_EQ(forms.ok(), possible) << forms.message();
        const std::string once = ToJson(plan);
        AlignForms(graph, plan);
        EXPECT_EQ(ToJson(plan), once) << "not a fixed point";
      }
    }
  }
}

TEST(HalvesInAPlan, AreRefusedWhereNodesCannotUseThem) {
  const Graph graph = MustParse(kEveryRole);
  const Plan proposed = MustPropose(graph, Everywhere(Precision::kF16));
  const auto refused = [&](const auto& edit) {
    Plan plan = proposed;
    edit(plan);
    EXPECT_TRUE(CheckPlan(graph, plan).ok());
    return CheckForms(graph, plan).message();
  };
  EXPECT_THAT(refused([](Plan& p) { p.nodes.at("dw").input_forms[0] = 1; }),
              HasSubstr("'dw' is fp16, but reads 'a' as f32"));
  EXPECT_THAT(
      refused([](Plan& p) { p.nodes.at("soft").precision = Precision::kBf16; }),
      HasSubstr("no 16-bit form of it (Softmax)"));
  EXPECT_THAT(refused([](Plan& p) {
                std::swap(p.values.at("x").forms[0], p.values.at("x").forms[1]);
              }),
              HasSubstr("before the f16 form"));
  EXPECT_THAT(
      refused([](Plan& p) { p.nodes.at("conv1").precision = Precision::kF32; }),
      HasSubstr("the first form of its output 'a' is f16"));
  Plan integers = proposed;
  integers.values.at("i").forms = {Form::Of(Storage::kF16)};
  EXPECT_THAT(CheckPlan(graph, integers).message(),
              HasSubstr("s64 in the model and cannot be stored as f16"));
}

}  // namespace
}  // namespace octet::compile
