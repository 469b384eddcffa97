#include "compile/ir/text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compile/ir/op_fields.h"
#include "compile/ir/verify.h"

namespace octet::compile {
namespace {

constexpr std::string_view kSmallNetwork =
    R"(graph small
input x f32[N,8,8,4]
const w f32[16,3,3,4]{seed=1}
const b f32[16]{fill=0.5}
const two f32[]{2}
y f32[N,4,4,16] = Conv(x, w, b) strides=[2,2] pads=[1,1,0,0] before=clip(0,6) name=conv1 origins=[conv1,"relu 6"]
z f32[N,4,4,16] = Binary(y, two) op=mul type=Mul
r f32[N,256] = Reshape(z) dims=[0,-1]
output r
)";

TEST(Text, ComesBackAsItWas) {
  Result<Graph> graph = Parse(kSmallNetwork);
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(Print(*graph), kSmallNetwork);
}

TEST(Text, FillsInTheTypesThatALineLeavesOut) {
  Result<Graph> graph = Parse(R"(
    input x f32[2,8,8,4]   # an image
    const w f32[16,3,3,4]{seed=1}
    y = Conv(x, w) pads=[1,1,1,1]
    z = Unary(y) function=relu
    output z
  )");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(Print(*graph),
            R"(input x f32[2,8,8,4]
const w f32[16,3,3,4]{seed=1}
y f32[2,8,8,16] = Conv(x, w) pads=[1,1,1,1]
z f32[2,8,8,16] = Unary(y) function=relu
output z
)");
}

TEST(Text, LeavesAttributesAsTheyAreWritten) {
  Result<Graph> graph = Parse(R"(
    input x f32[2,3]
    const shape s64[2]{3, 2}
    y = Reshape(x, shape)
    z = Softmax(y) axis=-1
    output z
  )");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(PrintNode(*graph, graph->nodes[0]),
            "y f32[3,2] = Reshape(x, shape)");
  EXPECT_EQ(PrintNode(*graph, graph->nodes[1]), "z f32[3,2] = Softmax(y)");
}

TEST(Text, QuotesNamesThatHoldMoreThanLetters) {
  const std::string text =
      "input \"a b\" f32[\"1x\",\"?\"]\n"
      "\"_\" f32[\"1x\",\"?\"] = Unary(\"a b\") name=\"q\\\"\\\\\\x0a\" "
      "type=Identity\n"
      "output \"_\"\n";
  Result<Graph> graph = Parse(text);
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(graph->nodes[0].name, "q\"\\\n");
  EXPECT_EQ(Print(*graph), text);
}

// One attribute of each sort, away from its default.
TEST(Text, WritesEveryAttributeThatIsNotAtItsDefault) {
  const char* lines[] = {
      "y f32[1,4,4,2] = Pool(x) op=average kernel=[3,3] strides=[2,2] "
      "pads=[1,1,1,1] count_include_pad=true",
      "y f32[1,16,16,2] = Resize(x) mode=linear coordinates=align_corners "
      "rounding=ceil scales=[2,2] size=[16,16]",
      "y f32[1,8,8,1] = Reduce(x) op=sum_square axes=[3]",
      "y f32[1,8,8] = Reduce(x) axes=[3] keep_dims=false",
      "y f32[1,10,8,2] = Pad(x) mode=edge before=[0,1,0,0] after=[0,1,0,0] "
      "value=-inf",
      "y f32[1,4,8,2] = Slice(x) starts=[0,7,0,0] sizes=[1,4,8,2] "
      "steps=[1,-2,1,1]",
      "y f32[1,2,8,8] = Transpose(x) perm=[0,3,1,2]",
      "y s32[1,8,8,2] = Cast(x) to=s32",
      "y s64[2] = ShapeOf(x) start=1 end=3",
      "y f32[2,8,8,2] = Tile(x) repeats=[2,1,1,1]",
      "y f32[1,8,8,2] = Unary(x) function=leaky_relu(0.1)",
      "y f32[1,8,8,2] = Unary(x) function=clip(-1.5,6)",
      "y f32[1,8,8,2] = Binary(x, x) after=relu",
      "y f32[1,8,8,4] = Concat(x, x) axis=3",
  };
  for (const char* line : lines) {
    const std::string text =
        std::string("input x f32[1,8,8,2]\n") + line + "\noutput y\n";
    Result<Graph> graph = Parse(text);
    ASSERT_TRUE(graph.ok()) << line << "\n" << graph.status().message();
    EXPECT_EQ(Print(*graph), text);
  }
}

