#include "compile/calibrate/structure_key.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "compile/ir/testing/must_parse.h"

namespace octet::compile {
namespace {

constexpr std::string_view kGraph = R"(graph "g"
input x f32[1,6,6,4]
input z f32[1,6,6,4]
const w f32[4,3,3,4]{seed=1}
const b f32[4]{seed=2}
a f32[1,6,6,4] = Conv(x, w, b) pads=[1,1,1,1] after=relu name=conv
c f32[1,6,6,4] = Binary(a, z) op=add name=sum
p f32[1,3,3,4] = Pool(c) op=max kernel=[2,2] strides=[2,2] name=pool
output p
)";

std::string Replaced(std::string_view from, std::string_view to) {
  std::string text(kGraph);
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
       at += to.size()) {
    text.replace(at, from.size(), to);
  }
  EXPECT_NE(text, kGraph) << from;
  return text;
}

std::map<std::string, uint64_t> KeysByName(std::string_view text) {
  const Graph graph = MustParse(text);
  const std::vector<uint64_t> keys = StructureKeys(graph);
  EXPECT_EQ(keys.size(), graph.values.size());
  std::map<std::string, uint64_t> named;
  for (size_t v = 0; v < keys.size(); ++v) {
    named[graph.values[v].name] = keys[v];
  }
  return named;
}

TEST(StructureKeys, AreDifferentForEveryValue) {
  std::set<uint64_t> keys;
  for (const auto& [name, key] : KeysByName(kGraph)) keys.insert(key);
  EXPECT_EQ(keys.size(), 7u);
}

TEST(StructureKeys, DoNotDependOnNames) {
  const auto before = KeysByName(kGraph);
  const uint64_t key = GraphKey(MustParse(kGraph));
  EXPECT_EQ(GraphKey(MustParse(Replaced("name=conv", "name=renamed"))), key);
  EXPECT_EQ(GraphKey(MustParse(Replaced("graph \"g\"", "graph \"h\""))), key);
  EXPECT_EQ(before.at("p"),
            KeysByName(Replaced("name=pool", "name=q")).at("p"));
}

struct Change {
  const char* from;
  const char* to;
  const char* first;  // the first value whose key changes
};

class Changes : public testing::TestWithParam<Change> {};

TEST_P(Changes, ChangeTheKeysFromThereOn) {
  const Change& change = GetParam();
  const auto before = KeysByName(kGraph);
  const auto after = KeysByName(Replaced(change.from, change.to));
  const std::string order = "acp";
  const size_t first = order.find(change.first);
  ASSERT_NE(first, std::string::npos);
  for (size_t i = 0; i < order.size(); ++i) {
    const std::string name(1, order[i]);
    EXPECT_EQ(before.at(name) == after.at(name), i < first) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    StructureKeys, Changes,
    testing::Values(
        Change{"{seed=1}", "{seed=3}", "a"},
        Change{"{seed=2}", "{seed=3}", "a"},
        Change{"(x, w, b)", "(x, w, _)", "a"},
        Change{"(x, w, b)", "(z, w, b)", "a"},
        Change{"after=relu", "after=tanh", "a"}, Change{" after=relu", "", "a"},
        Change{"(a, z)", "(z, a)", "c"}, Change{"op=add", "op=mul", "c"},
        Change{"(a, z)", "(a, x)", "c"}, Change{"op=max", "op=average", "p"},
        Change{"strides=[2,2]", "strides=[2,2] pads=[1,1,0,0]", "p"}));

TEST(GraphKey, DependsOnWhichValuesAreOutputsAndInWhatOrder) {
  const std::string two = fmt::format("{}output c\n", kGraph);
  const std::string swapped = Replaced("output p", "output c\noutput p");
  const std::set<uint64_t> keys = {GraphKey(MustParse(kGraph)),
                                   GraphKey(MustParse(two)),
                                   GraphKey(MustParse(swapped))};
  EXPECT_EQ(keys.size(), 3u);
}

}  // namespace
}  // namespace octet::compile
