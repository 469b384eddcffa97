// Shape inference as a table: the inputs, a node, and the type it must have.
#include "compile/ir/infer.h"

#include <gtest/gtest.h>

#include <string>

#include "compile/ir/text.h"

namespace octet::compile {
namespace {

// The values that the nodes below read.
constexpr const char* kValues = R"(
  input x f32[N,8,10,4]
  input image f32[1,8,10,4]
  input m f32[N,S,16]
  input v f32[16]
  input ids s64[N,S]
  input k s64[2]
  input any f32[...]
  input flags bool[N,1]
  input u8 u8[1,8,10,4]
  const w f32[6,3,3,4]{seed=1}
  const dw f32[8,3,3,1]{seed=1}
  const b6 f32[6]{fill=0}
  const b f32[16,7]{seed=2}
  const b7 f32[7]{fill=0}
  const batched f32[5,1,16,7]{seed=3}
  const g f32[16]{fill=1}
  const table f32[100,3]{seed=1}
  const one f32[]{1}
  const s1 f32[1]{0.1}
  const s4 f32[4]{1, 1, 1, 1}
  const z4 s8[4]{0, 0, 0, 0}
  const i0 s64[]{0}
  const i5 s64[]{5}
  const i2 s64[]{2}
  const axes s64[2]{1, -2}
  const zeros s64[4]{0, 1, 2, 0}
  const starts s64[2]{1, -1}
  const ends s64[2]{2147483647, -100}
  const picks s64[2]{1, 2}
  const steps s64[2]{2, -3}
  const pads s64[8]{0, 1, 2, 0, 0, 1, 2, 0}
  const hw s64[2]{16, 30}
  const scales f32[2]{2, 0.5}
  const dims s64[3]{0, -1, 4}
  const big s64[2]{65536, 65537}
)";

struct Row {
  const char* node;
  const char* type;
};

constexpr Row kRows[] = {
    {"Conv(x, w)", "f32[N,6,8,6]"},
    {"Conv(x, w, b6) pads=[1,1,1,1]", "f32[N,8,10,6]"},
    {"Conv(x, w, _) strides=[2,3] pads=[1,1,1,1]", "f32[N,4,4,6]"},
    {"Conv(x, w) dilations=[2,2]", "f32[N,4,6,6]"},
    {"Conv(image, dw) group=4", "f32[1,6,8,8]"},
    {"Conv(x, w) pads=[0,0,2,4] strides=[2,2]", "f32[N,4,6,6]"},
    {"MatMul(m, b)", "f32[N,S,7]"},
    {"MatMul(m, b, b7)", "f32[N,S,7]"},
    {"MatMul(m, batched)", "f32[5,N,S,7]"},
    {"MatMul(any, b)", "f32[...]"},
    {"Unary(x) function=relu", "f32[N,8,10,4]"},
    {"Unary(ids) function=neg", "s64[N,S]"},
    {"Unary(flags)", "bool[N,1]"},
    {"Binary(m, v)", "f32[N,S,16]"},
    {"Binary(m, one) op=less", "bool[N,S,16]"},
    {"Binary(flags, flags) op=and", "bool[N,1]"},
    {"Binary(any, one)", "f32[...]"},
    {"Pool(x) kernel=[2,2] strides=[2,2]", "f32[N,4,5,4]"},
    {"Pool(u8) kernel=[3,3] pads=[1,1,1,1]", "u8[1,8,10,4]"},
    {"Reduce(x) axes=[1,2]", "f32[N,1,1,4]"},
    {"Reduce(x) axes=[-1,1] keep_dims=false", "f32[N,10]"},
    {"Reduce(x, axes) op=max", "f32[N,1,1,4]"},
    {"Reduce(x, k) op=max", "f32[y.0,y.1,y.2,y.3]"},
    {"Reduce(x, k) op=max keep_dims=false", "f32[...]"},
    {"Softmax(m) axis=-1", "f32[N,S,16]"},
    {"LayerNorm(m, g, g)", "f32[N,S,16]"},
    {"Concat(m, m) axis=-1", "f32[N,S,32]"},
    {"Concat(m, m) axis=1", "f32[N,y.1,16]"},
    {"Concat(m, any) axis=1", "f32[...]"},
    {"Slice(x) starts=[0,2,0,3] sizes=[-1,3,5,-1] steps=[1,1,2,-1]",
     "f32[N,3,5,4]"},
    {"Slice(x, starts, ends, picks, steps)", "f32[N,4,4,4]"},
    {"Slice(m, k, k)", "f32[y.0,y.1,y.2]"},
    {"Slice(any, starts, ends)", "f32[...]"},
    {"Pad(x) before=[0,1,0,0] after=[0,-2,3,0]", "f32[N,7,13,4]"},
    {"Pad(x, pads)", "f32[N,10,14,4]"},
    {"Pad(x, pads, one)", "f32[N,10,14,4]"},
    {"Transpose(x) perm=[0,3,1,2]", "f32[N,4,8,10]"},
    {"Reshape(x) dims=[0,-1,4]", "f32[N,80,4]"},
    {"Reshape(x) dims=[-1,320]", "f32[N,320]"},
    {"Reshape(x) dims=[-1,4]", "f32[y.0,4]"},
    {"Reshape(x, dims)", "f32[N,80,4]"},
    {"Reshape(x, k)", "f32[y.0,y.1]"},
    {"Resize(x) size=[16,20]", "f32[N,16,20,4]"},
    {"Resize(x) scales=[0.3,2]", "f32[N,2,20,4]"},
    {"Resize(x, scales)", "f32[N,16,5,4]"},
    {"Resize(x, _, hw)", "f32[N,16,30,4]"},
    {"Resize(x, _, k)", "f32[N,y.1,y.2,4]"},
    {"Gather(table, ids)", "f32[N,S,3]"},
    {"Gather(m, i0) axis=-1", "f32[N,S]"},
    {"Cast(ids) to=f32", "f32[N,S]"},
    {"Where(flags, one, v)", "f32[N,16]"},
    {"Expand(v) dims=[3,1]", "f32[3,16]"},
    {"Expand(v, k)", "f32[y.0,16]"},
    {"Tile(m) repeats=[2,1,3]", "f32[y.0,S,48]"},
    {"Tile(m, k)", "f32[y.0,y.1,y.2]"},
    {"ShapeOf(m)", "s64[3]"},
    {"ShapeOf(m) start=-2", "s64[2]"},
    {"ConstantOfShape(zeros) value=1", "f32[0,1,2,0]"},
    {"ConstantOfShape(k) dtype=s64", "s64[y.0,y.1]"},
    {"Range(i0, i5, i2)", "s64[3]"},
    {"Range(i5, i0, i2)", "s64[0]"},
    {"Range(one, one, one)", "f32[y.0]"},
    {"Quantize(x, s1)", "u8[N,8,10,4]"},
    {"Quantize(x, s4, z4) axis=-1", "s8[N,8,10,4]"},
    {"Dequantize(u8, s1)", "f32[1,8,10,4]"},
    {"Dequantize(z4, s4, z4) axis=0", "f32[4]"},
    {"Unary(any) function=exp", "f32[...]"},
    {"Cast(any) to=u8", "u8[...]"},
    {"Softmax(m) axis=0", "f32[N,S,16]"},
    {"Where(flags, x, one)", "f32[N,8,10,4]"},
    {"Where(flags, any, one)", "f32[...]"},
    {"Gather(x, i0) axis=1", "f32[N,10,4]"},
    {"Gather(ids, ids)", "s64[N,S,S]"},
    {"Transpose(m) perm=[2,0,1]", "f32[16,N,S]"},
    {"Binary(ids, i5) op=div", "s64[N,S]"},
    {"Binary(ids, i5) op=equal", "bool[N,S]"},
    {"Pool(x) kernel=[3,3] strides=[2,2] pads=[0,0,1,1]", "f32[N,4,5,4]"},
    {"Resize(u8) size=[3,3]", "u8[1,3,3,4]"},
    {"Tile(u8) repeats=[1,1,2,1]", "u8[1,8,20,4]"},
    {"ShapeOf(m) start=1 end=-1", "s64[1]"},
    {"ShapeOf(m) start=2 end=1", "s64[0]"},
    {"Pad(ids) before=[0,1] after=[0,1]", "s64[N,y.1]"},
    {"Expand(i5) dims=[2,3]", "s64[2,3]"},
    {"Slice(flags) starts=[0,0] sizes=[-1,1] steps=[1,1]", "bool[N,1]"},
    {"Quantize(any, s1)", "u8[...]"},
    {"LayerNorm(x, s4) axis=3", "f32[N,8,10,4]"},
};

TEST(InferShapes, FindsTheTypeOfEveryKind) {
  for (const Row& row : kRows) {
    const std::string text =
        std::string(kValues) + "y = " + row.node + "\noutput y\n";
    Result<Graph> graph = Parse(text);
    ASSERT_TRUE(graph.ok()) << row.node << "\n" << graph.status().message();
    const std::string line = PrintNode(*graph, graph->nodes[0]);
    EXPECT_EQ(line.substr(2, line.find(" = ") - 2), row.type) << line;
  }
}

struct Wrong {
  const char* node;
  const char* message;  // a part of it
};

constexpr Wrong kWrongs[] = {
    {"Conv(x, dw)", "4 input channels, expected 1 groups of 1"},
    {"Conv(x, w) group=4", "6 output channels in 4 groups"},
    {"Conv(x, w) group=0", "groups"},
    {"Conv(x, w, b7)", "bias of 7 for 6 channels"},
    {"Conv(x, w, _, m) residual=true", "expected 4 dimensions"},
    {"Conv(x, w, _, image) residual=true", "residual of shape"},
    {"Conv(x, w) strides=[0,1]", "must be 1 to 2^31"},
    {"Conv(x, w) pads=[-1,0,0,0]", "must be 0 to 2^31"},
    {"Conv(x, w) dilations=[9,1]", "does not fit into [N, 8, 10, 4]"},
    {"Conv(m, w)", "expected 4 dimensions"},
    {"Conv(u8, w)", "is u8, expected f32"},
    {"Conv(x, any)", "its weights is not known"},
    {"MatMul(b, b)", "do not fit"},
    {"MatMul(m, v)", "expected matrices"},
    {"MatMul(m, b, b6)", "bias of 6 for 7 columns"},
    {"MatMul(m, b, _, m) residual=true", "residual of shape"},
    {"Unary(u8) function=relu", "is u8, expected f32"},
    {"Binary(x, m)", "do not broadcast"},
    {"Binary(x, u8)", "is u8, expected f32"},
    {"Binary(flags, flags)", "inputs of type bool"},
    {"Binary(x, x) op=and", "inputs of type f32"},
    {"Binary(x, x) op=less after=relu", "function relu of type bool"},
    {"Pool(u8) op=average", "expected f32"},
    {"Reduce(flags) axes=[0]", "expected f32, s64 or s32"},
    {"Reduce(x) axes=[4]", "axis 4 of a value with 4 dimensions"},
    {"Reduce(x) axes=[1,-3]", "an axis twice"},
    {"Softmax(m) axis=3", "axis 3"},
    {"LayerNorm(m, b6)", "input 1 of shape [6]"},
    {"LayerNorm(m, g) axis=1", "input 1 of shape [16]"},
    {"Concat(x, m) axis=1", "expected 4 dimensions"},
    {"Concat(b, table) axis=1", "does not fit"},
    {"Slice(x) starts=[0] sizes=[1] steps=[1]", "expected 1 dimensions"},
    {"Slice(x) starts=[0] sizes=[1] steps=[]", "differ in length"},
    {"Slice(v) starts=[0] sizes=[17] steps=[1]", "leave an axis of 16"},
    {"Slice(v) starts=[0] sizes=[2] steps=[-1]", "leave an axis of 16"},
    {"Slice(v) starts=[0] sizes=[1] steps=[0]", "step 0"},
    {"Slice(x, starts, ends, axes, i0)", "differ in length"},
    {"Pad(v) before=[-10] after=[-10]", "pads -10 and -10"},
    {"Pad(v) mode=reflect before=[16] after=[0]", "reflects 16"},
    {"Pad(x, hw)", "2 pads for 4 axes"},
    {"Transpose(m) perm=[0,1,1]", "not a permutation"},
    {"Transpose(m) perm=[1,0]", "expected 2 dimensions"},
    {"Reshape(image) dims=[7,-1]", "does not become"},
    {"Reshape(image) dims=[7,7]", "does not become"},
    {"Reshape(image) dims=[-1,-1]", "-1 twice"},
    {"Reshape(v) dims=[1,0]", "dimension 1 is copied from [16]"},
    {"Reshape(v) dims=[1,1,1,1,1,1,1,1,16]", "9 dimensions, at most 8"},
    {"Resize(x) scales=[0,1]", "its scale is 0"},
    {"Resize(x) scales=[0.01,1]", "size 8 times 0.01"},
    {"Resize(m)", "expected 4 dimensions"},
    {"Gather(x, v)", "indices are f32"},
    {"Where(one, x, x)", "is f32, expected bool"},
    {"Expand(v) dims=[-1]", "negative"},
    {"Expand(b) dims=[5,7]", "does not expand"},
    {"Tile(v) repeats=[-1]", "repeats axis 0 -1 times"},
    {"ConstantOfShape(axes)", "dimension 1 is -2"},
    {"ConstantOfShape(big)", "more than 4294967296 elements"},
    {"Range(i0, i5, i0)", "delta is 0"},
    {"Quantize(x, s4, z4) axis=1", "4 scales for axis 1"},
    {"Quantize(x, b)", "at most one dimension"},
    {"Quantize(x, s1, z4)", "zero point of shape [4]"},
    {"Quantize(x, s1, i0)", "expected u8 or s8"},
    {"Dequantize(x, s1)", "expected u8, s8 or s32"},
    {"Dequantize(u8, s4, z4)", "is s8, expected u8"},
    {"Softmax(ids)", "is s64, expected f32"},
    {"MatMul(ids, b)", "is s64, expected f32"},
    {"LayerNorm(ids, g)", "is s64, expected f32"},
    {"Resize(u8) mode=linear size=[3,3]", "is u8, expected f32"},
    {"Gather(m, i0) axis=3", "axis 3 of a value with 3 dimensions"},
    {"Concat(m, ids) axis=1", "is s64, expected f32"},
    {"Concat(m, m) axis=3", "axis 3"},
    {"Range(i0, one, i2)", "is f32, expected s64"},
    {"Where(flags, one, i0)", "is s64, expected f32"},
    {"Quantize(ids, s1)", "is s64, expected f32"},
    {"Quantize(x, i0)", "is s64, expected f32"},
    {"Pool(m)", "expected 4 dimensions"},
    {"Pool(x) kernel=[0,1]", "must be 1 to 2^31"},
    {"Pool(x) kernel=[9,1]", "does not fit into"},
    {"Resize(x) size=[-1,1]", "its size is -1"},
    {"Resize(x) scales=[nan,1]", "expected a positive number"},
    {"Resize(x) scales=[1,inf]", "expected a positive number"},
    {"Tile(m) repeats=[1]", "expected 1 dimensions"},
    {"Pad(v) before=[1] after=[]", "differ in length"},
    {"Unary(flags) function=relu", "is bool, expected f32"},
};

TEST(InferShapes, RefusesWhatDoesNotFit) {
  for (const Wrong& wrong : kWrongs) {
    const std::string text =
        std::string(kValues) + "y = " + wrong.node + "\noutput y\n";
    Result<Graph> graph = Parse(text);
    ASSERT_FALSE(graph.ok()) << wrong.node;
    EXPECT_NE(graph.status().message().find(wrong.message), std::string::npos)
        << wrong.node << "\n"
        << graph.status().message();
  }
}

// What exporters write to keep a batch: the shape of x, taken apart, computed
// with and put together again.
TEST(InferShapes, FollowsTheNumbersThatShapesAreMadeOf) {
  Result<Graph> graph = Parse(R"(
    input x f32[N,8,10,4]
    const zero s64[1]{0}
    const minus s64[1]{-1}
    const two s64[1]{2}
    const one s64[1]{1}
    shape = ShapeOf(x)
    batch = Gather(shape, zero)
    sizes = Slice(shape) starts=[1] sizes=[2] steps=[1]
    half = Binary(sizes, two) op=div
    same = Binary(batch, one) op=mul
    is_minus = Binary(batch, minus) op=equal
    chosen = Where(is_minus, one, same)
    size = Reduce(sizes) op=prod axes=[0]
    first = Concat(chosen, half, minus) axis=0
    second = Concat(batch, size, minus) axis=0
    y = Reshape(x, first)
    z = Reshape(x, second)
    output y
    output z
  )");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(PrintNode(*graph, graph->nodes[10]),
            "y f32[N,4,5,16] = Reshape(x, first)");
  EXPECT_EQ(PrintNode(*graph, graph->nodes[11]),
            "z f32[N,80,4] = Reshape(x, second)");
  // Inference itself also moves the shape into the attribute.
  ASSERT_TRUE(InferShapes(*graph).ok());
  EXPECT_EQ(PrintNode(*graph, graph->nodes[10]),
            "y f32[N,4,5,16] = Reshape(x) dims=[0,4,5,-1]");
}

