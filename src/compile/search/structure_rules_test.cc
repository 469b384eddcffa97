#include "compile/search/structure_rules.h"

#include <gmock/gmock.h>

#include "compile/search/search_testing.h"

namespace octet::compile {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

// What is proposed, as "kind: value, value".
std::vector<std::string> Proposed(const Calibrated& c, const Ranges* ranges) {
  const auto stored = FindStoredValues(c.graph, c.plan);
  std::vector<std::string> lines;
  for (const Proposal& p : ProposeProtection(c.graph, c.plan, stored, ranges)) {
    EXPECT_TRUE(std::ranges::is_sorted(p.values));
    EXPECT_THAT(p.reason, testing::Not(IsEmpty()));
    std::string line = p.kind;
    for (size_t i = 0; i < p.values.size(); ++i) {
      const ValueId v = stored[p.values[i]].value;
      line += (i == 0 ? ": " : ", ") + c.graph.values[size_t(v)].name;
    }
    lines.push_back(line);
  }
  return lines;
}

struct Case {
  const char* text;
  const char* proposed;  // without ranges; empty: nothing
};

TEST(StructureRules, FindWhatEightBitsAreKnownToHurt) {
  const Case cases[] = {
      {R"(graph "boxes and scores joined"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{seed=1}
const v f32[4,1,1,8]{seed=2}
b f32[1,8,8,4] = Conv(x, w, _) name=boxes
s f32[1,8,8,4] = Conv(x, w, _) after=sigmoid name=scores
j f32[1,8,8,8] = Concat(b, s) axis=3 name=join
y f32[1,8,8,4] = Conv(j, v, _) name=last
output y
)",
       "detection head: j"},
      {R"(graph "nothing but scores joined"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{seed=1}
const v f32[4,1,1,8]{seed=2}
b f32[1,8,8,4] = Conv(x, w, _) after=sigmoid name=more
s f32[1,8,8,4] = Conv(x, w, _) after=sigmoid name=scores
j f32[1,8,8,8] = Concat(b, s) axis=3 name=join
y f32[1,8,8,4] = Conv(j, v, _) name=last
output y
)",
       ""},
      {R"(graph "distances from a softmax over bins"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{seed=1}
const bins f32[1,1,1,4]{0,1,2,3}
a f32[1,8,8,4] = Conv(x, w, _) after=relu name=stem
b f32[1,8,8,4] = Conv(a, w, _) name=box
t f32[1,8,8,4] = Transpose(b) perm=[0,2,1,3] name=turn
s f32[1,8,8,4] = Softmax(t) axis=3 name=soft
y f32[1,8,8,1] = Conv(s, bins, _) name=distance
output y
)",
       "softmax over bins: a"},
      {R"(graph "a softmax over classes"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{seed=1}
a f32[1,8,8,4] = Conv(x, w, _) after=relu name=stem
b f32[1,8,8,4] = Conv(a, w, _) name=classes
s f32[1,8,8,4] = Softmax(b) axis=3 name=soft
output s
)",
       ""},
      {R"(graph "weights that one larger one takes the steps from"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{seed=1}
const t f32[4,1,1,4]{50,.3,.7,-.2, 50,.6,-.3,.2, 50,.1,.4,.3, 50,-.1,.2,.6}
a f32[1,8,8,4] = Conv(x, w, _) after=relu name=stem
b f32[1,8,8,4] = Conv(a, t, _) after=relu name=tiny
y f32[1,8,8,4] = Conv(b, w, _) name=last
output y
)",
       "tiny weights: a"},
      {R"(graph "squeeze and excite"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{seed=1}
a f32[1,8,8,4] = Conv(x, w, _) after=relu name=stem
m f32[1,1,1,4] = Reduce(a) op=mean axes=[1,2] name=squeeze
h f32[1,1,1,4] = Conv(m, w, _) after=relu name=hidden
g f32[1,1,1,4] = Conv(h, w, _) after=sigmoid name=excite
p f32[1,8,8,4] = Binary(a, g) op=mul name=scale
y f32[1,8,8,4] = Conv(p, w, _) name=last
output y
)",
       "squeeze-excite gate: m, h, g"},
      {R"(graph "a factor by channel that is no gate"
input x f32[1,8,8,4]
input f f32[1,1,1,4]
const w f32[4,1,1,4]{seed=1}
a f32[1,8,8,4] = Conv(x, w, _) after=relu name=stem
p f32[1,8,8,4] = Binary(a, f) op=mul name=scale
y f32[1,8,8,4] = Conv(p, w, _) name=last
output y
)",
       ""},
  };
  for (const Case& row : cases) {
    const Calibrated c = CalibratedFrom(row.text);
    const std::vector<std::string> lines = Proposed(c, nullptr);
    if (row.proposed[0] == 0) {
      EXPECT_THAT(lines, IsEmpty()) << row.text;
    } else {
      EXPECT_THAT(lines, testing::ElementsAre(row.proposed)) << row.text;
    }
  }
}

