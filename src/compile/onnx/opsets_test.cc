// Every operator at the first and the last opset that octet reads: attributes
// became inputs on the way, and both forms must lead to the same type.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "compile/ir/text.h"
#include "compile/onnx/operators.h"
#include "compile/onnx/test_model.h"

namespace octet::compile {
namespace {

using Longs = std::vector<int64_t>;

// What a case is built from: the model, its operator and its opset.
struct Form {
  TestModel& m;
  const char* type;
  int64_t opset;

  TestModel& Of(const std::vector<std::string>& inputs) const {
    return m.Node(type, inputs);
  }
  // A list that was an attribute and is the second input from `since` on.
  TestModel& List(const char* x, int64_t since, const char* name,
                  const Longs& list) const {
    if (opset < since) return Of({x}).Attr(name, list);
    m.Ints("list", {int64_t(list.size())}, list);
    return Of({x, "list"});
  }
};

void One(const Form& f) { f.Of({"x"}); }
void Two(const Form& f) { f.Of({"x", "limit"}); }
void Logic(const Form& f) {
  f.m.Node("Less", {"x", "limit"}, {"c"});
  f.Of({"c", "c"});
}
void OfImage(const Form& f) { f.Of({"image"}); }
void Pooled(const Form& f) {
  f.Of({"image"}).Attr("kernel_shape", {3, 3}).Attr("strides", {2, 2});
}
// Sums took an input at 13, the others at 18.
void Reduced(const Form& f) {
  const bool is_sum = std::string_view(f.type) == "ReduceSum";
  f.List("x", is_sum ? 13 : 18, "axes", {2});
}
void Blocks(const Form& f) { f.Of({"image"}).Attr("blocksize", 2); }
void Quantized(const Form& f) {
  f.m.Floats("s", {}, {0.5f});
  f.m.Ints("z", {}, {3}, onnx::TensorProto::UINT8);
  f.Of({"x", "s", "z"});
}
void Normalized(const Form& f) {
  for (const char* name : {"scale", "bias", "mean", "variance"}) {
    f.m.Floats(name, {8}, std::vector<float>(8, 0.5f));
  }
  if (std::string_view(f.type) == "BatchNormalization") {
    f.Of({"image", "scale", "bias", "mean", "variance"});
  } else {
    f.Of({"image", "scale", "bias"});
  }
}

struct OperatorCase {
  const char* type;
  int64_t since, until;  // the opsets that have the operator, within 7 to 21
  void (*build)(const Form&);
  const char* expected;  // type of y
};

const OperatorCase kCases[] = {
    {"Abs", 7, 21, One, "f32[N,6,4]"},
    {"Add", 7, 21, Two, "f32[N,6,4]"},
    {"And", 7, 21, Logic, "bool[N,6,4]"},
    {"AveragePool", 7, 21, Pooled, "f32[1,8,2,3]"},
    {"BatchNormalization", 7, 21, Normalized, "f32[1,8,6,8]"},
    {"Cast", 7, 21, [](const Form& f) { f.Of({"x"}).Attr("to", 6); },
     "s32[N,6,4]"},
    {"Ceil", 7, 21, One, "f32[N,6,4]"},
    {"Clip", 7, 21,
     [](const Form& f) {
       if (f.opset < 11) {
         f.Of({"x"}).Attr("min", -1.0f).Attr("max", 1.0f);
         return;
       }
       f.m.Floats("low", {}, {-1}).Floats("high", {}, {1});
       f.Of({"x", "low", "high"});
     },
     "f32[N,6,4]"},
    {"Concat", 7, 21,
     [](const Form& f) {
       f.Of({"x", "x"}).Attr("axis", 1);
     },
     "f32[N,12,4]"},
    {"Constant", 7, 21,
     [](const Form& f) {
       f.m.Node("Constant", {}, {"c"}).TensorAttr("value", {4}, {1, 2, 3, 4});
       f.m.Node("Add", {"x", "c"});
     },
     "f32[N,6,4]"},
    {"ConstantOfShape", 9, 21,
     [](const Form& f) {
       f.m.Ints("shape", {2}, {2, 3});
       f.Of({"shape"});
     },
     "f32[2,3]"},
    {"Conv", 7, 21,
     [](const Form& f) {
       f.m.Counting("w", {5, 4, 3, 3});
       f.Of({"image", "w"}).Attr("group", 2);
     },
     "5 output channels in 2 groups"},
    {"Conv", 7, 21,
     [](const Form& f) {
       f.m.Counting("w", {6, 4, 3, 3});
       f.Of({"image", "w"}).Attr("group", 2);
     },
     "f32[1,6,4,6]"},
    {"DepthToSpace", 7, 21, Blocks, "f32[1,2,12,16]"},
    {"DequantizeLinear", 10, 21,
     [](const Form& f) {
       f.m.Floats("s", {}, {0.5f});
       f.Of({"codes", "s"});
     },
     "f32[2,3]"},
    {"Div", 7, 21, Two, "f32[N,6,4]"},
    {"Dropout", 7, 21, One, "f32[N,6,4]"},
    {"Elu", 7, 21, One, "f32[N,6,4]"},
    {"Equal", 11, 21, Two, "bool[N,6,4]"},
    {"Erf", 9, 21, One, "f32[N,6,4]"},
    {"Exp", 7, 21, One, "f32[N,6,4]"},
    {"Expand", 8, 21,
     [](const Form& f) {
       f.m.Ints("shape", {3}, {2, 1, 4});
       f.Of({"row", "shape"});
     },
     "f32[2,1,4]"},
    {"Flatten", 7, 21, One, "f32[N,24]"},
    {"Floor", 7, 21, One, "f32[N,6,4]"},
    {"Gather", 7, 21,
     [](const Form& f) {
       f.m.Ints("i", {2}, {0, 3});
       f.Of({"x", "i"}).Attr("axis", 2);
     },
     "f32[N,6,2]"},
    {"Gelu", 20, 21, One, "f32[N,6,4]"},
    {"Gemm", 7, 21,
     [](const Form& f) {
       f.m.Counting("b", {4, 3}).Counting("c", {3});
       f.Of({"row", "b", "c"});
     },
     "f32[1,3]"},
    {"GlobalAveragePool", 7, 21, OfImage, "f32[1,8,1,1]"},
    {"GlobalMaxPool", 7, 21, OfImage, "f32[1,8,1,1]"},
    {"Greater", 7, 21, Two, "bool[N,6,4]"},
    {"GreaterOrEqual", 12, 21, Two, "bool[N,6,4]"},
    {"HardSigmoid", 7, 21, One, "f32[N,6,4]"},
    {"HardSwish", 14, 21, One, "f32[N,6,4]"},
    {"Identity", 7, 21, One, "f32[N,6,4]"},
    {"InstanceNormalization", 7, 21, Normalized, "f32[1,8,6,8]"},
    {"LayerNormalization", 17, 21,
     [](const Form& f) {
       f.m.Counting("g", {4});
       f.Of({"x", "g"});
     },
     "f32[N,6,4]"},
    {"LeakyRelu", 7, 21, One, "f32[N,6,4]"},
    {"Less", 7, 21, Two, "bool[N,6,4]"},
    {"LessOrEqual", 12, 21, Two, "bool[N,6,4]"},
    {"Log", 7, 21, One, "f32[N,6,4]"},
    {"LogSoftmax", 7, 21, One, "f32[N,6,4]"},
    {"MatMul", 7, 21,
     [](const Form& f) {
       f.m.Counting("b", {4, 3});
       f.Of({"x", "b"});
     },
     "f32[N,6,3]"},
    {"Max", 7, 21,
     [](const Form& f) {
       f.Of({"x", "limit", "x"});
     },
     "f32[N,6,4]"},
    {"MaxPool", 7, 21, Pooled, "f32[1,8,2,3]"},
    {"Mean", 7, 21, Two, "f32[N,6,4]"},
    {"Min", 7, 21, Two, "f32[N,6,4]"},
    {"Mish", 18, 21, One, "f32[N,6,4]"},
    {"Mul", 7, 21, Two, "f32[N,6,4]"},
    {"Neg", 7, 21, One, "f32[N,6,4]"},
    {"Not", 7, 21,
     [](const Form& f) {
       f.m.Node("Less", {"x", "limit"}, {"c"});
       f.Of({"c"});
     },
     "bool[N,6,4]"},
    {"Or", 7, 21, Logic, "bool[N,6,4]"},
    {"PRelu", 7, 21,
     [](const Form& f) {
       f.m.Counting("slope", {4});
       f.Of({"x", "slope"});
     },
     "f32[N,6,4]"},
    {"Pad", 7, 21,
     [](const Form& f) {
       f.List("x", 11, "pads", {0, 1, 0, 0, 2, 0});
     },
     "f32[N,9,4]"},
    {"Pow", 7, 21, Two, "f32[N,6,4]"},
    {"QuantizeLinear", 10, 21, Quantized, "u8[N,6,4]"},
    {"Range", 11, 21,
     [](const Form& f) {
       f.m.Ints("a", {}, {1}).Ints("b", {}, {8}).Ints("d", {}, {3});
       f.Of({"a", "b", "d"});
     },
     "s64[3]"},
    {"Reciprocal", 7, 21, One, "f32[N,6,4]"},
    {"ReduceL1", 7, 21, Reduced, "f32[N,6,1]"},
    {"ReduceL2", 7, 21, Reduced, "f32[N,6,1]"},
    {"ReduceLogSum", 7, 21, Reduced, "f32[N,6,1]"},
    {"ReduceLogSumExp", 7, 21, Reduced, "f32[N,6,1]"},
    {"ReduceMax", 7, 21, Reduced, "f32[N,6,1]"},
    {"ReduceMean", 7, 21, Reduced, "f32[N,6,1]"},
    {"ReduceMin", 7, 21, Reduced, "f32[N,6,1]"},
    {"ReduceProd", 7, 21, Reduced, "f32[N,6,1]"},
    {"ReduceSum", 7, 21, Reduced, "f32[N,6,1]"},
    {"ReduceSumSquare", 7, 21, Reduced, "f32[N,6,1]"},
    {"Relu", 7, 21, One, "f32[N,6,4]"},
    {"Reshape", 7, 21,
     [](const Form& f) {
       f.m.Ints("shape", {2}, {0, -1});
       f.Of({"x", "shape"});
     },
     "f32[N,24]"},
    {"Resize", 10, 21,
     [](const Form& f) {
       f.m.Floats("s", {4}, {1, 1, 2, 2});
       if (f.opset < 11) {
         f.Of({"image", "s"});
       } else {
         f.Of({"image", "", "s"});
       }
     },
     "f32[1,8,12,16]"},
    {"Round", 11, 21, One, "f32[N,6,4]"},
    {"Selu", 7, 21, One, "f32[N,6,4]"},
    {"Shape", 7, 21, One, "s64[3]"},
    {"Sigmoid", 7, 21, One, "f32[N,6,4]"},
    {"Size", 7, 21, One, "s64[]"},
    {"Slice", 7, 21,
     [](const Form& f) {
       if (f.opset < 10) {
         f.Of({"x"}).Attr("starts", Longs{1}).Attr("ends", Longs{5});
         f.m.Attr("axes", Longs{1});
         return;
       }
       f.m.Ints("b", {1}, {1}).Ints("e", {1}, {5}).Ints("a", {1}, {1});
       f.Of({"x", "b", "e", "a"});
     },
     "f32[N,4,4]"},
    {"Softmax", 7, 21, One, "f32[N,6,4]"},
    {"Softplus", 7, 21, One, "f32[N,6,4]"},
    {"Softsign", 7, 21, One, "f32[N,6,4]"},
    {"SpaceToDepth", 7, 21, Blocks, "f32[1,32,3,4]"},
    {"Split", 7, 21,
     [](const Form& f) {
       const bool is_input = f.opset >= 13;
       if (is_input) f.m.Ints("parts", {2}, {2, 4});
       f.m.Node("Split",
                is_input ? std::vector<std::string>{"x", "parts"}
                         : std::vector<std::string>{"x"},
                {"first", "y"});
       f.m.Attr("axis", 1);
       if (!is_input) f.m.Attr("split", {2, 4});
     },
     "f32[N,4,4]"},
    {"Sqrt", 7, 21, One, "f32[N,6,4]"},
    {"Squeeze", 7, 21, [](const Form& f) { f.List("row", 13, "axes", {0}); },
     "f32[4]"},
    {"Sub", 7, 21, Two, "f32[N,6,4]"},
    {"Sum", 7, 21, Two, "f32[N,6,4]"},
    {"Tanh", 7, 21, One, "f32[N,6,4]"},
    {"Tile", 7, 21,
     [](const Form& f) {
       f.m.Ints("r", {2}, {3, 2});
       f.Of({"row", "r"});
     },
     "f32[3,8]"},
    {"Transpose", 7, 21,
     [](const Form& f) {
       f.Of({"x"}).Attr("perm", {1, 0, 2});
     },
     "f32[6,N,4]"},
    {"Unsqueeze", 7, 21, [](const Form& f) { f.List("row", 13, "axes", {1}); },
     "f32[1,1,4]"},
    {"Upsample", 7, 9,
     [](const Form& f) {
       if (f.opset < 9) {
         f.Of({"image"}).FloatsAttr("scales", {1, 1, 2, 2});
         return;
       }
       f.m.Floats("s", {4}, {1, 1, 2, 2});
       f.Of({"image", "s"});
     },
     "f32[1,8,12,16]"},
    {"Where", 9, 21,
     [](const Form& f) {
       f.m.Node("Less", {"x", "limit"}, {"c"});
       f.Of({"c", "x", "limit"});
     },
     "f32[N,6,4]"},
};

// The type of output y, or the error.
std::string TypeOfOutput(const OperatorCase& row, int64_t opset) {
  TestModel model(opset);
  model.Input("x", {"N", "6", "4"}).Input("limit", {}).Input("row", {"1", "4"});
  model.Input("image", {"1", "8", "6", "8"});
  model.Input("codes", {"2", "3"}, onnx::TensorProto::UINT8);
  row.build({model, row.type, opset});
  Result<Graph> graph = model.Output("y").Import();
  if (!graph.ok()) return std::string(graph.status().message());
  const std::string line = PrintNode(*graph, graph->nodes.back());
  return line.substr(2, line.find(" = ") - 2);
}

TEST(Operators, MakeTheSameTypeFromTheFirstOpsetToTheLast) {
  for (const OperatorCase& row : kCases) {
    for (int64_t opset = row.since; opset <= row.until; ++opset) {
      EXPECT_NE(TypeOfOutput(row, opset).find(row.expected), std::string::npos)
          << row.type << " at opset " << opset << ": "
          << TypeOfOutput(row, opset);
    }
  }
}

TEST(Operators, AreFoundByTheirExactName) {
  for (const OperatorCase& row : kCases) {
    const OperatorRow* found = FindOperator(row.type);
    ASSERT_NE(found, nullptr) << row.type;
    EXPECT_EQ(found->type, row.type);
  }
  for (const char* type : {"", "relu", "Relu6", "Rel", "ZZZ", "A", "Conv "}) {
    EXPECT_EQ(FindOperator(type), nullptr) << type;
  }
}

TEST(Operators, ComeWithAdviceWhereOctetHasNone) {
  EXPECT_EQ(AdviceFor("Loop"), "unroll the loop before export");
  EXPECT_EQ(AdviceFor("SomethingNew"),
            "replace it by operators that octet has, or cut the model there");
}

}  // namespace
}  // namespace octet::compile
