#include <gmock/gmock.h>

#include "compile/plan/propose.h"
#include "compile/plan/testing/plans.h"

namespace octet::compile {
namespace {

using testing::HasSubstr;
using testing::Not;

// Everything but the last two can be int8.
constexpr std::string_view kTail = R"(graph "tail"
input x f32[1,8,8,16]
const w f32[16,1,1,16]{seed=1}
a f32[1,8,8,16] = Conv(x, w, _) after=relu name=conv type=Conv
t f32[1,16,8,8] = Transpose(a) perm=[0,3,1,2] name=to_nchw type=Transpose
output t
)";

Result<Plan> ProposeWith(std::string_view text, const char* pattern,
                         Precision precision) {
  ProposeOptions options;
  options.requests = {{pattern, precision, /*required=*/true}};
  return Propose(MustParse(text), options);
}

TEST(CheckRequired, DoesNotCountWhatOnlyMovesData) {
  for (const char* pattern : {"*", "conv", "region:conv..to_nchw"}) {
    const Result<Plan> plan = ProposeWith(kTail, pattern, Precision::kInt8);
    ASSERT_TRUE(plan.ok()) << plan.status().message();
    EXPECT_EQ(plan->nodes.at("conv").precision, Precision::kInt8);
    EXPECT_EQ(plan->nodes.at("to_nchw").precision, Precision::kF32);
  }
}

TEST(CheckRequired, SaysThatAPatternMatchesOnlyWhatMovesData) {
  for (const char* pattern : {"to_nchw", "type:Transpose"}) {
    const Result<Plan> plan = ProposeWith(kTail, pattern, Precision::kInt8);
    ASSERT_EQ(plan.status().code(), Code::kUsage);
    EXPECT_THAT(plan.status().message(), HasSubstr(pattern));
    EXPECT_THAT(plan.status().message(), HasSubstr("move data"));
  }
}

TEST(CheckRequired, NamesEveryNodeThatCannotBeAndWhy) {
  const Result<Plan> plan = ProposeWith(kEveryRole, "*", Precision::kInt8);
  ASSERT_EQ(plan.status().code(), Code::kUnsupported);
  EXPECT_THAT(plan.status().message(),
              HasSubstr("soft (Softmax) is fp32: float: operator has no int8 "
                        "form (Softmax)"));
  EXPECT_THAT(plan.status().message(), Not(HasSubstr("pick")));
  EXPECT_THAT(plan.status().message(), Not(HasSubstr("conv1")));
}

TEST(CheckRequired, IsMetByFloatWhereFloatIsAsked) {
  const Result<Plan> plan = ProposeWith(kEveryRole, "*", Precision::kF32);
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  for (const auto& [name, node] : plan->nodes) {
    EXPECT_EQ(node.precision, Precision::kF32) << name;
  }
}

TEST(CheckRequired, PassesOnPatternsThatMatchNothing) {
  const Result<Plan> plan = ProposeWith(kTail, "conf", Precision::kInt8);
  ASSERT_EQ(plan.status().code(), Code::kUsage);
  EXPECT_THAT(plan.status().message(), HasSubstr("did you mean 'conv'"));
}

TEST(ParseRequest, TakesEverySpellingOfAPrecision) {
  const std::pair<const char*, Precision> kSpellings[] = {
      {"a=fp32", Precision::kF32},
      {"a=f32", Precision::kF32},
      {"a=float", Precision::kF32},
      {"a=int8", Precision::kInt8}};
  for (const auto& [text, precision] : kSpellings) {
    const Result<Request> request = ParseRequest(text, false);
    ASSERT_TRUE(request.ok()) << text;
    EXPECT_EQ(request->precision, precision) << text;
    EXPECT_FALSE(request->required);
  }
}

TEST(ParseRequest, NamesTheOptionThatWasGiven) {
  EXPECT_THAT(ParseRequest("a=x", true).status().message(),
              HasSubstr("--require 'a=x'"));
  EXPECT_THAT(ParseRequest("a", false).status().message(),
              HasSubstr("--keep 'a'"));
  EXPECT_THAT(ParseRequest("a=zzzzzz", false).status().message(),
              HasSubstr("use fp32, bf16, fp16 or int8"));
}

}  // namespace
}  // namespace octet::compile
