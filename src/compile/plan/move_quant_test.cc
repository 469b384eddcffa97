#include "compile/plan/move_quant.h"

#include <gmock/gmock.h>

#include "compile/plan/testing/plans.h"
#include "compile/reference/evaluate.h"

namespace octet::compile {
namespace {

// One node that makes y from x [2,3,2,6] or s [2,3,2,2,3], whose parameters
// depend on their last (two) axes.
struct MoveCase {
  const char* node;
  int x_axis;
  int y_axis;  // -1: channels do not stay together
};
const MoveCase kMoveCases[] = {
    {"y = Transpose(x) perm=[0,2,1,3]", 3, 3},
    {"y = Transpose(x) perm=[2,1,0,3]", 3, 3},
    {"y = Transpose(x) perm=[0,3,1,2]", 3, -1},
    {"y = Transpose(s) perm=[0,1,2,4,3]", 3, 3},
    {"y = Transpose(s) perm=[1,0,2,4,3]", 3, 3},
    {"y = Transpose(s) perm=[0,1,3,2,4]", 3, -1},
    {"y = Reshape(x) dims=[2,3,2,2,3]", 3, 3},
    {"y = Reshape(x) dims=[2,3,2,1,6]", 3, 4},
    {"y = Reshape(x) dims=[12,6]", 3, 1},
    {"y = Reshape(x) dims=[2,36]", 3, -1},
    {"y = Reshape(x) dims=[2,3,3,4]", 3, -1},
    {"y = Reshape(s) dims=[2,3,2,6]", 3, 3},
    {"y = Slice(x) starts=[0,1,0,1] sizes=[2,2,1,3] steps=[1,1,1,2]", 3, 3},
    {"y = Slice(x) starts=[0,0,0,5] sizes=[2,3,2,4] steps=[1,1,1,-1]", 3, 3},
    {"y = Slice(s) starts=[0,0,0,1,0] sizes=[2,3,2,1,2] steps=[1,1,1,1,2]", 3,
     3},
    {"y = Pad(x) before=[0,1,0,0] after=[1,0,2,0]", 3, 3},
    {"y = Pad(x) before=[0,0,0,1] after=[0,0,0,0]", 3, -1},
    {"y = Pool(x) kernel=[2,2]", 3, 3},
    {"y = Resize(x) scales=[2,2] size=[6,4]", 3, 3},
    {"y = Concat(x, x) axis=3", 3, 3},
    {"y = Concat(x, x) axis=1", 3, -1},
    {"y = Gather(x, pick) axis=3", 3, 3},
    {"y = Gather(x, pick) axis=2", 3, 3},
    {"y = Gather(s, pick) axis=3", 3, 3},
    {"y = Gather(s, one) axis=3", 3, 3},
    {"y = Gather(x, one) axis=1", 3, 2},
    {"y = Gather(x, one) axis=3", 3, -1},
    {"y = Gather(x, computed) axis=3", 3, -1},
    {"y = Expand(x) dims=[4,2,3,2,6]", 3, -1},
    {"y = Tile(x) repeats=[1,1,1,2]", 3, -1},
};

Graph GraphOf(const MoveCase& c) {
  return MustParse(
      "graph \"g\"\ninput x f32[2,3,2,6]\ninput s f32[2,3,2,2,3]\n"
      "input computed s64[2]\nconst pick s64[3]{1, -1, 0}\n"
      "const one s64[]{-1}\n" +
      std::string(c.node) + "\noutput y\n");
}

TEST(MapChannels, SaysWhereChannelsStayTogether) {
  for (const MoveCase& c : kMoveCases) {
    const Graph graph = GraphOf(c);
    const Node& node = graph.nodes[0];
    const auto map = MapChannels(
        graph, node, std::vector<int>(node.inputs.size(), c.x_axis));
    EXPECT_EQ(map.has_value(), c.y_axis >= 0) << c.node;
    EXPECT_EQ(map ? map->channel_axis : -1, c.y_axis) << c.node;
  }
}

// Moves the numbers of the channels themselves: the evaluator shows where each
// went.
TEST(MapChannels, NamesTheChannelThatEachElementComesFrom) {
  for (const MoveCase& c : kMoveCases) {
    if (c.y_axis < 0) continue;
    SCOPED_TRACE(c.node);
    const Graph graph = GraphOf(c);
    const Node& node = graph.nodes[0];
    const auto map = MapChannels(
        graph, node, std::vector<int>(node.inputs.size(), c.x_axis));
    ASSERT_TRUE(map.has_value());
    std::vector<Tensor> inputs;
    for (ValueId v : graph.inputs) {
      const Value& value = graph.values[size_t(v)];
      Tensor& tensor = inputs.emplace_back(value.dtype, value.shape);
      if (value.dtype != DType::kF32) continue;
      const auto x = tensor.as<float>();
      for (size_t i = 0; i < x.size(); ++i) x[i] = float(1 + i % 6);
    }
    const auto outputs = Evaluate(graph, inputs);
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    const auto y = (*outputs)[0].as<float>();
    ASSERT_FALSE(map->sources.empty());
    for (size_t i = 0; i < y.size(); ++i) {
      if (y[i] == 0) continue;  // padding
      const ChannelSource& from = map->sources[i % map->sources.size()];
      ASSERT_EQ(y[i], float(1 + from.channel)) << "element " << i;
    }
  }
}

TEST(MapChannels, TellsTheInputsOfAConcatenationApart) {
  const Graph graph = MustParse(R"(graph "g"
input a f32[1,2]
input b f32[1,3]
y f32[1,5] = Concat(a, b) axis=1
output y
)");
  const auto map = MapChannels(graph, graph.nodes[0], {1, 1});
  ASSERT_TRUE(map.has_value());
  std::vector<std::pair<int, int64_t>> sources;
  for (const ChannelSource& s : map->sources) {
    sources.push_back({s.input, s.channel});
  }
  using P = std::pair<int, int64_t>;
  EXPECT_THAT(sources, testing::ElementsAre(P{0, 0}, P{0, 1}, P{1, 0}, P{1, 1},
                                            P{1, 2}));
  EXPECT_FALSE(MapChannels(graph, graph.nodes[0], {1, -1}).has_value());
}

TEST(MapChannels, HasNoneWhereTheInputHasNone) {
  for (const MoveCase& c : kMoveCases) {
    const Graph graph = GraphOf(c);
    const Node& node = graph.nodes[0];
    EXPECT_FALSE(
        MapChannels(graph, node, std::vector<int>(node.inputs.size(), -1))
            .has_value())
        << c.node;
  }
}

}  // namespace
}  // namespace octet::compile