// Every attribute of every kind, away from its default.
constexpr const char* kAttributeLines[] = {
    "Conv(x, w, b, r) strides=[2,1] pads=[1,2,3,4] dilations=[1,2] group=2 "
    "before=relu residual=true after=clip(-1,1)",
    "MatMul(m, n, _, p) before=sigmoid residual=true after=tanh",
    "Unary(m) function=elu(0.5)",
    "Binary(m, m) op=sub after=gelu",
    "Pool(x) op=average kernel=[3,3] strides=[2,2] pads=[1,1,1,1] "
    "count_include_pad=true",
    "Reduce(x) op=prod axes=[1,2] keep_dims=false",
    "Softmax(m) axis=0",
    "LayerNorm(m, g) axis=1 epsilon=0.001",
    "Concat(m, m) axis=1",
    "Slice(m) starts=[0,1] sizes=[1,2] steps=[1,1]",
    "Pad(m) mode=reflect before=[1,0] after=[0,1] value=0.5",
    "Transpose(m) perm=[1,0]",
    "Reshape(m) dims=[-1,2]",
    "Resize(x) mode=linear coordinates=asymmetric rounding=floor "
    "scales=[0.5,2] size=[3,16]",
    "Gather(m, i) axis=1",
    "Cast(m) to=u8",
    "Where(t, m, m)",
    "Expand(m) dims=[2,1,1]",
    "Tile(m) repeats=[1,3]",
    "ShapeOf(x) start=-3 end=-1",
    "ConstantOfShape(i) value=0.25 dtype=s64",
    "Range(s, s, s)",
    "Quantize(m, q) axis=1",
    "Dequantize(k, q) axis=1",
    "Attention(m, n, o, p)",
};

constexpr const char* kAttributeValues = R"(
  input x f32[1,6,8,4]
  input r f32[1,4,12,6]
  input m f32[2,4]
  input p f32[2,3]
  input k s8[2,4]
  input t bool[2,1]
  const w f32[6,3,2,2]{seed=1}
  const b f32[6]{seed=1}
  const n f32[4,3]{seed=2}
  const o f32[3,5]{seed=2}
  const g f32[4]{fill=1}
  const q f32[4]{fill=1}
  const i s64[2]{1, 3}
  const s s64[]{1}
)";

struct AttributeNames {
  std::vector<std::string> names;
  template <typename T>
  void operator()(std::string_view name, T&) {
    names.emplace_back(name);
  }
};

TEST(Text, KeepsEveryAttributeOfEveryKind) {
  ASSERT_EQ(std::size(kAttributeLines), std::variant_size_v<Op>);
  for (const char* line : kAttributeLines) {
    Result<Graph> graph =
        Parse(std::string(kAttributeValues) + "y = " + line + "\noutput y\n");
    ASSERT_TRUE(graph.ok()) << line << "\n" << graph.status().message();
    const std::string text = PrintNode(*graph, graph->nodes[0]);
    EXPECT_EQ(text.substr(text.find(" = ") + 3), line);
    Result<Graph> again = Parse(Print(*graph));
    ASSERT_TRUE(again.ok()) << again.status().message();
    EXPECT_EQ(again->nodes[0].op, graph->nodes[0].op) << line;
    AttributeNames attributes;
    std::visit([&](auto op) { VisitFields(attributes, op); },
               graph->nodes[0].op);
    for (const std::string& name : attributes.names) {
      EXPECT_NE(text.find(" " + name + "="), std::string::npos)
          << line << " leaves out " << name;
    }
  }
}

