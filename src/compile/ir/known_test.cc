// Known numbers as a table: a node, and what is known of its output.
#include "compile/ir/known.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "compile/ir/dims.h"
#include "compile/ir/infer.h"
#include "compile/ir/text.h"

namespace octet::compile {
namespace {

constexpr const char* kKnownValues = R"(
  input x f32[N,3,H,4]
  input k s64[2]
  input f f32[2]
  const a s64[3]{7, -3, 0}
  const b s64[3]{2, 2, 0}
  const b32 s32[3]{2, 2, 0}
  const t bool[2]{1, 0}
  const u bool[2]{1, 1}
  const one s64[1]{1}
  const minus s64[1]{-1}
  const most s64[1]{9223372036854775807}
  const least s64[1]{-9223372036854775808}
  const i0 s64[]{0}
  const i3 s64[]{3}
  const i10 s64[]{10}
  const picks s64[2]{3, -3}
  const floats f32[2]{1, 2}
  const bytes u8[2]{1, 2}
  const wide s64[256]{fill=1}
  const wider s64[257]{fill=1}
  const length s64[1]{300}
  const two s64[1]{2}
  const matrix s64[1,2]{5, 6}
  shape = ShapeOf(x)
  n = ShapeOf(x) start=0 end=1
  h = ShapeOf(x) start=2 end=3
)";

// "7,-3,N,?": numbers, symbols, gaps; "nothing".
std::string KnownText(const Graph& graph, const KnownInts* ints) {
  if (ints == nullptr) return "nothing";
  std::string text;
  for (const KnownInt& item : *ints) {
    if (!text.empty()) text += ",";
    if (item.is_number()) {
      text += std::to_string(item.value);
    } else if (item.kind == KnownInt::Kind::kSymbol) {
      text += graph.symbols[size_t(-1 - item.value)];
    } else {
      text += "?";
    }
  }
  return text;
}

std::string KnownOf(const std::string& node) {
  Result<Graph> graph = Parse(kKnownValues + ("y = " + node + "\noutput y\n"));
  if (!graph.ok()) return graph.status().message();
  // Update wants attributes in their normal form.
  EXPECT_TRUE(InferShapes(*graph).ok()) << node;
  KnownValues known(*graph);
  for (const Node& each : graph->nodes) known.Update(each);
  return KnownText(*graph, known.Find(graph->outputs[0]));
}

struct KnownRow {
  const char* node;
  const char* known;
};

constexpr KnownRow kKnownRows[] = {
    {"Binary(a, b)", "9,-1,0"},
    {"Binary(a, b) op=sub", "5,-5,0"},
    {"Binary(a, b) op=mul", "14,-6,0"},
    {"Binary(a, b) op=div", "3,-1,?"},
    {"Binary(a, b) op=min", "2,-3,0"},
    {"Binary(a, b) op=max", "7,2,0"},
    {"Binary(a, b) op=equal", "0,0,1"},
    {"Binary(a, b) op=less", "0,1,0"},
    {"Binary(a, b) op=greater", "1,0,0"},
    {"Binary(a, b) op=pow", "?,?,?"},
    {"Binary(t, u) op=and", "1,0"},
    {"Binary(t, u) op=or", "1,1"},
    {"Binary(a, one)", "8,-2,1"},
    {"Binary(one, a) op=sub", "-6,4,1"},
    {"Binary(k, k)", "nothing"},
    {"Binary(floats, floats)", "nothing"},
    {"Binary(most, one)", "?"},
    {"Binary(one, least) op=sub", "?"},
    {"Binary(most, two) op=mul", "?"},
    {"Binary(least, minus) op=div", "?"},
    {"Binary(n, one) op=mul", "N"},
    {"Binary(one, n) op=mul", "N"},
    {"Binary(n, one) op=div", "N"},
    {"Binary(one, n) op=div", "?"},
    {"Binary(n, two) op=mul", "?"},
    {"Binary(n, one)", "?"},
    {"Binary(n, n) op=equal", "1"},
    {"Binary(n, h) op=equal", "?"},
    {"Binary(n, one) op=equal", "?"},
    {"Binary(n, minus) op=equal", "0"},
    {"Binary(minus, n) op=equal", "0"},
    {"Unary(shape)", "N,3,H,4"},
    {"Unary(a) function=neg", "-7,3,0"},
    {"Unary(n) function=neg", "?"},
    {"Unary(a) function=abs", "nothing"},
    {"Gather(shape, picks)", "4,3"},
    {"Gather(shape, i0)", "N"},
    {"Gather(shape, i10)", "nothing"},
    {"Gather(shape, k)", "nothing"},
    {"Gather(matrix, i0)", "nothing"},
    {"Concat(shape, minus) axis=0", "N,3,H,4,-1"},
    {"Concat(one, k, h) axis=0", "1,?,?,H"},
    {"Concat(matrix, matrix) axis=0", "nothing"},
    {"Slice(shape) starts=[1] sizes=[2] steps=[1]", "3,H"},
    {"Slice(shape) starts=[3] sizes=[2] steps=[-2]", "4,3"},
    {"Slice(k) starts=[0] sizes=[1] steps=[1]", "nothing"},
    {"Reshape(shape) dims=[2,2]", "N,3,H,4"},
    {"Cast(shape) to=s32", "N,3,H,4"},
    {"Cast(a) to=bool", "1,1,0"},
    {"Cast(n) to=bool", "?"},
    {"Cast(b32) to=s64", "2,2,0"},
    {"Cast(a) to=f32", "nothing"},
    {"Cast(f) to=s64", "nothing"},
    {"Where(t, one, two)", "1,2"},
    {"Where(t, n, minus)", "N,-1"},
    {"Reduce(a) op=sum axes=[0]", "4"},
    {"Reduce(b) op=prod axes=[0] keep_dims=false", "0"},
    {"Reduce(shape) op=prod axes=[0]", "?"},
    {"Reduce(n) op=prod axes=[0]", "N"},
    {"Reduce(a) op=max axes=[0]", "nothing"},
    {"ConstantOfShape(one) value=5 dtype=s64", "5"},
    {"ConstantOfShape(two) value=-2 dtype=s32", "-2,-2"},
    {"ConstantOfShape(one) value=1e16 dtype=s64", "nothing"},
    {"ConstantOfShape(one) value=nan dtype=s64", "nothing"},
    {"ConstantOfShape(one) value=5", "nothing"},
    {"ConstantOfShape(length) value=5 dtype=s64", "nothing"},
    {"Expand(i3) dims=[3]", "3,3,3"},
    {"Expand(n) dims=[2]", "N,N"},
    {"Range(i0, i10, i3)", "0,3,6,9"},
    {"Range(i10, i0, i3)", ""},
    {"Tile(a) repeats=[1]", "nothing"},
};

TEST(KnownValues, FollowTheNumbersOfEveryKind) {
  for (const KnownRow& row : kKnownRows) {
    EXPECT_EQ(KnownOf(row.node), row.known) << row.node;
  }
}

Graph Constants() {
  Result<Graph> graph = Parse(fmt::format("{}output n\n", kKnownValues));
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return *std::move(graph);
}

ValueId Named(const Graph& graph, std::string_view name) {
  for (size_t v = 0; v < graph.values.size(); ++v) {
    if (graph.values[v].name == name) return ValueId(v);
  }
  return kNoValue;
}

TEST(KnownValues, ReadSmallConstantsOfIntegers) {
  const Graph graph = Constants();
  KnownValues known(graph);
  const KnownRow rows[] = {
      {"a", "7,-3,0"},       {"b32", "2,2,0"},     {"t", "1,0"},
      {"i3", "3"},           {"k", "nothing"},     {"matrix", "5,6"},
      {"floats", "nothing"}, {"bytes", "nothing"}, {"wider", "nothing"}};
  for (const KnownRow& row : rows) {
    EXPECT_EQ(KnownText(graph, known.Find(Named(graph, row.node))), row.known)
        << row.node;
  }
  const KnownInts* wide = known.Find(Named(graph, "wide"));
  ASSERT_NE(wide, nullptr);
  EXPECT_EQ(int64_t(wide->size()), kMostKnown);
}

TEST(KnownValues, AreNumbersOnlyIfAllOfThemAre) {
  Graph graph = Constants();
  ASSERT_TRUE(InferShapes(graph).ok());
  KnownValues known(graph);
  for (const Node& node : graph.nodes) known.Update(node);
  EXPECT_EQ(known.Numbers(Named(graph, "a")), (std::vector<int64_t>{7, -3, 0}));
  EXPECT_EQ(known.Numbers(Named(graph, "shape")), std::nullopt);
  EXPECT_EQ(known.Numbers(Named(graph, "x")), std::nullopt);
}

TEST(KnownInt, ComesFromADimension) {
  EXPECT_EQ(KnownInt::Dim(5), KnownInt::Number(5));
  EXPECT_EQ(KnownInt::Dim(kUnknownDim), KnownInt());
  EXPECT_EQ(KnownInt::Dim(-2), (KnownInt{KnownInt::Kind::kSymbol, -2}));
}

}  // namespace
}  // namespace octet::compile
