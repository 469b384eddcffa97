// Every operator in the forms that its opsets give it: the text of the graph
// that it becomes.
#include <gtest/gtest.h>

#include <cmath>

#include "compile/ir/text.h"
#include "compile/onnx/test_model.h"

namespace octet::compile {
namespace {

using Longs = std::vector<int64_t>;

// The lines of nodes in the graph that becomes of the model, whose output is y.
std::string NodesOf(TestModel model, const ImportOptions& options = {}) {
  if (model.graph().output_size() == 0) model.Output("y");
  Result<Graph> graph = model.Import(options);
  if (!graph.ok()) return graph.status().message();
  std::string text;
  for (const Node& node : graph->nodes) text += PrintNode(*graph, node) + "\n";
  return text;
}

// The same without what every node has: name, type and origins.
std::string ShortNodesOf(const TestModel& model,
                         const ImportOptions& options = {}) {
  const std::string text = NodesOf(model, options);
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    result +=
        line.substr(0, std::min(line.find(" name="), line.find(" type=")));
    result += "\n";
    at = end + 1;
  }
  return result;
}

std::vector<float> ConstantOf(const TestModel& model, const std::string& name) {
  TestModel copy = model;
  if (copy.graph().output_size() == 0) copy.Output("y");
  Result<Graph> graph = copy.Import();
  if (!graph.ok()) return {};
  for (const Value& value : graph->values) {
    if (value.name != name || !value.is_constant()) continue;
    const auto data = value.data->as<float>();
    return {data.begin(), data.end()};
  }
  return {};
}

TEST(ImportConv, GoesThroughNhwcAndPermutesItsWeights) {
  TestModel model;
  model.Input("x", {"N", "2", "5", "5"}).Counting("w", {1, 2, 1, 3});
  model.Node("Conv", {"x", "w"}).Attr("pads", {0, 1, 0, 1});
  EXPECT_EQ(NodesOf(model),
            "x.nhwc f32[N,5,5,2] = Transpose(x) perm=[0,2,3,1] "
            "name=n_y.to_nhwc type=Conv origins=[n_y]\n"
            "y.nhwc f32[N,5,5,1] = Conv(x.nhwc, w.permuted) pads=[0,1,0,1] "
            "name=n_y\n"
            "y f32[N,1,5,5] = Transpose(y.nhwc) perm=[0,3,1,2] "
            "name=n_y.to_nchw type=Conv origins=[n_y]\n");
  EXPECT_EQ(ConstantOf(model, "w.permuted"),
            (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

TEST(ImportConv, KeepsOneTransposeBetweenConvolutions) {
  TestModel model;
  model.Input("x", {"1", "2", "5", "5"}).Counting("w", {2, 2, 1, 1});
  model.Node("Conv", {"x", "w"}, {"a"}).Node("Conv", {"a", "w"}, {"b"});
  model.Node("Add", {"b", "b"});
  EXPECT_EQ(ShortNodesOf(model),
            "x.nhwc f32[1,5,5,2] = Transpose(x) perm=[0,2,3,1]\n"
            "a.nhwc f32[1,5,5,2] = Conv(x.nhwc, w.permuted)\n"
            "b.nhwc f32[1,5,5,2] = Conv(a.nhwc, w.permuted_1)\n"
            "b f32[1,2,5,5] = Transpose(b.nhwc) perm=[0,3,1,2]\n"
            "y f32[1,2,5,5] = Binary(b, b)\n");
}

TEST(ImportConv, GivesOneDimensionAHeightOfOne) {
  TestModel model;
  model.Input("x", {"1", "2", "L"}).Counting("w", {3, 2, 3});
  model.Node("Conv", {"x", "w"}).Attr("strides", Longs{2}).Attr("pads", {1, 1});
  EXPECT_EQ(ShortNodesOf(model),
            "y.to_nwc f32[1,L,2] = Transpose(x) perm=[0,2,1]\n"
            "y.to_2d f32[1,1,L,2] = Reshape(y.to_nwc) dims=[0,1,-1,2]\n"
            "y.nhwc f32[1,1,y.nhwc.2,3] = Conv(y.to_2d, w.permuted) "
            "strides=[1,2] pads=[0,1,0,1]\n"
            "y.to_nchw f32[1,3,1,y.nhwc.2] = Transpose(y.nhwc) "
            "perm=[0,3,1,2]\n"
            "y f32[1,3,y.nhwc.2] = Reshape(y.to_nchw) dims=[0,0,-1]\n");
}

struct PadRow {
  const char* auto_pad;
  const char* size;
  int64_t stride;
  const char* expected;
};

TEST(ImportConv, WorksOutAutoPad) {
  const PadRow rows[] = {
      {"SAME_UPPER", "8", 2, " strides=[2,2] pads=[0,0,1,1]"},
      {"SAME_LOWER", "8", 2, " strides=[2,2] pads=[1,1,0,0]"},
      {"SAME_UPPER", "7", 2, " strides=[2,2] pads=[1,1,1,1]"},
      {"SAME_UPPER", "H", 1, " pads=[1,1,1,1]"},
      {"VALID", "8", 2, " strides=[2,2]"},
      {"NOTSET", "8", 2, " strides=[2,2] pads=[2,2,2,2]"},
      {"SAME_UPPER", "H", 2, "auto_pad SAME with strides"},
      {"FULL", "8", 1, "auto_pad is 'FULL'"},
  };
  for (const PadRow& row : rows) {
    TestModel model;
    model.Input("x", {"1", "1", row.size, row.size});
    model.Counting("w", {1, 1, 3, 3}).Node("Conv", {"x", "w"});
    model.Attr("auto_pad", row.auto_pad).Attr("pads", {2, 2, 2, 2});
    model.Attr("strides", {row.stride, row.stride});
    const std::string text = NodesOf(model);
    EXPECT_NE(text.find(row.expected), std::string::npos) << text;
  }
}

TEST(ImportConv, TakesSizesThatAutoPadNeedsFromTheOptions) {
  TestModel model;
  model.Input("x", {"1", "1", "H", "H"}).Counting("w", {1, 1, 3, 3});
  model.Node("Conv", {"x", "w"}).Attr("auto_pad", "SAME_UPPER");
  model.Attr("strides", {2, 2});
  ImportOptions options;
  options.symbols = {{"H", 8}};
  const std::string text = NodesOf(model, options);
  EXPECT_NE(text.find("pads=[0,0,1,1]"), std::string::npos) << text;
}

TEST(ImportConv, KeepsQuantizedWeightsAsIntegers) {
  TestModel model;
  model.Input("x", {"1", "2", "5", "5"});
  model.Ints("w", {2, 2, 1, 1}, {1, 2, 3, 4}, onnx::TensorProto::INT8);
  model.Floats("s", {2}, {0.5f, 0.25f});
  model.Ints("z", {2}, {0, 0}, onnx::TensorProto::INT8);
  model.Node("DequantizeLinear", {"w", "s", "z"}, {"wf"}).Attr("axis", 0);
  model.Node("Conv", {"x", "wf"});
  EXPECT_EQ(ShortNodesOf(model),
            "y.weights f32[2,1,1,2] = Dequantize(w.permuted, s, z)\n"
            "x.nhwc f32[1,5,5,2] = Transpose(x) perm=[0,2,3,1]\n"
            "y.nhwc f32[1,5,5,2] = Conv(x.nhwc, y.weights)\n"
            "y f32[1,2,5,5] = Transpose(y.nhwc) perm=[0,3,1,2]\n");
}

TEST(ImportConv, MovesTheAxisOfScalesWithTheirChannels) {
  TestModel model;
  model.Input("x", {"1", "2", "5", "5"});
  model.Ints("w", {1, 2, 1, 1}, {1, 2}, onnx::TensorProto::INT8);
  model.Floats("s", {2}, {0.5f, 0.25f});
  model.Node("DequantizeLinear", {"w", "s"}, {"wf"}).Attr("axis", 1);
  model.Node("Conv", {"x", "wf"});
  const std::string text = ShortNodesOf(model);
  EXPECT_NE(text.find("Dequantize(w.permuted, s) axis=3"), std::string::npos)
      << text;
}

TEST(ImportConv, FoldsWeightsThatAreQuantizedOnTheWay) {
  TestModel model;
  model.Input("x", {"1", "1", "5", "5"});
  model.Floats("w", {1, 1, 1, 3}, {-1, 0.26f, 300});
  model.Floats("s", {}, {0.5f});
  model.Ints("z", {}, {0}, onnx::TensorProto::INT8);
  model.Node("QuantizeLinear", {"w", "s", "z"}, {"wq"});
  model.Node("DequantizeLinear", {"wq", "s", "z"}, {"wf"});
  model.Node("Conv", {"x", "wf"}).Output("y");
  Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_NE(Print(*graph).find("s8[1,1,3,1]{-2, 1, 127}"), std::string::npos)
      << Print(*graph);
}

// One image operator: the line of its NHWC node.
struct ImageRow {
  int64_t opset;
  void (*build)(TestModel&);
  const char* expected;  // a part of the text
};

TEST(ImportPool, ReadsEveryForm) {
  const ImageRow rows[] = {
      {8,
       [](TestModel& m) {
         m.Node("MaxPool", {"x"}).Attr("kernel_shape", {3, 3});
         m.Attr("strides", {2, 2}).Attr("pads", {1, 1, 1, 1});
       },
       "f32[1,3,4,2] = Pool(x.nhwc) kernel=[3,3] strides=[2,2] "
       "pads=[1,1,1,1]"},
      {10,
       [](TestModel& m) {
         m.Node("MaxPool", {"x"}).Attr("kernel_shape", {2, 2});
         m.Attr("strides", {2, 2}).Attr("ceil_mode", 1);
       },
       "f32[1,3,4,2] = Pool(x.nhwc) kernel=[2,2] strides=[2,2] "
       "pads=[0,0,1,1]"},
      // The last window would lie in the padding: it is left out.
      {10,
       [](TestModel& m) {
         m.Node("MaxPool", {"x"}).Attr("kernel_shape", {2, 2});
         m.Attr("strides", {3, 3}).Attr("pads", {1, 1, 1, 1});
         m.Attr("ceil_mode", 1);
       },
       "f32[1,2,3,2] = Pool(x.nhwc) kernel=[2,2] strides=[3,3] "
       "pads=[1,1,1,1]"},
      {10,
       [](TestModel& m) {
         m.Node("MaxPool", {"x"}).Attr("kernel_shape", {2, 2});
         m.Attr("dilations", {2, 2});
       },
       "(MaxPool, opset 10): dilated pooling"},
      {10,
       [](TestModel& m) {
         m.Node("MaxPool", {"x"}, {"y", "i"}).Attr("kernel_shape", {2, 2});
         m.Output("y").Output("i");
       },
       "output 1 ('i') is used"},
      {10,
       [](TestModel& m) {
         m.Node("AveragePool", {"x"}).Attr("kernel_shape", {2, 2});
         m.Attr("count_include_pad", 1).Attr("pads", {1, 1, 1, 1});
       },
       "Pool(x.nhwc) op=average kernel=[2,2] pads=[1,1,1,1] "
       "count_include_pad=true"},
      {10,
       [](TestModel& m) {
         m.Node("AveragePool", {"x"}).Attr("kernel_shape", {2, 2});
         m.Attr("count_include_pad", 1).Attr("ceil_mode", 1);
         m.Attr("strides", {2, 2});
       },
       "count_include_pad together with ceil_mode"},
      {10,
       [](TestModel& m) {
         m.Node("AveragePool", {"x"}).Attr("kernel_shape", {2, 2});
         m.Attr("pads", {2, 0, 0, 0});
       },
       "padding as wide as the window"},
      {10,
       [](TestModel& m) {
         m.Node("AveragePool", {"x"}).Attr("kernel_shape", Longs{2});
       },
       "kernel_shape of 1 entries"},
      {13, [](TestModel& m) { m.Node("GlobalAveragePool", {"x"}); },
       "f32[1,1,1,2] = Reduce(x.nhwc) axes=[1,2]"},
      {13, [](TestModel& m) { m.Node("GlobalMaxPool", {"x"}); },
       "f32[1,1,1,2] = Reduce(x.nhwc) op=max axes=[1,2]"},
  };
  for (const ImageRow& row : rows) {
    TestModel model(row.opset);
    model.Input("x", {"1", "2", "5", "7"});
    row.build(model);
    const std::string text = NodesOf(model);
    EXPECT_NE(text.find(row.expected), std::string::npos)
        << row.expected << "\n"
        << text;
  }
}

TEST(ImportResize, ReadsEveryForm) {
  const ImageRow rows[] = {
      {8,
       [](TestModel& m) {
         m.Node("Upsample", {"x"}).FloatsAttr("scales", {1, 1, 2, 3});
       },
       "f32[1,10,21,2] = Resize(x.nhwc) coordinates=asymmetric rounding=floor "
       "scales=[2,3] size=[10,21]"},
      {9,
       [](TestModel& m) {
         m.Floats("s", {4}, {1, 1, 2, 2});
         m.Node("Upsample", {"x", "s"}).Attr("mode", "linear");
       },
       "Resize(x.nhwc) mode=linear coordinates=asymmetric rounding=floor "
       "scales=[2,2] size=[10,14]"},
      {10,
       [](TestModel& m) {
         m.Floats("s", {4}, {1, 1, 0.5f, 0.5f}).Node("Resize", {"x", "s"});
       },
       "coordinates=asymmetric rounding=ceil scales=[0.5,0.5] size=[2,3]"},
      {11,
       [](TestModel& m) {
         m.Floats("none", {0}, {}).Floats("s", {4}, {1, 1, 2, 2});
         m.Node("Resize", {"x", "none", "s"}).Attr("nearest_mode", "floor");
         m.Attr("coordinate_transformation_mode", "align_corners");
       },
       "coordinates=align_corners rounding=floor scales=[2,2] size=[10,14]"},
      {13,
       [](TestModel& m) {
         m.Ints("s", {4}, {1, 2, 10, 14}).Node("Resize", {"x", "", "", "s"});
       },
       "y.nhwc f32[1,10,14,2] = Resize(x.nhwc) scales=[2,2] size=[10,14]"},
      {18,
       [](TestModel& m) {
         m.Ints("s", {2}, {14, 10}).Node("Resize", {"x", "", "", "s"});
         m.Attr("axes", {3, 2}).Attr("mode", "linear");
       },
       "mode=linear scales=[2,2] size=[10,14]"},
      {13,
       [](TestModel& m) {
         m.Floats("s", {4}, {1, 2, 2, 2}).Node("Resize", {"x", "", "s"});
       },
       "a scale of 2 for batch or channels"},
      {13,
       [](TestModel& m) {
         m.Floats("s", {4}, {1, 1, 2, 2}).Node("Resize", {"x", "", "s"});
         m.Attr("mode", "cubic");
       },
       "mode 'cubic'"},
      {13,
       [](TestModel& m) {
         m.Floats("s", {4}, {1, 1, 2, 2}).Node("Resize", {"x", "", "s"});
         m.Attr("coordinate_transformation_mode", "tf_crop_and_resize");
       },
       "coordinate_transformation_mode 'tf_crop_and_resize'"},
      {18,
       [](TestModel& m) {
         m.Floats("s", {4}, {1, 1, 2, 2}).Node("Resize", {"x", "", "s"});
         m.Attr("antialias", 1);
       },
       "antialias"},
      {13, [](TestModel& m) { m.Node("Resize", {"x"}); },
       "neither scales nor sizes"},
  };
  for (const ImageRow& row : rows) {
    TestModel model(row.opset);
    model.Input("x", {"1", "2", "5", "7"});
    row.build(model);
    const std::string text = NodesOf(model);
    EXPECT_NE(text.find(row.expected), std::string::npos)
        << row.expected << "\n"
        << text;
  }
}

// Operators that become one node: its text.
struct Row {
  int64_t opset;
  void (*build)(TestModel&);
  const char* expected;  // of the last node, without name and type
};

constexpr Row kRows[] = {
    {7, [](TestModel& m) { m.Node("Relu", {"x"}); },
     "f32[N,6,4] = Unary(x) function=relu"},
    {7, [](TestModel& m) { m.Node("LeakyRelu", {"x"}).Attr("alpha", 0.5f); },
     "f32[N,6,4] = Unary(x) function=leaky_relu(0.5)"},
    {7, [](TestModel& m) { m.Node("HardSigmoid", {"x"}); },
     "f32[N,6,4] = Unary(x) function=hard_sigmoid(0.2,0.5)"},
    {14, [](TestModel& m) { m.Node("HardSwish", {"x"}); },
     "f32[N,6,4] = Unary(x) function=hard_swish"},
    {20, [](TestModel& m) { m.Node("Gelu", {"x"}); },
     "f32[N,6,4] = Unary(x) function=gelu"},
    {20,
     [](TestModel& m) { m.Node("Gelu", {"x"}).Attr("approximate", "tanh"); },
     "f32[N,6,4] = Unary(x) function=gelu_tanh"},
    {7,
     [](TestModel& m) {
       m.Node("Clip", {"x"}).Attr("min", 0.0f).Attr("max", 6.0f);
     },
     "f32[N,6,4] = Unary(x) function=clip(0,6)"},
    {13,
     [](TestModel& m) {
       m.Floats("lo", {}, {-1}).Floats("hi", {}, {6});
       m.Node("Clip", {"x", "lo", "hi"});
     },
     "f32[N,6,4] = Unary(x) function=clip(-1,6)"},
    {13,
     [](TestModel& m) {
       m.Floats("lo", {}, {0}).Node("Clip", {"x", "lo"});
     },
     "f32[N,6,4] = Unary(x) function=relu"},
    {13,
     [](TestModel& m) {
       m.Floats("hi", {}, {6}).Node("Clip", {"x", "", "hi"});
     },
     "f32[N,6,4] = Unary(x) function=clip(-inf,6)"},
    {13,
     [](TestModel& m) {
       m.Node("Clip", {"x", "limit"});
     },
     "f32[N,6,4] = Binary(x, limit) op=max"},
    {13,
     [](TestModel& m) {
       m.Floats("p", {1}, {0.25f}).Node("PRelu", {"x", "p"});
     },
     "f32[N,6,4] = Unary(x) function=leaky_relu(0.25)"},
    {13,
     [](TestModel& m) {
       m.Floats("p", {4}, {1, 2, 3, 4}).Node("PRelu", {"x", "p"});
     },
     "f32[N,6,4] = Binary(y.positive, y.scaled)"},
    {13,
     [](TestModel& m) {
       m.Ints("two", {}, {2}).Node("Pow", {"x", "two"});
     },
     "f32[N,6,4] = Binary(x, y.cast) op=pow"},
    {13,
     [](TestModel& m) {
       m.Node("Max", {"x", "limit", "x"});
     },
     "f32[N,6,4] = Binary(y.step1, x) op=max"},
    {13,
     [](TestModel& m) {
       m.Node("Mean", {"x", "x", "x"});
     },
     "f32[N,6,4] = Binary(y.step2, y.number) op=div"},
    {13,
     [](TestModel& m) {
       m.Node("LessOrEqual", {"x", "x"});
     },
     "bool[N,6,4] = Binary(y.strict, y.equal) op=or"},
    {13, [](TestModel& m) { m.Node("Softmax", {"x"}); },
     "f32[N,6,4] = Softmax(x) axis=2"},
    {11, [](TestModel& m) { m.Node("Softmax", {"x"}).Attr("axis", 2); },
     "f32[N,6,4] = Softmax(x) axis=2"},
    {11, [](TestModel& m) { m.Node("Softmax", {"x"}); },
     "f32[N,6,4] = Reshape(y.softmax) dims=[0,6,4]"},
    {13, [](TestModel& m) { m.Node("LogSoftmax", {"x"}); },
     "f32[N,6,4] = Unary(y.softmax) function=log"},
    {11,
     [](TestModel& m) { m.Node("Squeeze", {"flat"}).Attr("axes", Longs{0}); },
     "f32[M,4] = Reshape(flat) dims=[-1,4]"},
    {13,
     [](TestModel& m) {
       m.Ints("a", {1}, {-3}).Node("Squeeze", {"flat", "a"});
     },
     "f32[M,4] = Reshape(flat) dims=[-1,4]"},
    {13, [](TestModel& m) { m.Node("Squeeze", {"flat"}); },
     "f32[M,4] = Reshape(flat) dims=[-1,4]"},
    {11,
     [](TestModel& m) {
       m.Node("Unsqueeze", {"x"}).Attr("axes", {0, -1});
     },
     "f32[1,N,6,4,1] = Reshape(x) dims=[1,-1,6,4,1]"},
    {13,
     [](TestModel& m) {
       m.Ints("a", {1}, {1}).Node("Unsqueeze", {"x", "a"});
     },
     "f32[N,1,6,4] = Reshape(x) dims=[0,1,6,4]"},
    {13, [](TestModel& m) { m.Node("Flatten", {"x"}); },
     "f32[N,24] = Reshape(x) dims=[0,-1]"},
    {13, [](TestModel& m) { m.Node("Flatten", {"x"}).Attr("axis", 2); },
     "f32[y.0,4] = Reshape(x) dims=[-1,4]"},
    {13, [](TestModel& m) { m.Node("Flatten", {"x"}).Attr("axis", -3); },
     "f32[1,y.1] = Reshape(x) dims=[1,-1]"},
    {13,
     [](TestModel& m) {
       m.Ints("s", {2}, {0, -1}).Node("Reshape", {"x", "s"});
     },
     "f32[N,24] = Reshape(x) dims=[0,-1]"},
    {14,
     [](TestModel& m) {
       m.Ints("s", {2}, {-1, 4}).Node("Reshape", {"x", "s"});
       m.Attr("allowzero", 1);
     },
     "f32[y.0,4] = Reshape(x) dims=[-1,4]"},
    {13, [](TestModel& m) { m.Node("Transpose", {"x"}); },
     "f32[4,6,N] = Transpose(x) perm=[2,1,0]"},
    {9,
     [](TestModel& m) {
       m.Node("Slice", {"x"}).Attr("starts", {1, 0}).Attr("ends", {99, -1});
       m.Attr("axes", {1, 2});
     },
     "f32[N,5,3] = Slice(x) starts=[0,1,0] sizes=[-1,5,3] steps=[1,1,1]"},
    {13,
     [](TestModel& m) {
       m.Ints("b", {1}, {-1}, onnx::TensorProto::INT32);
       m.Ints("e", {1}, {-99}, onnx::TensorProto::INT32);
       m.Ints("a", {1}, {2}, onnx::TensorProto::INT32);
       m.Ints("s", {1}, {-2}, onnx::TensorProto::INT32);
       m.Node("Slice", {"x", "b", "e", "a", "s"});
     },
     "f32[N,6,2] = Slice(x) starts=[0,0,3] sizes=[-1,6,2] steps=[1,1,-2]"},
    {9,
     [](TestModel& m) {
       m.Node("Pad", {"x"}).Attr("pads", {0, 1, 0, 0, 2, 0});
       m.Attr("mode", "edge");
     },
     "f32[N,9,4] = Pad(x) mode=edge before=[0,1,0] after=[0,2,0]"},
    {13,
     [](TestModel& m) {
       m.Ints("p", {6}, {0, 1, 0, 0, 2, 0}).Floats("v", {}, {-1});
       m.Node("Pad", {"x", "p", "v"});
     },
     "f32[N,9,4] = Pad(x) before=[0,1,0] after=[0,2,0] value=-1"},
    {18,
     [](TestModel& m) {
       m.Ints("p", {2}, {1, 2}).Ints("a", {1}, {-2});
       m.Node("Pad", {"x", "p", "", "a"});
     },
     "f32[N,9,4] = Pad(x) before=[0,1,0] after=[0,2,0]"},
    {11,
     [](TestModel& m) {
       m.Node("ReduceSum", {"x"}).Attr("axes", Longs{-1}).Attr("keepdims", 0);
     },
     "f32[N,6] = Reduce(x) op=sum axes=[2] keep_dims=false"},
    {13,
     [](TestModel& m) {
       m.Ints("a", {1}, {1}).Node("ReduceSum", {"x", "a"});
     },
     "f32[N,1,4] = Reduce(x) op=sum axes=[1]"},
    {13, [](TestModel& m) { m.Node("ReduceMax", {"x"}); },
     "f32[1,1,1] = Reduce(x) op=max axes=[0,1,2]"},
    {18,
     [](TestModel& m) {
       m.Node("ReduceMax", {"x"}).Attr("noop_with_empty_axes", 1);
     },
     "f32[N,6,4] = Unary(x)"},
    {13, [](TestModel& m) { m.Node("ReduceL2", {"x"}).Attr("axes", Longs{2}); },
     "f32[N,6,1] = Unary(y.sum) function=sqrt"},
    {13, [](TestModel& m) { m.Node("ReduceL1", {"x"}).Attr("axes", Longs{2}); },
     "f32[N,6,1] = Reduce(y.each) op=sum axes=[2]"},
    {13,
     [](TestModel& m) {
       m.Node("ReduceLogSumExp", {"x"})
           .Attr("axes", Longs{2})
           .Attr("keepdims", 0);
     },
     "f32[N,6] = Binary(y.log, y.offset)"},
    {13,
     [](TestModel& m) {
       m.Node("ReduceMean", {"image"}).Attr("axes", {2, 3});
       m.Attr("keepdims", 0);
     },
     "f32[1,8] = Reduce(image.nhwc) axes=[1,2] keep_dims=false"},
    {13, [](TestModel& m) { m.Node("Shape", {"x"}); },
     "s64[3] = ShapeOf(x) end=3"},
    {15, [](TestModel& m) { m.Node("Shape", {"x"}).Attr("start", -1); },
     "s64[1] = ShapeOf(x) start=2 end=3"},
    {13, [](TestModel& m) { m.Node("Size", {"x"}); },
     "s64[] = Reduce(y.shape) op=prod axes=[0] keep_dims=false"},
    {13, [](TestModel& m) { m.Node("Cast", {"x"}).Attr("to", 7); },
     "s64[N,6,4] = Cast(x) to=s64"},
    {13, [](TestModel& m) { m.Node("Cast", {"x"}).Attr("to", 10); },
     "f32[N,6,4] = Unary(x)"},
    {13,
     [](TestModel& m) {
       m.Ints("s", {2}, {2, 3}).Node("ConstantOfShape", {"s"});
       m.TensorAttr("value", {1}, {5});
     },
     "f32[2,3] = ConstantOfShape(s) value=5"},
    {13,
     [](TestModel& m) {
       m.Ints("a", {}, {0}).Ints("b", {}, {5}).Ints("d", {}, {2});
       m.Node("Range", {"a", "b", "d"});
     },
     "s64[3] = Range(a, b, d)"},
    {13,
     [](TestModel& m) {
       m.Ints("s", {3}, {2, 1, 4}).Node("Expand", {"row", "s"});
     },
     "f32[2,1,4] = Expand(row) dims=[2,1,4]"},
    {13,
     [](TestModel& m) {
       m.Ints("r", {2}, {2, 1}).Node("Tile", {"row", "r"});
     },
     "f32[2,4] = Tile(row) repeats=[2,1]"},
    {13,
     [](TestModel& m) {
       m.Node("Concat", {"x", "x"}).Attr("axis", -1);
     },
     "f32[N,6,8] = Concat(x, x) axis=2"},
    {13,
     [](TestModel& m) {
       m.Ints("i", {2}, {0, -1}).Node("Gather", {"x", "i"}).Attr("axis", 1);
     },
     "f32[N,2,4] = Gather(x, i) axis=1"},
    {13,
     [](TestModel& m) {
       m.Node("Less", {"x", "x"}, {"c"}).Node("Where", {"c", "x", "limit"});
     },
     "f32[N,6,4] = Where(c, x, limit)"},
    {13,
     [](TestModel& m) {
       m.Node("Less", {"x", "x"}, {"c"}).Node("Not", {"c"});
     },
     "bool[N,6,4] = Binary(c, y.false) op=equal"},
    {17,
     [](TestModel& m) {
       m.Floats("g", {4}, {1, 1, 1, 1});
       m.Node("LayerNormalization", {"x", "g"}, {"y", "", ""});
       m.Attr("epsilon", 0.5f);
     },
     "f32[N,6,4] = LayerNorm(x, g) axis=2 epsilon=0.5"},
    {13,
     [](TestModel& m) {
       m.Node("DepthToSpace", {"image"}).Attr("blocksize", 2);
     },
     "f32[1,2,12,10] = Reshape(y.moved) dims=[0,2,12,10]"},
    {13,
     [](TestModel& m) {
       m.Node("SpaceToDepth", {"square"}).Attr("blocksize", 2);
     },
     "f32[1,12,2,3] = Reshape(y.moved) dims=[0,12,2,3]"},
    {13,
     [](TestModel& m) {
       m.Node("MatMul", {"x", "column"});
     },
     "f32[N,6] = Reduce(y.matrix) op=sum axes=[2] keep_dims=false"},
    {13,
     [](TestModel& m) {
       m.Counting("b", {4, 3})
           .Counting("c", {3})
           .Node("Gemm", {"row", "b", "c"});
     },
     "f32[1,3] = MatMul(row, b, c)"},
    {13,
     [](TestModel& m) {
       m.Counting("b", {3, 4}).Counting("c", {1, 3});
       m.Node("Gemm", {"row", "b", "c"}).Attr("transB", 1);
       m.Attr("alpha", 0.5f).Attr("beta", 2.0f);
     },
     "f32[1,3] = MatMul(row, b.permuted.scaled, c.scaled.vector)"},
    {13,
     [](TestModel& m) {
       m.Counting("b", {4, 3}).Counting("c", {1, 1});
       m.Node("Gemm", {"row", "b", "c"});
     },
     "f32[1,3] = MatMul(row, b, c.vector)"},
    {13,
     [](TestModel& m) {
       m.Counting("b", {4, 3}).Node("Gemm", {"row", "b"});
     },
     "f32[1,3] = MatMul(row, b)"},
    {13,
     [](TestModel& m) {
       m.Counting("b", {1, 3}).Counting("c", {4, 1});
       m.Node("Gemm", {"row", "b", "c"}).Attr("transA", 1);
     },
     "f32[4,3] = Binary(y.product, c)"},
    {13,
     [](TestModel& m) {
       m.Floats("s", {}, {0.5f}).Node("QuantizeLinear", {"x", "s"});
     },
     "u8[N,6,4] = Quantize(x, s) axis=1"},
    {21,
     [](TestModel& m) {
       m.Floats("s", {}, {0.5f}).Node("QuantizeLinear", {"x", "s"});
       m.Attr("output_dtype", 3);
     },
     "s8[N,6,4] = Quantize(x, s, y.zero_point) axis=1"},
};

TEST(ImportOperator, BecomesItsNode) {
  for (const Row& row : kRows) {
    TestModel model(row.opset);
    model.Input("x", {"N", "6", "4"})
        .Input("limit", {})
        .Input("row", {"1", "4"});
    model.Input("flat", {"1", "M", "4"}).Input("column", {"4"});
    model.Input("image", {"1", "8", "6", "5"});
    model.Input("square", {"1", "3", "4", "6"});
    row.build(model);
    const std::string text = ShortNodesOf(model);
    const size_t last =
        text.rfind("\ny ") == std::string::npos ? 0 : text.rfind("\ny ") + 1;
    EXPECT_EQ(text.substr(last), std::string("y ") + row.expected + "\n")
        << text;
  }
}

TEST(ImportBatchNormalization, BecomesAMulAndAnAdd) {
  TestModel model;
  model.Input("x", {"N", "2", "4", "4"});
  model.Floats("g", {2}, {2, 3}).Floats("b", {2}, {1, -1});
  model.Floats("m", {2}, {5, 1}).Floats("v", {2}, {3, 0});
  model.Node("BatchNormalization", {"x", "g", "b", "m", "v"});
  model.Attr("epsilon", 1.0f);
  EXPECT_EQ(ShortNodesOf(model),
            "y.mul f32[N,2,4,4] = Binary(x, y.scale) op=mul\n"
            "y f32[N,2,4,4] = Binary(y.mul, y.bias)\n");
  EXPECT_EQ(ConstantOf(model, "y.scale"), (std::vector<float>{1, 3}));
  EXPECT_EQ(ConstantOf(model, "y.bias"), (std::vector<float>{-4, -4}));
}

TEST(ImportSplit, MakesASliceOfEachPart) {
  const Row rows[] = {
      {11,
       [](TestModel& m) {
         m.Node("Split", {"x"}, {"a", "y"}).Attr("split", {1, 5});
         m.Attr("axis", 1);
       },
       "f32[N,5] = Slice(x) starts=[0,1] sizes=[-1,5] steps=[1,1]"},
      {13,
       [](TestModel& m) {
         m.Ints("s", {2}, {2, 4}).Node("Split", {"x", "s"}, {"a", "y"});
         m.Attr("axis", -1);
       },
       "f32[N,4] = Slice(x) starts=[0,2] sizes=[-1,4] steps=[1,1]"},
      {13,
       [](TestModel& m) {
         m.Node("Split", {"x"}, {"a", "b", "y"}).Attr("axis", 1);
       },
       "f32[N,2] = Slice(x) starts=[0,4] sizes=[-1,2] steps=[1,1]"},
      {18,
       [](TestModel& m) {
         m.Node("Split", {"x"}, {"a", "b", "c", "y"}).Attr("axis", 1);
         m.Attr("num_outputs", 4);
       },
       "f32[N,0] = Slice(x) starts=[0,6] sizes=[-1,0] steps=[1,1]"},
      {13,
       [](TestModel& m) {
         m.Node("Split", {"x"}, {"a", "b", "c", "y"}).Attr("axis", 1);
       },
       "6 elements in 4 equal parts"},
      {13,
       [](TestModel& m) {
         m.Ints("s", {2}, {2, 5}).Node("Split", {"x", "s"}, {"a", "y"});
         m.Attr("axis", 1);
       },
       "sizes sum to 7, its axis has 6"},
      {13,
       [](TestModel& m) {
         m.Node("Split", {"x"}, {"a", "y"});
       },
       "equal parts of a symbolic size"},
  };
  for (const Row& row : rows) {
    TestModel model(row.opset);
    model.Input("x", {"N", "6"});
    row.build(model);
    const std::string text = ShortNodesOf(model);
    EXPECT_NE(text.find(row.expected), std::string::npos) << text;
  }
}

TEST(ImportQuantizeLinear, TurnsSignedActivationsIntoUnsignedOnes) {
  TestModel model;
  model.Input("x", {"1", "2", "4", "4"}).Floats("s", {}, {0.5f});
  model.Ints("z", {}, {-3}, onnx::TensorProto::INT8);
  model.Node("QuantizeLinear", {"x", "s", "z"}, {"q"});
  model.Node("MaxPool", {"q"}, {"p"}).Attr("kernel_shape", {2, 2});
  model.Node("DequantizeLinear", {"p", "s", "z"}).Output("y");
  Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const std::string text = Print(*graph);
  EXPECT_NE(text.find("const q.zero_point u8[]{125}"), std::string::npos)
      << text;
  EXPECT_NE(text.find("q u8[1,2,4,4] = Quantize(x, s, q.zero_point)"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("s8["), std::string::npos) << text;
}

TEST(ImportQuantizeLinear, LeavesSignedGraphInputsAlone) {
  TestModel model;
  model.Input("x", {"4"}, onnx::TensorProto::INT8).Floats("s", {}, {0.5f});
  model.Node("DequantizeLinear", {"x", "s"});
  EXPECT_EQ(ShortNodesOf(model), "y f32[4] = Dequantize(x, s) axis=1\n");
}

TEST(ImportQuantizeLinear, RefusesScalesThatAreNotPositive) {
  for (float scale : {0.0f, -1.0f, 1e-40f}) {
    TestModel model;
    model.Input("x", {"4"}).Floats("s", {}, {scale});
    model.Node("QuantizeLinear", {"x", "s"});
    EXPECT_NE(NodesOf(model).find("positive normal"), std::string::npos);
  }
}

}  // namespace
}  // namespace octet::compile