template <typename E>
void ExpectSpellings(const std::string& before, const std::string& after,
                     size_t count) {
  ASSERT_EQ(EnumNames(E{}).size(), count);
  for (std::string_view name : EnumNames(E{})) {
    const std::string line = before + std::string(name) + after;
    Result<Graph> graph =
        Parse(std::string(kAttributeValues) + "y = " + line + "\noutput y\n");
    ASSERT_TRUE(graph.ok()) << line << "\n" << graph.status().message();
    Result<Graph> again = Parse(Print(*graph));
    ASSERT_TRUE(again.ok()) << again.status().message();
    EXPECT_EQ(again->nodes[0].op, graph->nodes[0].op) << line;
  }
}

TEST(Text, KeepsEveryEnumerator) {
  ExpectSpellings<PoolOp>("Pool(x) op=", "", 2);
  ExpectSpellings<ReduceOp>("Reduce(x) op=", " axes=[1]", 6);
  ExpectSpellings<PadMode>("Pad(m) mode=", " before=[0,1] after=[0,1]", 3);
  ExpectSpellings<ResizeMode>("Resize(x) mode=", "", 2);
  ExpectSpellings<ResizeCoordinates>("Resize(x) coordinates=", "", 4);
  ExpectSpellings<NearestRounding>("Resize(x) rounding=", "", 4);
  for (int kind = 0; kind < int(FunctionKind::kCount); ++kind) {
    const std::string name(Name(FunctionKind(kind)));
    Result<Graph> graph =
        Parse(std::string(kAttributeValues) + "y = Unary(m) function=" + name +
              "(0.25,0.75)\noutput y\n");
    ASSERT_TRUE(graph.ok()) << name << "\n" << graph.status().message();
    EXPECT_EQ(std::get<Unary>(graph->nodes[0].op).function,
              (Function{FunctionKind(kind), 0.25f, 0.75f}));
  }
}

TEST(Text, CountsLinesThatAreEmptyOrComments) {
  const std::string text = "# a comment\n\ninput x f32[1]\n  # more\ny = ?\n";
  Result<Graph> graph = Parse(text);
  ASSERT_FALSE(graph.ok());
  EXPECT_TRUE(graph.status().message().starts_with("line 5: "))
      << graph.status().message();
}

struct Mistake {
  const char* text;
  const char* message;  // a part of it
};