TEST(StructureRules, NameAWideChannelByWhatCalibrationSaw) {
  const Calibrated c = CalibratedFrom(kCulprit);
  EXPECT_THAT(Proposed(c, nullptr), IsEmpty());
  EXPECT_THAT(Proposed(c, &c.ranges),
              testing::ElementsAre("weight channel: wide"));
  const auto proposals = ProposeProtection(
      c.graph, c.plan, FindStoredValues(c.graph, c.plan), &c.ranges);
  EXPECT_THAT(proposals[0].reason,
              AllOf(HasSubstr("'wide'"), HasSubstr("'zeroth' are 50 times")));
}

constexpr std::string_view kResidual = R"(graph "g"
input x f32[1,16,16,4]
const w f32[4,1,1,4]{seed=1}
a f32[1,16,16,4] = Conv(x, w, _) name=first
b f32[1,16,16,4] = Conv(a, w, _, a) residual=true name=add
y f32[1,16,16,4] = Conv(b, w, _) name=last
output y
)";

TEST(StructureRules, NameASumThatIsHeldAtTheEndsOfItsRange) {
  Calibrated c = CalibratedFrom(kResidual);
  EXPECT_THAT(Proposed(c, &c.ranges), IsEmpty());
  c.plan = c.proposed;
  ASSERT_TRUE(
      ChooseParams(c.graph, c.ranges, {RangeRule::kPercentile, 95}, c.plan)
          .ok());
  EXPECT_THAT(Proposed(c, &c.ranges), testing::ElementsAre("saturated sum: b"));
}

// One element of the first two samples is far larger than the others.
class HeavyTailed : public SeededSamples {
 public:
  using SeededSamples::SeededSamples;
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    Result<std::vector<Tensor>> inputs = SeededSamples::Get(i);
    if (inputs.ok() && i < 2) (*inputs)[0].as<float>()[size_t(7 * i)] = 40;
    return inputs;
  }
};

TEST(StructureRules, NameHeavyTails) {
  Graph graph = MustParse(kResidual);
  const HeavyTailed samples(graph, 4);
  const Calibrated c = CalibratedOn(std::move(graph), samples);
  EXPECT_THAT(Proposed(c, &c.ranges), testing::Contains("range too wide: x"));
}

TEST(StructureRules, ProposeThreeOfAKindAtMost) {
  std::string text =
      "graph \"g\"\ninput x0 f32[1,8,8,4]\n"
      "const w f32[4,1,1,4]{50,.3,.7,-.2, 50,.6,-.3,.2, 50,.1,.4,.3, "
      "50,-.1,.2,.6}\n";
  for (int i = 0; i < 6; ++i) {
    text += fmt::format("x{} f32[1,8,8,4] = Conv(x{}, w, _) name=n{}\n", i + 1,
                        i, i);
  }
  EXPECT_EQ(Proposed(CalibratedFrom(text + "output x6\n"), nullptr).size(), 3u);
}

TEST(StructureRules, CountWhatIsNamedTwiceOnce) {
  std::string text =
      "graph \"g\"\ninput x0 f32[1,8,8,4]\n"
      "const w f32[4,1,1,4]{50,.3,.7,-.2, 50,.6,-.3,.2, 50,.1,.4,.3, "
      "50,-.1,.2,.6}\n"
      "x1 f32[1,8,8,4] = Conv(x0, w, _) name=first\n";
  for (int i = 0; i < 3; ++i) {
    text += fmt::format("y{} f32[1,8,8,4] = Conv(x0, w, _) name=n{}\n", i, i);
  }
  text +=
      "z f32[1,8,8,4] = Conv(x1, w, _) name=last\n"
      "output y0\noutput y1\noutput y2\noutput z\n";
  EXPECT_THAT(Proposed(CalibratedFrom(text), nullptr),
              testing::ElementsAre("tiny weights: x0", "tiny weights: x1"));
}

}  // namespace
}  // namespace octet::compile
