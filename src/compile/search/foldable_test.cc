#include "compile/search/foldable.h"

#include <gmock/gmock.h>

#include "compile/lower/lower.h"
#include "compile/search/search_testing.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::optional<Foldable> Find(const Calibrated& c, std::string_view value) {
  return FindFoldable(c.graph, ComputeUses(c.graph), c.plan,
                      ValueNamed(c.graph, value));
}

constexpr std::string_view kHead = R"(graph "g"
input x f32[1,6,6,8]
const w f32[8,1,1,8]{seed=1}
const k f32[8,3,3,8]{seed=2}
const d f32[8,3,3,1]{seed=3}
const g f32[8,3,3,4]{seed=4}
a f32[1,6,6,8] = Conv(x, w, _) before=silu name=first
)";

Calibrated With(std::string_view rest) {
  return CalibratedFrom(std::string(kHead) + std::string(rest));
}

TEST(FindFoldable, TakesAValueThatProductsMix) {
  const Calibrated c = With(R"(b = Conv(a, k, _) pads=[1,1,1,1] name=second
e = Conv(a, w, _) name=third
output b
output e
)");
  const auto found = Find(c, "a");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->root.value, ValueNamed(c.graph, "a"));
  EXPECT_THAT(found->products,
              UnorderedElementsAre(NodeNamed(c.graph, "second"),
                                   NodeNamed(c.graph, "third")));
  EXPECT_THAT(found->copies, IsEmpty());
  EXPECT_THAT(found->parts, IsEmpty());
}

TEST(FindFoldable, LeavesTheImageItsEightBits) {
  const Calibrated c = With("output a\n");
  EXPECT_FALSE(Find(c, "x").has_value());
}

TEST(FindFoldable, LeavesValuesThatNoProductReads) {
  const Calibrated c = With("output a\n");
  EXPECT_FALSE(Find(c, "a").has_value());
}

TEST(FindFoldable, LeavesAValueThatGroupsRead) {
  const Calibrated c = With(
      "b = Conv(a, g, _) pads=[1,1,1,1] group=2 name=second\n"
      "e = Conv(a, w, _) name=third\noutput b\noutput e\n");
  EXPECT_FALSE(Find(c, "a").has_value());
}

TEST(FindFoldable, LeavesAValueThatATableReads) {
  const Calibrated c = With(
      "s = Unary(a) function=sigmoid name=gate\n"
      "b = Conv(s, w, _) name=second\n"
      "e = Conv(a, w, _) name=third\noutput b\noutput e\n");
  ASSERT_EQ(c.plan.nodes.at("gate").precision, Precision::kInt8);
  EXPECT_FALSE(Find(c, "a").has_value());
  EXPECT_FALSE(Find(c, "s").has_value()) << "a table writes one scale";
}

TEST(FindFoldable, FollowsPoolingToTheReadersBehindIt) {
  const Calibrated c = With(
      "p = Pool(a) kernel=[2,2] strides=[2,2] name=pool\n"
      "b = Conv(p, w, _) name=second\noutput b\n");
  const auto found = Find(c, "a");
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->copies.size(), 1u);
  EXPECT_EQ(found->copies[0].value, ValueNamed(c.graph, "p"));
  EXPECT_THAT(found->products, ElementsAre(NodeNamed(c.graph, "second")));
  EXPECT_FALSE(Find(c, "p").has_value()) << "its data is that of a";
}

TEST(FindFoldable, CountsAReaderThatAddsAsHarmless) {
  const Calibrated c = With(
      "b = Conv(a, k, _, a) pads=[1,1,1,1] residual=true name=second\n"
      "e = Binary(a, b) op=add name=sum\n"
      "f = Conv(e, w, _) name=third\noutput f\n");
  ASSERT_EQ(c.plan.nodes.at("sum").precision, Precision::kInt8);
  const auto found = Find(c, "a");
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->products, ElementsAre(NodeNamed(c.graph, "second")));
  EXPECT_TRUE(Find(c, "e").has_value());
}

TEST(FindFoldable, LeavesASumThatClampsItsCodes) {
  const Calibrated c = With(
      "b = Conv(a, w, _) name=second\n"
      "e = Binary(a, b) op=add after=relu name=sum\n"
      "f = Conv(e, w, _) name=third\noutput f\n");
  EXPECT_FALSE(Find(c, "e").has_value());
}

TEST(FindFoldable, TakesAConcatenationWithItsParts) {
  const Calibrated c = With(
      "b = Conv(a, w, _) name=second\n"
      "e = Conv(a, k, _) pads=[1,1,1,1] name=third\n"
      "j = Concat(b, e) axis=3 name=cat\n"
      "const q f32[4,1,1,16]{seed=5}\n"
      "f = Conv(j, q, _) name=fourth\noutput f\n");
  const auto found = Find(c, "j");
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->parts.size(), 2u);
  EXPECT_EQ(found->parts[0].form.value, ValueNamed(c.graph, "b"));
  EXPECT_EQ(found->parts[0].first_channel, 0);
  EXPECT_EQ(found->parts[1].form.value, ValueNamed(c.graph, "e"));
  EXPECT_EQ(found->parts[1].first_channel, 8);
  EXPECT_FALSE(Find(c, "b").has_value()) << "it has the scale of j";
}

TEST(FindFoldable, LeavesADepthwiseReaderItsOwnForm) {
  const Calibrated c = With(
      "b = Conv(a, d, _) pads=[1,1,1,1] group=8 name=second\n"
      "e = Conv(a, w, _) name=third\noutput b\noutput e\n");
  const auto found = Find(c, "a");
  ASSERT_TRUE(found.has_value());
  const Form& form = c.plan.values.at("a").forms[size_t(found->root.form)];
  EXPECT_EQ(form.granularity, Granularity::kPerTensor);
  EXPECT_THAT(found->products, ElementsAre(NodeNamed(c.graph, "third")));
}

TEST(FindFoldable, LeavesFloatValues) {
  Calibrated c = With("b = Conv(a, w, _) name=second\noutput b\n");
  c.plan = FloatPlan(c.graph);
  EXPECT_FALSE(Find(c, "a").has_value());
}

}  // namespace
}  // namespace octet::compile