TEST(Text, NamesTheLineOfAMistake) {
  const Mistake mistakes[] = {
      {"input x", "line 1: expected a type"},
      {"input x f32[", "expected a dimension"},
      {"input x f32[1 2]", "expected , or ]"},
      {"input x f32[-1]", "dimension -1"},
      {"input x f32[1,1,1,1,1,1,1,1,1]", "9 dimensions, at most 8"},
      {"input x f33[1]", "expected a type"},
      {"input x f32[1]\ninput x f32[1]", "line 2: a second value 'x'"},
      {"input x f32[1]\ny = Foo(x)", "no kind of operation 'Foo'"},
      {"input x f32[1]\ny = Unary(z)", "no value 'z' so far"},
      {"input x f32[1]\ny = Unary(x) axis=1", "no attribute 'axis'"},
      {"input x f32[1]\ny = Unary(x) function=foo", "bad value of 'function'"},
      {"input x f32[1]\ny = Unary(x) function=clip(1", "bad value"},
      {"input x f32[1]\ny = Unary(x, x)", "2 inputs, expected 1"},
      {"input x f32[1]\ny f32[2] = Unary(x)\noutput y", "inference finds"},
      {"input x f32[1]\ny = Unary(x", "expected , or )"},
      {"input x f32[1]", "the graph has no output"},
      {"const c f32[2]{1}", "1 elements, expected 2"},
      {"const c f32[2]{1, 2, 3}", "one too many"},
      {"const c u8[1]{256}", "'256' is not a u8"},
      {"const c f32[1]{x}", "'x' is not a f32"},
      {"const c f32[2]{hash=00}", "write a seed"},
      {"const c f32[2]{seed=x}", "bad seed"},
      {"const c f32[2]{fill=x}", "'x' is not a f32"},
      {"const c f16[2]{1, 2}", "constants of type f16"},
      {"const c f32[1000000,1000000]{fill=1}", "at most"},
      {"const c f32[N]{1}", "at most"},
      {"const c f32[1]", "expected {DATA}"},
      {"const c f32[1]{1", "expected {DATA}"},
      {"const c f32[1]{1} x", "expected {DATA} and no more"},
      {"const c bool[1]{2}", "'2' is not a bool"},
      {"const c s8[1]{-129}", "'-129' is not a s8"},
      {"const c s64[1]{1.5}", "'1.5' is not a s64"},
      {"const c f32[1]{1}\ninput c f32[1]", "line 2: a second value 'c'"},
      {"graph", "line 1: expected: graph NAME"},
      {"graph a b", "expected: graph NAME"},
      {"input", "expected: input NAME TYPE"},
      {"input x f32[1] y", "expected the end of the line"},
      {"const", "expected: const NAME TYPE{DATA}"},
      {"output", "expected: output NAME"},
      {"input x f32[1]\noutput x y", "line 2: expected: output NAME"},
      {"output x", "no value 'x' so far"},
      {"=", "expected the name of a value"},
      {"\"open", "expected the name of a value"},
      {"\"\\x4", "expected the name of a value"},
      {"input x f32[1]\ny f32[1] Unary(x)", "expected ="},
      {"input x f32[1]\ny = Unary x", "expected ("},
      {"input x f32[1]\ny = Unary(,x)", "expected the name of a value"},
      {"input x f32[1]\ny = Unary(_)", "line 2: node 'y' (Unary): input 0"},
      {"input x f32[1]\ny = Unary(x) function", "expected NAME=VALUE"},
      {"input x f32[1]\ny = Unary(x) ?", "expected NAME=VALUE"},
      {"input x f32[1]\ny = Unary(x) origins=[a", "bad origins"},
      {"input x f32[1]\ny = Unary(x) name=", "bad name"},
      {"input x f32[1]\ny = Softmax(x) axis=one", "bad value of 'axis'"},
      {"input x f32[1]\ny = Reduce(x) axes=[0", "bad value of 'axes'"},
      {"input x f32[1]\ny = Reduce(x) keep_dims=1", "bad value"},
      {"input x f32[1]\ny = Reduce(x) op=median", "bad value of 'op'"},
      {"input x f32[1]\ny = Cast(x) to=f33", "bad value of 'to'"},
      {"input x f32[1]\ny = Pool(x) kernel=[1]", "bad value of 'kernel'"},
      {"input x f32[1]\ny = Pool(x) kernel=[1,1,1]", "bad value"},
  };
  for (const Mistake& mistake : mistakes) {
    Result<Graph> graph = Parse(mistake.text);
    ASSERT_FALSE(graph.ok()) << mistake.text;
    EXPECT_EQ(graph.status().code(), Code::kBadInput);
    EXPECT_NE(graph.status().message().find(mistake.message), std::string::npos)
        << mistake.text << "\n"
        << graph.status().message();
  }
}

TEST(TextData, WritesEveryTypeOutAndReadsItBack) {
  for (DType dtype :
       {DType::kF32, DType::kF64, DType::kU8, DType::kS8, DType::kU16,
        DType::kS16, DType::kU32, DType::kS32, DType::kS64, DType::kBool}) {
    for (int64_t size : {0, 3, 40}) {
      Graph graph;
      graph.outputs = {
          graph.AddConstant("c", MakeSeeded(dtype, Shape{size}, 7))};
      const std::string text = Print(graph);
      Result<Graph> again = Parse(text);
      ASSERT_TRUE(again.ok()) << text << again.status().message();
      EXPECT_EQ(Print(*again), text);
    }
  }
}

TEST(TextData, PrintsAHashOfNumbersThatNoSeedMakes) {
  Tensor tensor = MakeSeeded(DType::kF32, Shape{40}, 7);
  tensor.as<float>()[39] = 100;
  Graph graph;
  graph.outputs = {graph.AddConstant("c", std::move(tensor))};
  EXPECT_NE(Print(graph).find("{hash="), std::string::npos) << Print(graph);
}

}  // namespace
}  // namespace octet::compile
