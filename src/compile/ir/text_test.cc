#include "compile/ir/text.h"

#include <gtest/gtest.h>

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