TEST(InferShapes, BringsAttributesIntoTheirNormalForm) {
  const Row rows[] = {
      {"Softmax(m) axis=-1", "Softmax(m) axis=2"},
      {"Concat(m, m) axis=-1", "Concat(m, m) axis=2"},
      {"Gather(m, i0) axis=-2", "Gather(m, i0) axis=1"},
      {"Reduce(x) axes=[-1,1]", "Reduce(x) axes=[1,3]"},
      {"Reduce(x, axes)", "Reduce(x) axes=[1,2]"},
      {"Slice(x) starts=[0,2,0,0] sizes=[-1,-1,-1,-1] steps=[1,3,1,1]",
       "Slice(x) starts=[0,2,0,0] sizes=[-1,2,10,4] steps=[1,3,1,1]"},
      {"Slice(x, starts, ends, picks, steps)",
       "Slice(x) starts=[0,1,9,0] sizes=[-1,4,4,4] steps=[1,2,-3,1]"},
      {"Pad(x, pads, one)", "Pad(x) before=[0,1,2,0] after=[0,1,2,0] value=1"},
      {"Reshape(x, dims)", "Reshape(x) dims=[0,-1,4]"},
      {"Resize(x, scales)", "Resize(x) scales=[2,0.5] size=[16,5]"},
      {"Resize(x, _, hw)", "Resize(x) scales=[2,3] size=[16,30]"},
      {"ShapeOf(m) start=-2", "ShapeOf(m) start=1 end=3"},
  };
  for (const Row& row : rows) {
    const std::string text =
        std::string(kValues) + "y = " + row.node + "\noutput y\n";
    Result<Graph> graph = Parse(text);
    ASSERT_TRUE(graph.ok()) << row.node << "\n" << graph.status().message();
    ASSERT_TRUE(InferShapes(*graph).ok()) << row.node;
    const std::string line = PrintNode(*graph, graph->nodes[0]);
    EXPECT_EQ(line.substr(line.find(" = ") + 3), row.type);
  }
}

TEST(InferShapes, GivesTheSameTheSecondTime) {
  Result<Graph> graph = Parse(R"(
    input x f32[N,H,W,3]
    const w f32[6,3,3,3]{seed=1}
    y = Conv(x, w) strides=[2,2]
    z = Concat(y, y) axis=1
    output z
  )");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const std::string text = Print(*graph);
  EXPECT_NE(text.find("z f32[N,z.1,y.2,6]"), std::string::npos) << text;
  ASSERT_TRUE(InferShapes(*graph).ok());
  EXPECT_EQ(Print(*graph), text);
}

}  // namespace
}  // namespace octet::compile
